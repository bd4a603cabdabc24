"""`vdsc compress`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

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
    from vdsc.api import Report


def compress(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT", help="Files; '-' is stdin.")],
    *,
    out: OutOption = None,
    output_dir: OutputDirOption = None,
    recursive: Annotated[bool, typer.Option("-r", help="Take the files in directories.")] = False,
    fps: FpsOption = None,
    times: TimesOption = None,
    quality: Annotated[
        int | None, typer.Option(min=1, max=100, help="Size against error (default: 75).")
    ] = None,
    knots: Annotated[
        Literal["learned", "full"] | None,
        typer.Option(help="Knots where needed, or at each frame (default: learned)."),
    ] = None,
    grid: Annotated[
        Literal["rec", "prior", "auto"] | None,
        typer.Option(
            help="Knot times: medians of the posterior under a frozen prior, samples of it by "
            "relative entropy coding, or the smaller of both (default: prior)."
        ),
    ] = None,
    lossless: Annotated[
        bool, typer.Option("--lossless", help="Give back every bit, of any array of numbers.")
    ] = False,
    verify: Annotated[
        bool, typer.Option(help="Decode each chunk of a lossless file as it is made.")
    ] = True,
    model: Annotated[
        str | None, typer.Option(metavar="NAME|PATH", help="Checkpoint (default: the one fitting).")
    ] = None,
    device: DeviceOption = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Seed of what is drawn.")] = 0,
    force: ForceOption = False,
) -> None:
    """Compress arrays to .vds files.

    INPUT is an .npy or .npz file (FILE.npz:KEY names one of several arrays), a directory with -r,
    or '-': (T, D) floats or (T, H, W[, C]) uint8; with --lossless any numbers (T, ...).
    """
    from vdsc.cli.talk import progress_bar, say_report
    from vdsc.io.replacing import replacing
    from vdsc.io.source import SUFFIXES, open_source
    from vdsc.io.times_file import read_times

    exclusive(fps=fps, times=times)
    chosen = {"quality": quality, "knots": knots, "grid": grid, "model": model}
    for name, value in chosen.items():
        exclusive(**{"lossless": lossless or None, name: value})
    places = expand(inputs, SUFFIXES, recursive=recursive)
    outputs = plan(places, out, output_dir, vds_name)
    dates = None if times is None else read_times(times)
    encode: Callable[..., Report]
    if lossless:
        from vdsc.api import encode_exactly

        encode = partial(encode_exactly, verify=verify)
    else:
        from vdsc.api import encode as encode_path

        settings: dict[str, Any] = {
            "quality": quality or 75,
            "knots": knots or "learned",
            "grid": grid or "prior",
            "model": model,
        }
        encode = partial(encode_path, device=device, seed=seed, **settings)

    def work(path: str) -> None:
        output = outputs[path]
        make_folder(output, output_dir)
        with (
            open_source(path, exact=lossless) as source,
            replacing(output, force=force) as stream,
            progress_bar(path) as progress,
        ):
            report = encode(source, stream, fps=fps, times=dates, progress=progress)
        say_report(path, output, report)

    each(outputs, work)


def vds_name(path: str) -> str:
    """`clip.npy` as clip.vds, `clips.npz:walk` as clips.walk.vds."""
    named = re.sub(r"\.npz:([^/]+)$", r".\1.npz", path)
    return str(Path(named).with_suffix(".vds"))
