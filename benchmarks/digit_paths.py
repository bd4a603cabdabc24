"""Paths of Moving MNIST: what the best one through some knots leaves, under each prior."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from benchmarks.smooth_paths import SMOOTH, SPLINE, SmoothPrior, paths_of
from vdsc.bench.clips import moving_digits
from vdsc.bench.lossy_tables import table
from vdsc.core.types import Floats, Ints
from vdsc.model import curve
from vdsc.model.path_model import PathModel
from vdsc.model.seen_channels import SeenChannels
from vdsc.model.spline_fit import SplineFit
from vdsc.model.store import by_name

EVERY = (4, 8, 16)
"""Frames between even knots."""


def digits(most: int | None) -> dict[str, Any]:
    """Error of least squares through the paths of digits, on even knots and on as many that suit.

    Root mean square over clips' moving dimensions, each in units of its own spread in the clip.
    """
    networks, clips = PathModel.load(by_name("digits"), "cpu"), moving_digits(most or 12)
    tick, moving = 1 / networks.config.fps, ~networks.net.is_global.numpy()
    rate = float(networks.net.nu[torch.from_numpy(moving)].square().mean()) / 2
    rows: dict[str, Any] = {}
    for clip in clips:
        times = np.arange(len(clip.values)) * tick
        path = networks.infer(networks.frames.to_network(clip.values), times).path[:, moving]
        scaled = (path - path.mean(axis=0)) / path.std(axis=0).clip(1e-9)
        even = [np.unique([*range(0, len(times), n), len(times) - 1]) for n in EVERY]
        for prior in (None, SmoothPrior("OU", rate), *SMOOTH):
            with paths_of(prior):
                for key, error in _digit_errors(scaled, times, even).items():
                    name = SPLINE if prior is None else prior.name
                    rows.setdefault(name, {}).setdefault(key, []).append(round(error, 5))
    return {"clips": len(clips), "model": by_name("digits").digest.hex(), "rows": rows}


def _digit_errors(path: Floats, times: Floats, even: list[Ints]) -> dict[str, float]:
    own = thinned_to(path, times, [len(knots) for knots in even])
    found = {f"every {n}": path_error(path, times, k) for n, k in zip(EVERY, even, strict=True)}
    suit = {f"as {n}": path_error(path, times, k) for n, k in zip(EVERY, own, strict=True)}
    return found | suit


def thinned_to(path: Floats, times: Floats, counts: list[int]) -> list[Ints]:
    """Knots for a path (T, D), so many each: of every other frame's the least needed go first."""
    seen = SeenChannels(path, np.zeros_like(path), np.zeros(path.shape[1]))
    knots, kept = np.unique([*range(0, len(times), 2), len(times) - 1]), {}
    while len(knots) >= min(counts):
        kept[len(knots)] = knots
        if len(knots) < 3:
            break
        fit = SplineFit(seen, times, knots)
        grown = [fit.without(which) for which in range(1, len(knots) - 1)]
        knots = np.delete(knots, 1 + int(np.argmin(grown)))
    return [kept[count] for count in counts]


def path_error(path: Floats, times: Floats, knots: Ints) -> float:
    """Root mean square of what the best path through knots (M,) leaves of a path (T, D)."""
    matrix = curve.spline_matrix(times[knots], times)
    best = np.linalg.lstsq(matrix, path, rcond=None)[0]
    return float(np.sqrt(np.mean(np.square(path - matrix @ best))))


def digits_part(found: dict[str, Any]) -> str:
    """The table of one study of digits."""
    head = ["path", *(f"a knot every {n} frames" for n in EVERY)]
    head += [f"as many as every {n}, placed" for n in EVERY]
    lines = [
        [label, *(f"{np.mean(errors):.3f}" for errors in rows.values())]
        for label, rows in found["rows"].items()
    ]
    title = f"## digits: {found['clips']} clips, checkpoint {found['model'][:8]}"
    said = "Root mean square that the best path leaves, in units of the path's own spread."
    return f"{title}\n\n{said}\n\n{table(head, lines)}"
