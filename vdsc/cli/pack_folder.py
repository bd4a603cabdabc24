"""Many inputs to one file of clips, for `vdsc pack` and `vdsc compress -r DIR -o OUT.vds`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vdsc.cli.plan import Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vdsc.cli.calls import Wish
    from vdsc.io.source import Source


def asked_for(inputs: Sequence[str], out: str | None, *, recursive: bool) -> bool:
    """Whether folders are to become one file."""
    named = recursive and out is not None and out.endswith(".vds")
    return named and any(Path(path).is_dir() for path in inputs)


def refuse(**options: object) -> None:
    """Raise a usage error for an option that one file of many clips does not know."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if given:
        words = f"{given[0]} is for single files, not for a folder in one"
        raise typer.BadParameter(f"{words}; leave -o or {given[0]} out")


def pack_places(
    places: Places,
    out: str,
    wish: Wish,
    *,
    memlimit: int,
    form: str,
    force: bool,
    append: bool = False,
    quiet: bool = False,
) -> None:
    """Write a file of the clips in some places, or put them behind those that it has."""
    from vdsc.api import Item
    from vdsc.cli.calls import collect
    from vdsc.cli.clip_files import names_of
    from vdsc.cli.progress import progress_bar
    from vdsc.cli.talk import say_report
    from vdsc.io.replacing import extending, replacing
    from vdsc.io.source import open_source

    def opened(path: str) -> AbstractContextManager[Source]:
        return open_source(path, exact=wish.exact, limit=memlimit, form=form)

    items = [
        Item(name, lambda path=path: opened(path))  # type: ignore[misc]
        for path, name in names_of(places).items()
    ]
    writing = extending(out) if append else replacing(out, force=force)
    with writing as stream, progress_bar(out, shown=not quiet) as progress:
        report = collect(items, stream, wish, progress, append=append)
    if not quiet:
        say_report(f"{len(items):,} clips", out, report)
