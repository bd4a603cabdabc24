"""Simple shapes as functions that say how far a point lies outside: below 0 it is inside.

Each maker draws a shape of about unit size from a generator; the function takes arrays x, y, z.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
Shape = Callable[[Numbers, Numbers, Numbers], Numbers]
Draw = np.random.Generator


def length(x: Numbers, y: Numbers, z: Numbers | float = 0.0) -> Numbers:
    """The length of vectors."""
    return np.asarray(np.sqrt(x * x + y * y + z * z))


def box(rng: Draw) -> Shape:
    """A box, sometimes a thin plate, sometimes with round edges."""
    half = rng.uniform(0.1, 1, 3)
    if rng.random() < 0.35:
        half[rng.integers(3)] *= 0.1
    round_ = rng.choice([0, 0.1, 0.3]) * half.min()

    def shape(x: Numbers, y: Numbers, z: Numbers) -> Any:
        a, b, c = (abs(v) - h + round_ for v, h in zip((x, y, z), half, strict=True))
        outside = length(np.maximum(a, 0), np.maximum(b, 0), np.maximum(c, 0))
        return outside + np.minimum(np.maximum(a, np.maximum(b, c)), 0) - round_

    return shape


def ellipsoid(rng: Draw) -> Shape:
    """An ellipsoid."""
    a, b, c = half = rng.uniform(0.25, 1, 3)
    if rng.random() < 0.4:
        b = c = half[1]

    def shape(x: Numbers, y: Numbers, z: Numbers) -> Any:
        near, slope = length(x / a, y / b, z / c), length(x / a**2, y / b**2, z / c**2)
        return near * (near - 1) / np.maximum(slope, 1e-4)

    return shape


def cylinder(rng: Draw) -> Shape:
    """A cylinder, or one that grows thicker to one end."""
    radius, half = rng.uniform(0.08, 0.7), rng.uniform(0.08, 1)
    taper = rng.choice([0, 0, 0.6, -0.6]) * rng.random()

    def shape(x: Numbers, y: Numbers, z: Numbers) -> Any:
        a, b = length(x, y) - radius * (1 + taper * z / half), abs(z) - half
        return np.minimum(np.maximum(a, b), 0) + length(np.maximum(a, 0), np.maximum(b, 0))

    return shape


def cone(rng: Draw) -> Shape:
    """A cone."""
    radius, tall = rng.uniform(0.2, 0.8), rng.uniform(0.4, 1.4)
    side = float(np.hypot(radius, tall))

    def shape(x: Numbers, y: Numbers, z: Numbers) -> Any:
        return np.maximum((length(x, y) * tall + (z - tall / 2) * radius) / side, -z - tall / 2)

    return shape


def torus(rng: Draw) -> Shape:
    """A ring."""
    large, oval = rng.uniform(0.35, 0.8), rng.uniform(0.5, 1)
    small = large * rng.uniform(0.1, 0.5)
    return lambda x, y, z: length(length(x, y / oval) - large, z) - small


def capsule(rng: Draw) -> Shape:
    """A rod with round ends of two sizes."""
    half, first = rng.uniform(0.2, 0.9), rng.uniform(0.04, 0.4)
    return segment((0, 0, -half), (0, 0, half), first, first * rng.uniform(0.3, 1))


def rod(rng: Draw) -> Shape:
    """A thin rod."""
    half, radius = rng.uniform(0.4, 1), rng.uniform(0.015, 0.06)
    return segment((0, 0, -half), (0, 0, half), radius, radius)


def polyhedron(rng: Draw) -> Shape:
    """What lies within several planes."""
    count = int(rng.integers(5, 14))
    normal = rng.normal(size=(count, 3))
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    return _within(normal, rng.uniform(0.3, 0.8, count), 1.0)


def prism(rng: Draw) -> Shape:
    """A polygon, regular or not, that is thick or thin."""
    count = int(rng.integers(3, 9))
    even = rng.random() < 0.5
    turn = np.arange(count) / count * 2 * np.pi if even else np.sort(rng.uniform(0, 6.28, count))
    away = np.full(count, 0.6) if even else rng.uniform(0.3, 0.8, count)
    half = rng.uniform(0.05, 0.2) if rng.random() < 0.5 else rng.uniform(0.2, 0.9)
    inside = _within(np.stack([np.cos(turn), np.sin(turn), 0 * turn], 1), away, 1.0)
    return lambda x, y, z: np.maximum(inside(x, y, z), abs(z) - half)


def turned(rng: Draw) -> Shape:
    """What a lathe makes: a vase, a bottle, a pawn."""
    heights, fine = np.linspace(-1, 1, 8), np.linspace(-1, 1, 200)
    radii = np.clip(np.cumsum(rng.normal(0, 0.18, 8)) + rng.uniform(0.2, 0.6), 0.04, 0.9)
    profile = np.interp(fine, heights, radii)
    if rng.random() < 0.7:
        window = np.hanning(41) / np.hanning(41).sum()
        profile = np.convolve(np.pad(profile, 20, mode="edge"), window, "valid")

    def shape(x: Numbers, y: Numbers, z: Numbers) -> Any:
        return np.maximum((length(x, y) - np.interp(z, fine, profile)) * 0.8, abs(z) - 1)

    return shape


def gear(rng: Draw) -> Shape:
    """A wheel with teeth and a hole."""
    teeth, radius, half = int(rng.integers(5, 16)), rng.uniform(0.5, 0.8), rng.uniform(0.1, 0.4)
    deep, hole = rng.uniform(0.04, 0.15), radius * rng.uniform(0.2, 0.6)

    def shape(x: Numbers, y: Numbers, z: Numbers) -> Any:
        away, angle = length(x, y), np.arctan2(y, x)
        rim = (away - radius - deep * np.clip(2 * np.sin(teeth * angle), -1, 1)) * 0.8
        return np.maximum(np.maximum(rim, abs(z) - half), hole - away)

    return shape


def segment(first: Any, last: Any, thick: float, thin: float) -> Shape:
    """What is near a line between two points; how near changes from one end to the other."""
    begin = np.asarray(first, float)
    way = np.asarray(last, float) - begin
    square = max(float(way @ way), 1e-6)

    def shape(x: Numbers, y: Numbers, z: Numbers) -> Any:
        x, y, z = x - begin[0], y - begin[1], z - begin[2]
        at = np.clip((x * way[0] + y * way[1] + z * way[2]) / square, 0, 1)
        return length(x - at * way[0], y - at * way[1], z - at * way[2]) - (
            thick + (thin - thick) * at
        )

    return shape


def _within(normal: Numbers, away: Numbers, side: float) -> Shape:
    def shape(x: Numbers, y: Numbers, z: Numbers) -> Any:
        found = np.maximum(np.maximum(abs(x), abs(y)), abs(z)) - side
        for (a, b, c), d in zip(normal.tolist(), away.tolist(), strict=True):
            found = np.maximum(found, a * x + b * y + c * z - d)
        return found

    return shape


SHAPES = (
    box, ellipsoid, ellipsoid, cylinder, cone, torus, capsule, capsule, polyhedron, prism, turned,
    rod, gear,
)  # fmt: skip
"""All makers, those of common shapes twice."""
