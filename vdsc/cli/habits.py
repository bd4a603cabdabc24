"""Options that users of xz and zstd know, the same for all commands that work on many files."""

from __future__ import annotations

from typing import Annotated

import typer

from vdsc.cli.options import file_name, whole

MOST_THREADS = 4096

ThreadsOption = Annotated[
    int,
    typer.Option(
        "--threads",
        "-T",
        parser=whole(0, MOST_THREADS),
        metavar="N",
        envvar="VDSC_THREADS",
        help="Files at once, in processes that each keep --memlimit; 0: one for each core.",
    ),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        parser=file_name,
        metavar="GLOB",
        help="With -r: leave out files and folders of such a name, or path below the folder.",
    ),
]
RemoveOption = Annotated[
    bool, typer.Option("--rm", help="Remove each input once its output is safe and verified.")
]
KeepOption = Annotated[bool, typer.Option("--keep", "-k", help="Keep the inputs (the default).")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say the details, too: what was tried, and times.")
]


def by_itself(context: typer.Context, name: str, *others: object) -> bool:
    """Whether an option has its value from the environment, where any other one says otherwise.

    A default that a user sets once gives way to whatever excludes it on the command line.
    """
    source = context.get_parameter_source(name)
    return source is not None and source.name == "ENVIRONMENT" and any(others)


def check_talk(*, quiet: bool, verbose: bool) -> None:
    """Raise a usage error for -q beside -v."""
    if quiet and verbose:
        raise typer.BadParameter("give --quiet or --verbose, not both")
