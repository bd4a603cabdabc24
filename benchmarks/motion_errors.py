"""How far decoded motion is off: angles, those that move, joints in space, the root."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vdsc.bench.metrics import ROOT, wrapped
from vdsc.core.skeleton import Skeleton
from vdsc.io.bvh_hierarchy import read_hierarchy

Array = NDArray[np.floating]
END = b"\nMOTION\nFrames: 1\nFrame Time: 1\n"
STILL = 1e-3
"""Degrees within which a channel of a clip is taken for constant."""


def errors(values: Array, decoded: Array, body: Skeleton, unit: float) -> dict[str, float]:
    """Mean errors of a clip's frames (T, C), whose positions are in units of `unit` cm.

    degrees: of all angles. moving: of those that move in the clip. joints_cm: how far joints are
    from where they were, the root as decoded. posture_cm: the same with the root put right.
    root_cm: how far the root is off.
    """
    before, after = values.astype(np.float64), decoded.astype(np.float64)
    off = np.abs(wrapped(after - before)[:, ROOT:])
    moving = np.ptp(before[:, ROOT:], axis=0) > STILL
    righted = np.concatenate([before[:, :ROOT], after[:, ROOT:]], axis=1)
    there = body.place(before)[0]
    return {
        "degrees": float(off.mean()),
        "moving": float(off[:, moving].mean()),
        "joints_cm": _apart(there, body.place(after)[0]) * unit,
        "posture_cm": _apart(there, body.place(righted)[0]) * unit,
        "root_cm": _apart(before[:, None, :ROOT], after[:, None, :ROOT]) * unit,
    }


def _apart(one: Array, other: Array) -> float:
    """Mean distance between points (n, J, 3)."""
    return float(np.linalg.norm(one - other, axis=-1).mean())


@cache
def skeleton(file: Path) -> Skeleton:
    """The skeleton of a BVH header."""
    head = file.read_bytes().partition(b"MOTION")[0].rstrip()
    return read_hierarchy(io.BytesIO(head + END).readline, file.stem).skeleton
