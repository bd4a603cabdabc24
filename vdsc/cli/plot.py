"""`vdsc plot`."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import typer

from vdsc.cli import options as o
from vdsc.cli.show import DrawnOption, FileArgument, OriginalOption, check_output
from vdsc.core.words import printable


def plot(
    file: FileArgument,
    *,
    out: Annotated[
        str,
        typer.Option("--out", "-o", parser=o.file_name, metavar="OUT.png", help="The picture."),
    ],
    original: OriginalOption = None,
    fps: o.FpsOption = None,
    drawn: DrawnOption = None,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    force: o.ForceOption = False,
) -> None:
    """Draw a file as one still PNG.

    It is a strip of frames, skeletons in a row, or curves, with the knots. With --original both are
    drawn, and how far they are apart over time. Needs matplotlib.
    """
    from vdsc.cli.failure import each
    from vdsc.cli.speech import say
    from vdsc.core.sequence import Clock
    from vdsc.io.replacing import replacing
    from vdsc.viewer.clip import open_clip
    from vdsc.viewer.shown_scene import scene_of
    from vdsc.viewer.still import draw

    clock = None if fps is None else Clock(fps)

    def work(path: str) -> None:
        check_output(out, path, original, force=force)
        with ExitStack() as stack:
            stream = stack.enter_context(replacing(out, force=force))
            clip = stack.enter_context(open_clip(path, memlimit=memlimit, clock=clock))
            other = None
            if original is not None:
                other = stack.enter_context(open_clip(original, memlimit=memlimit))
            scene = scene_of(clip, other, drawn or "")
            draw(scene, stream)
        words = [said for name, said in scene.facts if name in {"drawn", "error"}]
        say("  ".join([f"{printable(path)} -> {printable(out)}", *map(printable, words)]))

    each([file], work)
