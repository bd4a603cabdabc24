"""Solids that are made up: what to train on, where nothing real is.

shape -voxelised, as meshes usually are: where its surface was hit, and what lies inside-> solid
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.codecs.solids.voxel_sight import Solid
from vdsc.core.types import Floats
from vdsc.train.solids.joined_shapes import (
    both,
    creature,
    lump,
    machine,
    put,
    sheets,
    slight_turn,
    turn,
    waves,
)
from vdsc.train.solids.signed_shapes import SHAPES, Draw, Numbers, Shape

LOOK = 2.0
"""A thing is looked for within so much of the origin."""

LEAST, MOST = 0.002, 0.4
"""The share of voxels that a solid has at least and at most."""

KINDS: tuple[tuple[Callable[[Draw], Shape], float], ...] = (
    (creature, 0.45),
    (machine, 0.3),
    (lump, 0.13),
    (sheets, 0.12),
)


@dataclass(frozen=True, eq=False)
class MadeSolid:
    """A solid; whether its left half mirrors its right one; whether only its surface is there."""

    voxels: Solid
    alike: bool
    hollow: bool


def solid(rng: Draw, side: int) -> MadeSolid:
    """A solid of side^3 voxels. Those that are alike have their mirror plane along axis 0."""
    while True:
        alike, hollow = rng.random() < 0.5, rng.random() < 0.18
        made = _placed(rng, _thing(rng, alike=alike), side, alike=alike, hollow=hollow)
        if made is not None and LEAST < made.mean() < MOST:
            order = (0, *rng.permutation([1, 2])) if alike else rng.permutation(3)
            flips = tuple(slice(None, None, int(rng.choice([-1, 1]))) for _ in range(3))
            return MadeSolid(np.ascontiguousarray(made.transpose(*order)[flips]), alike, hollow)


def _thing(rng: Draw, *, alike: bool) -> Shape:
    makers, shares = zip(*KINDS, strict=True)
    thing: Shape = makers[rng.choice(len(makers), p=shares)](rng)
    if alike:
        return _not_quite(rng, _doubled(thing))
    if rng.random() < 0.4:
        thing = _doubled(thing)
    return put(thing, turn(rng, 0.0), np.zeros(3), 1.0) if rng.random() < 0.6 else thing


def _doubled(thing: Shape) -> Shape:
    return lambda x, y, z: thing(abs(x), y, z)


def _not_quite(rng: Draw, thing: Shape) -> Shape:
    """A symmetric thing, in two of three cases a little less so."""
    chance = rng.random()
    if chance < 0.2:
        place = np.array([rng.normal(0, 0.01), 0, 0])
        return put(thing, slight_turn(rng, float(rng.choice([0.004, 0.015]))), place, 1.0)
    if chance < 0.4:
        bumps = waves(rng, rng.uniform(0.005, 0.06), 3, 12)
        return lambda x, y, z: thing(x, y, z) + bumps(x, y, z)
    if chance < 0.6:
        simple = SHAPES[rng.integers(len(SHAPES))](rng)
        extra = put(simple, turn(rng), rng.uniform(-0.8, 0.8, 3), rng.uniform(0.1, 0.5))
        soft = float(rng.choice([0, 0.1]))
        return lambda x, y, z: both(thing(x, y, z), extra(x, y, z), soft)
    if chance < 0.7:
        bend = waves(rng, rng.uniform(0.05, 0.2), 1, 4, 4)
        return lambda x, y, z: thing(x + bend(x, y, z), y + bend(z, x, y), z)
    return thing


def _placed(rng: Draw, thing: Shape, side: int, *, alike: bool, hollow: bool) -> Solid | None:
    """A thing that fills its cube along its longest axis, as voxels; None if there is none."""
    line = np.linspace(-LOOK, LOOK, 36)
    coarse = np.broadcast_to(thing(*np.ix_(line, line, line)), (36,) * 3)
    found = np.argwhere(coarse < 0.06)
    if len(found) < 8:
        return None
    low, high = line[found.min(axis=0)], line[found.max(axis=0)]
    filled = rng.choice([0.9, 0.9, rng.uniform(0.4, 0.95)])
    step, middle = float((high - low).max() / (side * filled)), (low + high) / 2
    if alike:
        middle[0] = 0.0 if rng.random() < 0.8 else rng.choice([0, 0.5]) * step
    first = np.clip(((low - middle) / step + side / 2 - 5).astype(int), 0, side - 2)
    last = np.clip(((high - middle) / step + side / 2 + 5).astype(int), first + 2, side)
    axes = [
        (np.arange(a, b) - (side / 2 - 1)) * step + m
        for a, b, m in zip(first, last, middle, strict=True)
    ]
    made = np.zeros((side,) * 3, np.uint8)
    window = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    made[window] = _voxels(rng, thing, axes, step, hollow=hollow)
    return made


def _voxels(rng: Draw, thing: Shape, axes: list[Numbers], step: float, *, hollow: bool) -> Any:
    """Where a point of the surface, drawn at random, was; and what is inside, unless hollow."""
    away = np.asarray(thing(*np.ix_(*axes)), np.float32)
    slope = np.stack([np.gradient(away, axis=k) for k in range(3)], axis=-1)
    steep = np.maximum(np.sqrt(np.square(slope).sum(axis=-1)), 1e-4)
    density = int(rng.choice([0, 6, 10, 16], p=[0.1, 0.3, 0.3, 0.3]))
    if hollow:
        density = max(density, 6)
    hit = np.zeros(away.shape, bool)
    if density:
        hit[_surface(rng, thing, axes, step, density, away, slope, steep)] = True
    if not hollow:
        return hit | (away < 0)
    if rng.random() < 0.6:
        return hit
    return hit | ((away < 0) & (away > -rng.uniform(1, 3) * steep))


def _surface(
    rng: Draw, thing: Shape, axes: list[Numbers], step: float, density: int,
    away: Numbers, slope: Numbers, steep: Numbers,
) -> tuple[Numbers, ...]:  # fmt: skip
    """The voxels of points that are pulled to the surface from about it."""
    near = np.repeat(np.argwhere(abs(away) < 1.4 * steep), density, axis=0)
    shift: Floats = rng.uniform(-0.5, 0.5, near.shape)
    at = tuple(near.T)
    points = [axes[k][near[:, k]] + shift[:, k] * step for k in range(3)]
    far = thing(*points) / steep[at]
    pulled = near + shift - (far / steep[at])[:, None] * slope[at]
    voxel = np.clip(np.rint(pulled), 0, np.array(away.shape) - 1).astype(int)
    return tuple(voxel[abs(far) < 0.75].T)
