"""The base of the codec `field` as docs/format/field.md says it, in plain Python; slow."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np

from tests.docs.page_decoder import word


def drawn(stack, tensors, shape):
    """The values (*shape, 3) that a base adds."""
    whole = {name: array.astype(object) for name, array in tensors.items()}
    side, (rows, columns) = whole["waves"].shape[1], shape[-2:]
    made = np.zeros((prod(shape[:-2]), rows, columns, 3))
    corners = list(product(range(len(made)), range(0, rows, side), range(0, columns, side)))
    counts = [stack.uniform(len(whole["blocks"]) + 1) for _ in corners]
    indices = [[stack.uniform(1 << 16) for _ in range(n)] for n in counts]
    for (picture, top, left), own in zip(corners, indices, strict=True):
        weights = layers(whole, latents(whole, own))
        for r, c in product(range(side), range(side)):
            if top + r < rows and left + c < columns:
                made[picture, top + r, left + c] = pixel(whole, weights, r, c)
    return made.reshape(*shape, 3)


def latents(whole, indices):
    """The latents of a tile."""
    last = f"turn.{len(whole['places']) - 1}"
    gating = [len(whole[name]) for name in whole if name.startswith("left_turn.")]
    z = [0] * (len(whole[last]) + max(gating, default=0))
    for b, i in enumerate(indices):
        used = [k for k, place in enumerate(whole["blocks"][b]) if place != -1]
        for j, k in enumerate(used):
            drawn_word = word(2026, b, j, i)
            total = sum(drawn_word >> 16 * q & 0xFFFF for q in range(4)) - 131070
            z[whole["blocks"][b][k]] += (whole["scales"][b][k] * total + (1 << 15)) >> 16
    return z


def layers(whole, z):
    """The weights of a tile."""
    made = []
    for i, p in enumerate(whole["places"]):
        layer = gated(whole, i, z) if f"left.{i}" in whole else whole[f"layer.{i}"]
        total = layer + turned(z, whole[f"turn.{i}"], p)
        made.append(np.clip(total, -(1 << 20), 1 << 20))
    return made


def gated(whole, i, z):
    """A layer times its gates."""
    p, q = whole["gate_places"][i]
    g = z[len(z) - len(whole[f"left_turn.{i}"]) :]
    u = np.clip(whole[f"left.{i}"] + turned(g, whole[f"left_turn.{i}"], p), -(1 << 20), 1 << 20)
    v = np.clip(whole[f"right.{i}"] + turned(g, whole[f"right_turn.{i}"], q), -(1 << 20), 1 << 20)
    low, high = whole["bounds"]
    gate = np.clip((1 << 12) + shifted(u @ v + (1 << 11), 12), low, high)
    return shifted(whole[f"layer.{i}"] * gate + (1 << 11), 12)


def turned(z, turn, p):
    """What latents add to weights."""
    return shifted(sum(z[n] * turn[n] for n in range(len(turn))) + (1 << p >> 1), p)


def shifted(values, places):
    """Whole numbers with so many binary places less, rounded down."""
    return np.frompyfunc(lambda v: int(v) >> int(places), 1, 1)(values)


def pixel(whole, weights, r, c):
    """Red, green and blue."""
    waves = whole["waves"]
    inputs = [(waves[a][r] * waves[b][c] + (1 << 17)) >> 18 for a, b in whole["pairs"]]
    x = inputs[: len(weights[0]) - 1]
    for w in weights[:-1]:
        x = [min(max(int(v) >> 12, 0), 1 << 20) for v in np.array([*x, 1024], object) @ w]
    found = np.array([*x, *inputs, 1024], object) @ weights[-1]
    return [min(max(((int(v) + 256) >> 9) + 32768, 0), 65280) / 256 for v in found]
