"""Learned laws with random weights, for tests."""

from __future__ import annotations

import numpy as np

from vdsc.quant import ValueGrid
from vdsc.twin.knot_law import KnotLaw
from vdsc.twin.law_coder import LawCoder, LearnedTables
from vdsc.twin.mixed_cells import Mixture


def weights(seed, dims, hidden=5, size=0.3):
    """The tensors of a law by name, float32."""
    rng = np.random.default_rng(seed)
    shapes = {
        "recall": (hidden, 3 * dims + 4), "line": (dims, 2 * dims), "first": (2 * dims, 1),
        "bend": (2 * dims, hidden + 4), "gate": (dims, hidden), "pace": (dims, 1),
    }  # fmt: skip
    made = {f"law.{k}.weight": rng.normal(0, size, shape) for k, shape in shapes.items()}
    made |= {f"law.{k}.bias": rng.normal(0, size, shape[0]) for k, shape in shapes.items()}
    for name in ("first_off", "first_loud", "later_off", "later_loud"):
        made[f"law.within.{name}"] = rng.normal(0, size, (dims, dims))
    return {k: v.astype(np.float32) for k, v in made.items()}


def learned(seed, dims):
    """A law, mixtures of three laws, and one dimension that is still where there are several."""
    rng = np.random.default_rng(seed + 1)
    shares = rng.integers(1, 5000, (dims, 3))
    shares[:, 1] += (1 << 14) - shares.sum(1)
    widths = np.exp2(rng.uniform(7, 17, (dims, 3))).astype(np.int64)
    still = np.arange(dims) == dims - 1 if dims > 1 else np.zeros(1, bool)
    return LearnedTables(KnotLaw(weights(seed, dims)), Mixture(shares, widths), still)


def coder(seed, dims, *, even=True):
    """A coder of random tables and steps."""
    rng = np.random.default_rng(seed + 2)
    steps = np.exp2(rng.uniform(6, 17, dims)).astype(np.int64)
    grid = ValueGrid(steps, 1 if even else int(rng.choice([2, 4, 64])), open=True)
    return LawCoder(learned(seed, dims), grid), grid


def walk(seed, dims, count, *, wild=0.05):
    """Values (M, D) Q16, most within a few units and some anywhere, and ticks (M,)."""
    rng = np.random.default_rng(seed + 3)
    z = np.cumsum(rng.normal(0, 20000, (count, dims)), axis=0)
    far = rng.choice([-1, 1], z.shape) * np.exp2(rng.uniform(10, 46, z.shape))
    z = np.where(rng.random(z.shape) < wild, far, z).astype(np.int64)
    ticks = np.cumsum(np.exp2(rng.uniform(0, 8, count)).astype(np.int64))
    return z, ticks - ticks[0]
