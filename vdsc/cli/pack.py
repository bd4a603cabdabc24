"""`vdsc pack`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from vdsc.cli import options as o
from vdsc.cli.plan import expand

if TYPE_CHECKING:
    from vdsc.io.source import Source


def pack(
    inputs: o.InputsArgument,
    *,
    out: Annotated[str, typer.Option("--out", "-o", parser=o.file_name, metavar="OUT.vds")],
    append: Annotated[
        bool, typer.Option("--append", help="Put the clips behind those of OUT.vds.")
    ] = False,
    fps: o.FpsOption = None,
    quality: Annotated[
        int | None,
        typer.Option(
            parser=o.whole(1, 100), metavar="1..100", help="Size against error (default: 75)."
        ),
    ] = None,
    max_error: Annotated[
        str | None,
        typer.Option(metavar="E|E%|FILE", help="What no value may be off by; see compress."),
    ] = None,
    lossless: Annotated[bool, typer.Option("--lossless", help="Give back every bit.")] = False,
    missing: Annotated[
        str | None, typer.Option(parser=o.choice("nan"), metavar="nan", help="NaNs are gaps.")
    ] = None,
    codec: Annotated[
        str | None, typer.Option(parser=o.codec_name, metavar="NAME", help="Codec of all clips.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(parser=o.file_name, metavar="NAME|PATH", help="Checkpoint.")
    ] = None,
    verify: Annotated[bool, typer.Option(help="Decode each clip as it is made.")] = True,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    form: o.FormatOption = "",
    force: o.ForceOption = False,
) -> None:
    """Compress many clips into one .vds file.

    The inputs are files, and folders with all that is below them. Clips share one header, one codec
    and what they can; each is decoded alone. Their frames have one shape and type.
    """
    from vdsc.api import Item
    from vdsc.cli.calls import Wish, collect
    from vdsc.cli.clip_files import names_of
    from vdsc.cli.progress import progress_bar
    from vdsc.cli.talk import say_report
    from vdsc.io.replacing import extending, replacing
    from vdsc.io.source import SUFFIXES, open_source

    o.exclusive(quality=quality, max_error=max_error, lossless=lossless or None)
    places = expand(inputs, SUFFIXES, recursive=True)
    wish = Wish(
        fps=fps,
        codec=codec,
        lossless=lossless,
        verify=verify,
        model=model,
        quality=quality,
        max_error=None if max_error is None else o.error_bound(max_error),
        missing=missing,
    )

    def opened(path: str) -> AbstractContextManager[Source]:
        return open_source(path, exact=wish.exact, limit=memlimit, form=form)

    items = [
        Item(name, lambda path=path: opened(path))  # type: ignore[misc]
        for path, name in names_of(places).items()
    ]
    writing = extending(out) if append else replacing(out, force=force)
    with writing as stream, progress_bar(out) as progress:
        report = collect(items, stream, wish, progress, append=append)
    say_report(f"{len(items):,} clips", out, report)
