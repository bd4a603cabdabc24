"""`vdsc decompress`."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from vdsc.core.sequence import Clock


def decompress(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Files; '-' is stdin.")],
    *,
    out: OutOption = None,
    output_dir: OutputDirOption = None,
    fps: FpsOption = None,
    times: TimesOption = None,
    device: DeviceOption = "auto",
    force: ForceOption = False,
) -> None:
    """Decode .vds files to arrays or video.

    Without --fps and --times the original times come back. The suffix of -o says what is written:
    .npy, or for video also .mp4 and .gif.
    """
    from vdsc.io.replacing import check_target
    from vdsc.io.sink import check_suffix
    from vdsc.io.times_file import read_times

    exclusive(fps=fps, times=times)
    outputs = plan(expand(files, (".vds",)), out, output_dir, npy_name)
    dates = None if times is None else read_times(times)

    def work(path: str) -> None:
        from vdsc.api import decode
        from vdsc.cli.talk import progress_bar
        from vdsc.io.sink import open_sink
        from vdsc.io.spool import open_input

        output, start = outputs[path], time.monotonic()
        check_suffix(output)
        make_folder(output, output_dir)
        check_target(output, force=force)
        with open_input(path) as stream, progress_bar(path) as progress:
            decoding = decode(stream, fps=fps, times=dates, device=device)
            outline = decoding.outline
            rate = mean_rate(outline.clock, outline.frames)
            done = 0
            with open_sink(output, outline.shape, outline.dtype, rate, force=force) as sink:
                for frames in decoding:
                    sink.write(frames)
                    done += len(frames)
                    if progress:
                        progress(done, outline.frames)
        words = f"{outline.frames} frames at {float(rate):g}/s  {time.monotonic() - start:.1f} s"
        typer.echo(f"{path} -> {output}  {words}", err=True)

    each(outputs, work)


def npy_name(path: str) -> str:
    """`clip.vds` as clip.npy."""
    return str(Path(path).with_suffix(".npy"))


def mean_rate(clock: Clock, frames: int) -> Fraction:
    """Frames per second of `clock`, or their mean where the times are irregular (1 if unknown)."""
    if clock.rate is not None:
        return clock.rate
    first, last = clock.seconds(0, 1)[0], clock.seconds(frames - 1, frames)[0]
    span = Fraction(float(last) - float(first)).limit_denominator(10**6)
    return (frames - 1) / span if frames > 1 and span > 0 else Fraction(1)
