"""Figure 5: rate-distortion curves of motion capture, beside a Clockwork VAE."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from vdsc.bench import clips as data
from vdsc.bench.lossy_domains import LossyDomain, cmu
from vdsc.bench.paper import rate_curves
from vdsc.bench.paper.figure import (
    PaperFigure,
    Record,
    Workplace,
    digest_of_clips,
    digest_of_file,
    digest_of_model,
)
from vdsc.bench.peers import even_knots, ours

QUALITIES = (16, 25, 34, 44, 53, 62)
BASELINE = Path("benchmarks/paper/clockwork.json")
"""Points of CW-VAE on the same clips: `python -m benchmarks.clockwork_points WEIGHTS.npz`."""

SHOWN = (
    "Bits a dimension against the mean absolute error on CMU motion capture and AMASS: the "
    "error that CW-VAE reaches at 0.3 bits a dimension takes 0.15 with learned knots, which "
    "lie at less than 10 % of the frames."
)
DIFFERS = (
    "The 23 sequences of CMU subjects 07 and 08, which training never saw; AMASS is not at "
    "hand. Bytes are those of whole files on disk, with knot times, pose and header. CW-VAE "
    "is our own small one (levels of 4, 16 and 64 frames, one network for all rates), "
    "trained on the same sequences; its latents are rounded and entropy-coded for real "
    "under its own prior, in floats, so its files are good on one machine. Beside the "
    "learned knots stand a knot at every frame and as many even ones."
)


def domain() -> LossyDomain:
    """CMU val with the peers of this figure."""
    base = cmu(None, QUALITIES)
    learned, full = ours.peers("cmu", data.MOTION_FPS, QUALITIES)[:2]
    full = replace(full, settings=full.settings[::2])
    even = even_knots.peer("cmu", data.MOTION_FPS, QUALITIES)
    linear = replace(ours.linear(data.MOTION_FPS)[0], settings=((20.0,), (32.0,), (44.0,)))
    return replace(base, peers=(learned, full, even, linear))


def inputs() -> Record:
    """What the points depend on."""
    clips = data.motion("val")
    return {
        "model": digest_of_model("cmu"),
        "clips": digest_of_clips(clips),
        "qualities": QUALITIES,
        "clockwork": digest_of_file(BASELINE),
    }


def make(place: Workplace) -> Record:
    """Points of all peers, and those of the baseline if they were measured."""
    if not BASELINE.is_file():
        place.say(f"no {BASELINE}: the figure is made without CW-VAE")
        return rate_curves.measured(place, domain(), [])
    found: dict[str, Any] = json.loads(BASELINE.read_text(encoding="utf-8"))
    curves = rate_curves.measured(place, domain(), found["points"])
    return {**curves, "clockwork": found["training"]}


def table(record: Record) -> str:
    """All curves, and how long the baseline was trained."""
    curves = rate_curves.table(record)
    if "clockwork" not in record:
        return curves
    run = record["clockwork"]
    words = (
        f"CW-VAE was trained for {run['steps']:,} steps, {run['cpu_seconds'] / 60:.0f} minutes of "
        f"one core's time, and has {run['weights']:,} weights. `cmu` took "
        "28,500 steps in about 75 minutes of a core that other work shared."
    )
    return f"{words}\n\n{curves}"


FIGURE = PaperFigure(
    name="figure5",
    title="Figure 5: rate and distortion of motion capture",
    shown=SHOWN,
    differs=DIFFERS,
    inputs=inputs,
    make=make,
    table=table,
    draw=rate_curves.drawing(domain),
)
