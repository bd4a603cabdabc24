"""`vdsc show`."""

from __future__ import annotations

from typing import Annotated

import typer

from vdsc.cli import options as o
from vdsc.core.words import printable
from vdsc.errors import InvalidInput

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", parser=o.file_name, help="A .vds file, or any input.")
]
OriginalOption = Annotated[
    str | None,
    typer.Option(
        "--original", parser=o.file_name, metavar="FILE", help="What FILE was made of, to compare."
    ),
]
DrawnOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        parser=o.choice("pictures", "figure", "points", "curves"),
        metavar="[pictures|figure|points|curves]",
        help="How to draw it (default: as what it is).",
    ),
]


def check_output(out: str, file: str, original: str | None, *, force: bool) -> None:
    """Raise InvalidInput unless `out` may be written, and is none of what is read."""
    from vdsc.io.replacing import check_target
    from vdsc.io.source import split_key
    from vdsc.io.spool import same_file

    check_target(out, force=force)
    read = [split_key(one)[0] for one in (file, original) if one is not None]
    if any(same_file(out, one) for one in read):
        raise InvalidInput(f"{printable(out)} is what is read; name another output with -o")


def show(
    file: FileArgument,
    *,
    out: Annotated[
        str,
        typer.Option("--out", "-o", parser=o.file_name, metavar="OUT.html", help="The page."),
    ],
    original: OriginalOption = None,
    fps: o.FpsOption = None,
    drawn: DrawnOption = None,
    room: Annotated[
        int,
        typer.Option(
            "--page-size",
            parser=o.parse_size,
            metavar="SIZE",
            show_default="8MiB",
            help="What the frames on the page take at most; beyond that fewer are shown.",
        ),
    ] = 8 << 20,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    force: o.ForceOption = False,
) -> None:
    """Make one page that plays a file.

    It shows pictures, a moving skeleton, or curves, and where the knots are; it needs no network
    and no other file. With --original both are shown, and how far they are apart over time.
    """
    from vdsc.cli.failure import each
    from vdsc.cli.speech import say
    from vdsc.viewer.shown import show as shown

    def work(path: str) -> None:
        check_output(out, path, original, force=force)
        page = shown(path, original, fps=fps, drawn=drawn or "", room=room, memlimit=memlimit)
        page.save(out, force=force)
        say(f"{printable(path)} -> {printable(out)}  {len(page.html):,} bytes")
        for words in page.said:
            say(f"vdsc: note: {printable(path)}: {printable(words)}")

    each([file], work)
