"""The command line as a whole: its commands and its own options."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Annotated, Any, ClassVar

import typer

from vdsc.cli.completion import VARIABLE
from vdsc.cli.parsing import Commands
from vdsc.cli.process import main
from vdsc.cli.speech import put

__all__ = ["app", "main"]


COMMANDS = (
    "compress",
    "decompress",
    "test",
    "info",
    "show",
    "plot",
    "pack",
    "unpack",
    "ls",
    "recover",
    "mix",
    "bench",
    "models",
    "train",
    "completion",
)
"""Each is a module of this room, which has its name unless another room has such a file."""

ELSEWHERE = {"mix": "mixed"}


class Vdsc(Commands):
    """The commands of `vdsc`."""

    homes: ClassVar[dict[str, str]] = {
        name: f"vdsc.cli.{ELSEWHERE.get(name, name)}" for name in COMMANDS
    }


if VARIABLE in os.environ:  # a shell completes a line
    machinery: Any = import_module("typer.completion")
    machinery.completion_init()

app = typer.Typer(
    name="vdsc",
    cls=Vdsc,
    no_args_is_help=True,
    add_completion=False,
    # Plain usage errors: boxes would wrap the advice, and rich would be imported for --help.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def show_version(wanted: bool) -> None:  # noqa: FBT001 -- Typer calls it so
    """Print the version and stop, if that is what is wanted."""
    if wanted:
        from importlib.metadata import version

        put(f"vdsc {version('vdsc')}")
        raise typer.Exit


@app.callback()
def vdsc(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print it and stop.", callback=show_version, is_eager=True),
    ] = False,
) -> None:
    """Compress motion capture and small video with a learned continuous path."""
    del version
