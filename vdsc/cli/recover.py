"""`vdsc recover`."""

from __future__ import annotations

from typing import Annotated

import typer

from vdsc.cli import options as o


def recover(
    file: Annotated[
        str, typer.Argument(metavar="FILE", parser=o.file_name, help="A file that was cut off.")
    ],
    *,
    out: Annotated[
        str,
        typer.Option(
            "--out", "-o", parser=o.file_name, metavar="OUT", help=".vds of clips, else .npy."
        ),
    ],
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    force: o.ForceOption = False,
) -> None:
    """Save what is whole of a damaged .vds file.

    The whole clips of a collection, and the whole parts of a sequence, become a .vds file; the
    frames of the whole chunks of any other file become a file of frames.
    """
    from vdsc.cli.calls import salvage
    from vdsc.cli.speech import say
    from vdsc.core.words import printable

    saved = salvage(file, out, memlimit=memlimit, force=force)
    say(f"{printable(file)} -> {printable(out)}  {saved}")
