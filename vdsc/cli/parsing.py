"""How Typer's parameters get their values without the start-up time of pydantic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from vdsc.cli.failure import explain
from vdsc.core.words import printable


@dataclass(frozen=True, slots=True)
class Conversion:
    """Converts the words of one parameter by the parser that its option names."""

    parse: Callable[[Any], Any]

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value, or the tuple of values, of `param`; None stays None."""
        if param.multiple or param.nargs == -1:
            return tuple(map(self.parse, value or ()))
        return None if value is None else self.parse(value)


def quickened(params: list[Any]) -> list[Any]:
    """The parameters of a command, which call the parsers of their options themselves.

    Newer Typers import pydantic (0.1 s) to call an option's parser. Where a parameter has the
    method that does so, it is given a conversion that calls the same parser, or none for a flag;
    older Typers call it by themselves.
    """
    for param in params:
        if hasattr(param, "get_runtime_param"):
            parse = param.type_descriptor.parameter_info.parser
            parse = bool if parse is None and getattr(param, "is_flag", False) else parse
            if parse is not None:
                vars(param)["get_runtime_param"] = partial(Conversion, parse)
    return params


class QuickCommand(TyperCommand):
    """A command whose options call their parsers themselves."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The command's parameters and `--help`."""
        return quickened(super().get_params(ctx))


class Commands(TyperGroup):
    """Commands that are imported when they are named, and whose failures end in one line."""

    homes: ClassVar[dict[str, str]]

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters before the command's name, and `--help`."""
        return quickened(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the commands, in the order of the help."""
        return list(self.homes)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name, or None; only its module is imported."""
        if cmd_name not in self.homes:
            return None
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        function = getattr(import_module(self.homes[cmd_name]), cmd_name)
        alone.command(cls=QuickCommand)(function)
        return get_command(alone)

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """Parse the words before the command's name; usage errors are made printable."""
        try:
            return super().make_context(*arguments, **settings)
        except Exception as error:
            _make_printable(error)
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run the command that `ctx` names; whatever it raises becomes an exit code."""
        try:
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as error:
            if is_parser_error(error):
                _make_printable(error)
                raise
            raise typer.Exit(explain(error)) from None


def is_parser_error(error: BaseException) -> bool:
    """Whether Typer raised `error` (usage, or an exit that was asked for) and shows it itself."""
    return type(error).__module__.startswith(("typer.", "click."))


def _make_printable(error: Any) -> None:
    """Escape what a usage error repeats of the words that were typed."""
    if isinstance(getattr(error, "message", None), str):
        error.message = "\n".join(map(printable, error.message.split("\n")))
