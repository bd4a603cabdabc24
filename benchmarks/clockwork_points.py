"""CW-VAE on the clips of Figure 5: whole files, coded and decoded for real.

    VDSC_DATA=... python -m benchmarks.clockwork_points WEIGHTS.npz

Writes benchmarks/paper/clockwork.json. The weights come from benchmarks/clockwork_training.py.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.motion_study import BURSTY
from vdsc.bench.clips import MOTION_FPS, NoData, motion
from vdsc.bench.lossy_domains import LossyDomain
from vdsc.bench.lossy_points import points
from vdsc.bench.metrics import mean_angular_error, mean_root_error
from vdsc.bench.peers import clockwork
from vdsc.bench.runner import Journal, conditions, to_stderr, write_json

OUT = Path(__file__).parent / "paper/clockwork.json"
COUNTED = 400
"""Frames of each training clip on which the widths of steps are found."""


def main(weights: Path) -> None:
    """Measure every setting on cmu val; without data say so."""
    try:
        train = [c.values[:COUNTED] for c in motion("train") if c.name not in BURSTY]
        clips = motion("val")
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")
        return
    peers = clockwork.peers(weights, train[::2])
    domain = LossyDomain(
        "clockwork", "CW-VAE", "deg", clips, peers, mean_angular_error,
        {"root_cm": mean_root_error}, (0.5, 1.0),
    )  # fmt: skip
    found = points(domain, Journal(OUT.with_suffix(".part.json"), {"weights": str(weights)}))
    with np.load(weights, allow_pickle=False) as stored:
        training = {"steps": int(stored["steps"]), "cpu_seconds": float(stored["seconds"])}
        training["weights"] = int(sum(stored[name].size for name in stored.files)) - 2
    note = f"{clips[0].name} to {clips[-1].name} at {MOTION_FPS:g} frames a second"
    record = {"conditions": conditions(), "training": training, "clips": note}
    write_json(OUT, record | {"points": [asdict(one) for one in found]})
    OUT.with_suffix(".part.json").unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
