"""Where the learned knots are: how many, and whether they gather where the motion is fast.

    VDSC_DATA=... python -m benchmarks.knots [clips]        all val clips if nothing else is said

Writes benchmarks/knots.json and knots.png.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr

import vdsc
from vdsc.bench.clips import Clip, NoData, motion
from vdsc.bench.metrics import ROOT, wrapped
from vdsc.bench.peers import ours
from vdsc.bench.runner import conditions, to_stderr, write_json

Array = NDArray[np.float64]

OUT = Path(__file__).with_suffix(".json")
QUALITY = 25
WINDOW = 0.5
"""Seconds over which speed and knots are averaged."""


@dataclass(frozen=True, slots=True)
class KnotTrace:
    """One clip: knot times (K,) s; at each frame (T,) its time, s, and what is around it.

    `speed` is the local mean angular speed, deg/s; `density` the local share of frames with a knot.
    """

    name: str
    times: Array
    knots: Array
    speed: Array
    density: Array


def trace(clip: Clip, knots: Array) -> KnotTrace:
    """Set a clip's knot times (K,) s beside its motion; `clip.fps` must be known."""
    if clip.fps is None:
        raise ValueError(f"clip {clip.name} has no frame rate")
    frames = len(clip.values)
    here = np.clip(np.round(knots * clip.fps).astype(int), 0, frames - 1)
    counts = np.bincount(here, minlength=frames).astype(np.float64)
    width = max(1, round(WINDOW * clip.fps))
    return KnotTrace(
        clip.name,
        np.arange(frames) / clip.fps,
        knots,
        local_mean(angular_speed(clip.values, clip.fps), width),
        local_mean(counts, width),
    )


def angular_speed(values: NDArray[Any], fps: float) -> Array:
    """(T,) mean absolute speed of all angles of motion (T, 96), deg/s, wraps taken out."""
    steps = np.abs(wrapped(np.diff(values[:, ROOT:].astype(np.float64), axis=0))).mean(axis=1)
    return fps * np.append(steps, steps[-1:] if len(steps) else 0.0)


def local_mean(signal: Array, width: int) -> Array:
    """Mean of (T,) over a centred window of `width` frames, over fewer at the ends."""
    window = np.ones(min(width, len(signal)))
    total = np.convolve(signal, window, "same")
    return total / np.convolve(np.ones_like(signal), window, "same")


def study(traces: Sequence[KnotTrace]) -> dict[str, Any]:
    """Share of frames that are knots, overall and by quarter of speed, and the correlations."""
    speed = np.concatenate([one.speed for one in traces])
    density = np.concatenate([one.density for one in traces])
    quarters = np.array_split(np.argsort(speed, kind="stable"), 4)
    return {
        "share": sum(len(one.knots) for one in traces) / len(speed),
        "share_by_speed_quarter": [float(density[part].mean()) for part in quarters],
        "spearman": float(spearmanr(speed, density).statistic),
        "pearson": float(pearsonr(speed, density).statistic),
        "window_seconds": WINDOW,
    }


def draw(one: KnotTrace, path: Path) -> None:
    """Write the picture of one clip as PNG: its speed above, its knots below."""
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 10.5}):
        figure = Figure(figsize=(8.6, 3.6), layout="constrained")
        top, low = figure.subplots(2, sharex=True, height_ratios=(4, 1))
        top.fill_between(one.times, one.speed, color="#2f5d8a", alpha=0.15, lw=0)
        top.plot(one.times, one.speed, color="#2f5d8a", lw=1.8)
        top.set(ylim=(0, None), ylabel="mean angular\nspeed, deg/s")
        share = len(one.knots) / len(one.times)
        title = f"CMU {one.name}: {len(one.knots)} knots for {len(one.times)} frames ({share:.0%})"
        top.set_title(title, loc="left", fontsize=12.5, fontweight="bold", pad=10)
        low.vlines(one.knots, 0, 1, color="#d1345b", lw=1.6)
        low.set(yticks=(), ylim=(0, 1), ylabel="knots", xlabel="seconds")
        top.grid(color="#e3e6ea", lw=0.8)
        for axes in (top, low):
            axes.spines[["top", "right"]].set_visible(False)
            axes.margins(x=0.01)
        figure.savefig(path, dpi=160)


def main(words: Sequence[str]) -> None:
    """Look at the knots of every clip, and draw those of the longest; without data say so."""
    try:
        clips = motion("val")[: int(words[0]) if words else None]
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")
        return
    traces = [trace(clip, knots_of(clip)) for clip in clips]
    draw(max(traces, key=lambda one: len(one.times)), OUT.with_suffix(".png"))
    write_json(OUT, {"conditions": conditions(), "quality": QUALITY, **study(traces)})


def knots_of(clip: Clip) -> Array:
    """Times (K,) s of the knots that a file of the clip has."""
    file = ours.encode("cmu", clip.fps, "learned", clip.values, (QUALITY,))
    return np.asarray(vdsc.inspect_knots(file), np.float64)


if __name__ == "__main__":
    main(sys.argv[1:])
