"""`vdsc compress`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from vdsc.cli.failure import each
from vdsc.cli.options import (
    DeviceOption,
    ForceOption,
    FpsOption,
    OutOption,
    OutputDirOption,
    TimesOption,
    exclusive,
)
from vdsc.cli.plan import expand, make_folder, plan


def compress(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT", help="Files; '-' is stdin.")],
    *,
    out: OutOption = None,
    output_dir: OutputDirOption = None,
    recursive: Annotated[bool, typer.Option("-r", help="Take the files in directories.")] = False,
    fps: FpsOption = None,
    times: TimesOption = None,
    quality: Annotated[int, typer.Option(min=1, max=100, help="Size against error.")] = 75,
    knots: Annotated[
        Literal["learned", "full"], typer.Option(help="Knots where needed, or at each frame.")
    ] = "learned",
    model: Annotated[
        str | None, typer.Option(metavar="NAME|PATH", help="Checkpoint (default: the one fitting).")
    ] = None,
    device: DeviceOption = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Seed of what is drawn.")] = 0,
    force: ForceOption = False,
) -> None:
    """Compress arrays to .vds files.

    INPUT is an .npy or .npz file (FILE.npz:KEY names one of several arrays), a directory with -r,
    or '-': (T, D) floats or (T, H, W[, C]) uint8.
    """
    from vdsc.api import encode
    from vdsc.cli.talk import progress_bar, say_report
    from vdsc.io.source import SUFFIXES, open_source
    from vdsc.io.target import replacing
    from vdsc.io.times import read_times

    exclusive(fps=fps, times=times)
    places = expand(inputs, SUFFIXES, recursive=recursive)
    outputs = plan(places, out, output_dir, vds_name)
    dates = None if times is None else read_times(times)

    def work(path: str) -> None:
        output = outputs[path]
        make_folder(output, output_dir)
        with (
            open_source(path) as source,
            replacing(output, force=force) as stream,
            progress_bar(path) as progress,
        ):
            report = encode(
                source, stream, fps=fps, times=dates, model=model, quality=quality, knots=knots,
                device=device, seed=seed, progress=progress,
            )  # fmt: skip
        say_report(path, output, report)

    each(outputs, work)


def vds_name(path: str) -> str:
    """`clip.npy` as clip.vds, `clips.npz:walk` as clips.walk.vds."""
    named = re.sub(r"\.npz:([^/]+)$", r".\1.npz", path)
    return str(Path(named).with_suffix(".vds"))
