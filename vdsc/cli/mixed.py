"""`vdsc mix`."""

from __future__ import annotations

from typing import Annotated

import typer

from vdsc.cli import options as o


def mix(
    looks: Annotated[
        str, typer.Argument(metavar="LOOKS", parser=o.file_name, help="Gives what stays the same.")
    ],
    motion: Annotated[
        str, typer.Argument(metavar="MOTION", parser=o.file_name, help="Gives all that moves.")
    ],
    *,
    out: Annotated[
        str, typer.Option("--out", "-o", parser=o.file_name, metavar="OUT.vds", help="The file.")
    ],
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    force: o.ForceOption = False,
) -> None:
    """Write a file that looks like one and moves like another.

    Both are lossy files of one model with global dimensions, such as digits: what it keeps once a
    file comes from LOOKS, and all else, the length too, from MOTION.
    """
    from vdsc.cli.calls import mix_files
    from vdsc.cli.speech import say
    from vdsc.core.words import printable

    said = mix_files(looks, motion, out, memlimit=memlimit, force=force)
    say(f"{printable(looks)} + {printable(motion)} -> {printable(out)}  {printable(said)}")
