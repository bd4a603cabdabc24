"""Figure 6: where the knots of a file lie on its latent path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import vdsc
from vdsc.api.knots import windows
from vdsc.bench import clips as data
from vdsc.bench.clips import Clip
from vdsc.bench.paper.figure import (
    PaperFigure,
    Record,
    Workplace,
    digest_of_clips,
    digest_of_model,
    markdown_table,
)
from vdsc.bench.peers import even_knots, ours
from vdsc.codecs.knots import checkpoints
from vdsc.model import store
from vdsc.twin import path_instants

Array = NDArray[np.float64]

SHOWN = (
    "Latent dimensions of some sequences with dots at the knots: the more happens, the "
    "denser they lie; small changes are smoothed away by the cubic spline."
)
DIFFERS = (
    "Grey: the path of a fine file with a knot at every frame; blue: that of a file with learned "
    "knots, decoded from disk; dots: its knots. Motion is a cubic spline between knots, "
    "Moving MNIST the bridge of equation (21), whose knots lie where a digit bounces. The "
    "three dimensions that vary most are drawn. All dimensions share the times of their "
    "knots."
)
DIMS = 3
FINE = 85
"""Quality of the file, with a knot at every frame, that is drawn as what the path would be."""


@dataclass(frozen=True, slots=True)
class TracedClip:
    """A clip, its checkpoint, and the quality of its file."""

    clip: Clip
    model: str
    quality: int


def traced() -> list[TracedClip]:
    """An erratic motion, a walk, and two digits; raises NoData."""
    motion = {clip.name: clip for clip in [*data.motion("val"), *data.motion("train")]}
    return [
        TracedClip(motion["05_18"], "cmu", 34),
        TracedClip(motion["07_04"], "cmu", 34),
        TracedClip(data.moving_digits(1)[0], "digits", 40),
    ]


def inputs() -> Record:
    """What the files depend on."""
    every = traced()
    return {
        "models": {name: digest_of_model(name) for name in ("cmu", "digits")},
        "clips": digest_of_clips(one.clip for one in every),
        "qualities": [*(one.quality for one in every), FINE],
    }


def _file(place: Workplace, one: TracedClip, knots: str) -> bytes:
    """The file of a clip with "learned", "full" or "even" knots; "fine": full, at quality FINE."""
    asked = {"even": "learned", "fine": "full"}.get(knots, knots)
    quality = FINE if knots == "fine" else one.quality

    def encode() -> bytes:
        return ours.encode(one.model, one.clip.fps, asked, one.clip.values, (quality,))

    def encode_evenly() -> bytes:
        with even_knots.evenly():
            return encode()

    make: Callable[[], bytes] = encode_evenly if knots == "even" else encode
    return place.kept(f"{one.clip.name}-{knots}.vds", make).read_bytes()


def make(place: Workplace) -> Record:
    """Knots and bytes, and how dense knots are where the path is quick and where it is slow."""
    rows: list[dict[str, Any]] = []
    for one in traced():
        files = {knots: _file(place, one, knots) for knots in ("learned", "even", "full")}
        quick, slow = _densities(files["learned"], _file(place, one, "fine"))
        rows.append(
            {
                "clip": one.clip.name,
                "model": one.model,
                "frames": len(one.clip.values),
                "knots": len(vdsc.inspect_knots(files["learned"])),
                "quickest_quarter": quick,
                "slowest_quarter": slow,
                **{f"{name}_bytes": len(file) for name, file in files.items()},
                **{f"{name}_error": _error(one, file) for name, file in files.items()},
            }
        )
        place.say(f"figure6 {one.clip.name}: {rows[-1]['knots']} knots")
    return {"rows": rows}


def _error(one: TracedClip, file: bytes) -> float:
    """Root of the mean squared error, in the unit of the values."""
    decoded = np.asarray(vdsc.decompress(file).values, np.float64)
    return float(np.sqrt(np.mean((decoded - one.clip.values) ** 2)))


def _densities(learned: bytes, fine: bytes) -> tuple[float, float]:
    """Knots a second in the quarter of the time where the path bends most, and least."""
    seconds, path = path_of(fine)
    tick = float(np.median(np.diff(seconds)))
    bend = np.abs(np.diff(path, 2, axis=0)).mean(axis=1)
    width = max(1, round(0.5 / tick))
    bend = np.convolve(np.pad(bend, 1, mode="edge"), np.ones(width) / width, "same")
    order = np.argsort(bend, kind="stable")
    at = np.searchsorted(seconds, vdsc.inspect_knots(learned)[1:-1] - tick / 2)
    counts = np.bincount(np.clip(at, 0, len(seconds) - 1), minlength=len(seconds))
    quarter = max(1, len(order) // 4)
    quick, slow = order[-quarter:], order[:quarter]
    return float(counts[quick].mean() / tick), float(counts[slow].mean() / tick)


def path_of(file: bytes) -> tuple[Array, Array]:
    """Times (T,) and latents (T, D) of a file at all of its frames."""
    header = vdsc.info(file)
    decoder = checkpoints.decoder(store.by_name(header.model or ""))
    seconds, parts = [], []
    for window in windows(file):
        knots = window.seconds[window.window.knots]
        curve = path_instants.curve(knots, window.window.values, decoder.rates)
        seconds.append(window.seconds)
        parts.append(curve(window.seconds) / 65536)
    return np.concatenate(seconds), np.concatenate(parts)


def knots_of(file: bytes) -> tuple[Array, Array]:
    """Times (K,) and values (K, D) of the knots of a file."""
    found = [(w.seconds[w.window.knots], w.window.values / 65536) for w in windows(file)]
    times, values = zip(*found, strict=True)
    return np.concatenate(times), np.concatenate(values)


def table(record: Record) -> str:
    """A row a clip."""
    head = (
        "clip", "frames", "knots", "knots/s, most bent quarter", "least bent quarter",
        "bytes: learned", "even", "every frame", "RMS error: learned", "even", "every frame",
    )  # fmt: skip
    rows = [
        (
            f"{row['clip']} ({row['model']})",
            str(row["frames"]),
            str(row["knots"]),
            f"{row['quickest_quarter']:.1f}",
            f"{row['slowest_quarter']:.1f}",
            *(f"{row[f'{name}_bytes']:,}" for name in ("learned", "even", "full")),
            *(f"{row[f'{name}_error']:.2f}" for name in ("learned", "even", "full")),
        )
        for row in record["rows"]
    ]
    return markdown_table(head, rows)


def draw(record: Record, place: Workplace, path: Path) -> None:
    """Latents over time with dots at the knots, a clip below the other."""
    del record
    every = traced()
    figure = Figure(figsize=(9, 2.6 * len(every)), layout="constrained")
    for axes, one in zip(figure.subplots(len(every), 1), every, strict=True):
        _curves(axes, _file(place, one, "learned"), _file(place, one, "fine"))
        axes.set_title(f"{one.model}, {one.clip.name}", loc="left", fontsize=9)
    figure.savefig(path, dpi=120, metadata={"Software": None})


def _curves(axes: Any, learned: bytes, fine: bytes) -> None:
    """The dimensions that vary most, apart from each other."""
    seconds, dense = path_of(fine)
    _, path = path_of(learned)
    times, values = knots_of(learned)
    moving = np.argsort(path.var(axis=0))[::-1][:DIMS]
    room = 1.2 * max(float(np.ptp(path[:, d])) for d in moving)
    for number, d in enumerate(moving):
        shift = -number * room - path[:, d].mean()
        axes.plot(seconds, dense[:, d] + shift, color="#b5b5b5", lw=2.2)
        axes.plot(seconds, path[:, d] + shift, color="#1f5fbf", lw=1.1)
        axes.plot(times, values[:, d] + shift, "o", color="#b84e00", ms=3)
    axes.set(yticks=(), xlim=(seconds[0], seconds[-1]))
    axes.set_xlabel("seconds", fontsize=8)
    axes.tick_params(labelsize=7)


FIGURE = PaperFigure(
    name="figure6",
    title="Figure 6: knots on latent paths",
    shown=SHOWN,
    differs=DIFFERS,
    inputs=inputs,
    make=make,
    table=table,
    draw=draw,
)
