"""The command line as a whole: its commands, and what each failure returns."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from vdsc.cli import compress, decompress, info, models, train
from vdsc.cli.failure import explain

if TYPE_CHECKING:
    from types import FrameType


class Guarded(TyperGroup):
    """Commands whose failures end in one line on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that `ctx` names; whatever it raises becomes an exit code."""
        try:
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as error:
            if is_parser_error(error):
                raise
            raise typer.Exit(explain(error)) from None


def is_parser_error(error: BaseException) -> bool:
    """Whether Typer raised `error` (usage, or an exit that was asked for) and shows it itself."""
    return type(error).__module__.startswith(("typer.", "click."))


app = typer.Typer(
    name="vdsc",
    cls=Guarded,
    no_args_is_help=True,
    add_completion=False,
    # Plain usage errors: boxes would wrap the advice, and rich would be imported for --help.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (compress.compress, decompress.decompress, info.info, models.models, train.train):
    app.command()(command)


def show_version(wanted: bool) -> None:  # noqa: FBT001 -- Typer calls it so
    """Print the version and stop, if that is what is wanted."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"vdsc {version('vdsc')}")
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


def main() -> None:
    """Run the command line; SIGTERM ends it as tidily as Ctrl-C does."""
    signal.signal(signal.SIGTERM, _terminate)
    app()


def _terminate(number: int, frame: FrameType | None) -> None:
    del frame
    sys.exit(128 + number)
