"""Hindsight as docs/format/field.md says it, in plain Python; slow."""

from __future__ import annotations

from itertools import product

import numpy as np


def hindsight(looks, latents, whole, grid, sizes, params):
    """Move latents (blocks, K) by what all of them say."""
    block, around, moves = (looks[k].astype(object) for k in ("block", "around", "moves"))
    c = len(block) - len(looks["seen"]) - 2
    hidden = {}
    for b, place in enumerate(product(*map(range, grid))):
        x = [min(max(int(latents[b, p]), -20), 20) << 10 for p in looks["seen"]]
        x += [min(max(int(f), -(1 << 20)), 1 << 20) for f in whole[b, :c]]
        hidden[place] = kept(np.array([*x, params.get("t", 0) << 6, 1 << 10], object) @ block)
    nothing = [0] * block.shape[1]
    steps = [(-1, 0, 1) if n > 1 else (0,) for n in sizes]
    for b, place in enumerate(product(*map(range, grid))):
        x = []
        for step in product(*steps):
            x += hidden.get(tuple(p + s for p, s in zip(place, step, strict=True)), nothing)
        y = kept(np.array([*x, 1 << 10], object) @ around)
        for p, r in zip(looks["moved"], np.array([*y, 1 << 10], object) @ moves, strict=True):
            whole[b, p] += (int(r) + (1 << 13)) >> 14


def kept(x):
    """Numbers of a hidden layer."""
    return [min(max(int(v) >> 12, 0), 1 << 20) for v in x]
