"""Things that are made of simple shapes: machines, creatures, lumps, furniture and aircraft."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

import numpy as np

from vdsc.train.solids.signed_shapes import (
    SHAPES,
    Draw,
    Numbers,
    Shape,
    box,
    ellipsoid,
    segment,
)


def turn(rng: Draw, along: float = 0.5) -> Numbers:
    """A rotation (3, 3): of whole quarters in a share of cases, about one axis in a fifth."""
    chance = rng.random()
    axes = np.eye(3)[rng.permutation(3)]
    if chance < along:
        return np.asarray(axes * rng.choice([-1, 1], 3))
    if chance < along + 0.2:
        angle = rng.uniform(0, 2 * np.pi)
        c, s = np.cos(angle), np.sin(angle)
        return np.asarray(axes @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ axes.T)
    return np.asarray(np.linalg.qr(rng.normal(size=(3, 3)))[0])


def slight_turn(rng: Draw, angle: float) -> Numbers:
    """A rotation (3, 3) by about so many radians."""
    a, b, c = rng.normal(0, angle, 3)
    found = np.linalg.qr(np.eye(3) + np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]]))[0]
    return np.asarray(found * np.sign(np.diag(found)))


def put(shape: Shape, rotation: Numbers, place: Numbers, size: float) -> Shape:
    """A shape that is turned, made larger or smaller, and put at a place."""
    rows = rotation.tolist()

    def moved(x: Numbers, y: Numbers, z: Numbers) -> Numbers:
        x, y, z = x - place[0], y - place[1], z - place[2]
        return size * shape(*((a * x + b * y + c * z) / size for a, b, c in rows))

    return moved


def both(one: Numbers, other: Numbers, soft: float) -> Numbers:
    """The union of two, with a fillet where they meet."""
    if soft <= 0:
        return np.minimum(one, other)
    near = np.maximum(soft - abs(one - other), 0) / soft
    return np.asarray(np.minimum(one, other) - near * near * soft / 4)


def joined(parts: list[Shape], soft: float) -> Shape:
    """The union of shapes."""
    return lambda x, y, z: reduce(lambda a, b: both(a, b, soft), (part(x, y, z) for part in parts))


def waves(rng: Draw, high: float, low: float, fast: float, count: int = 8) -> Shape:
    """A sum of waves, the slower the higher; `low` to `fast` radians a unit."""
    ways = rng.normal(size=(count, 3))
    ways *= (rng.uniform(low, fast, count) / np.linalg.norm(ways, axis=1))[:, None]
    heights = 2 * high * low / count / np.linalg.norm(ways, axis=1)
    phases = rng.uniform(0, 2 * np.pi, count)
    rows = list(zip(ways.tolist(), heights.tolist(), phases.tolist(), strict=True))

    def wave(x: Numbers, y: Numbers, z: Numbers) -> Numbers:
        sines = (h * np.sin(a * x + b * y + c * z + p) for (a, b, c), h, p in rows)
        return np.asarray(sum(sines))

    return wave


def machine(rng: Draw, count: int = 0, along: float = 0.6) -> Shape:
    """Simple shapes joined to, or cut out of, each other."""
    soft = float(rng.choice([0, 0, 0.1, 0.25]))
    parts: list[tuple[Shape, bool]] = []
    for i in range(count or int(rng.integers(1, 8))):
        simple = SHAPES[rng.integers(len(SHAPES))](rng)
        place = rng.uniform(-0.7, 0.7, 3) * (i > 0)
        size = rng.uniform(0.25, 1) if i else 1.0
        parts.append((put(simple, turn(rng, along), place, size), i > 0 and rng.random() < 0.28))

    def shape(x: Numbers, y: Numbers, z: Numbers) -> Numbers:
        found = parts[0][0](x, y, z)
        for part, out in parts[1:]:
            value = part(x, y, z)
            found = np.maximum(found, -value) if out else both(found, value, soft)
        return found

    return shape


def creature(rng: Draw) -> Shape:
    """A body with a head, limbs, ears and fins, in its right half; its skin is not quite smooth."""
    soft, step, spine = rng.uniform(0.05, 0.3), rng.uniform(0.15, 0.4), [np.zeros(3)]
    way = np.array([0, 1.0, 0]) if rng.random() < 0.6 else np.array([0, 0, 1.0])
    for _ in range(rng.integers(1, 5)):
        way = way + rng.normal(0, 0.4, 3) * [0, 1, 1]
        way /= np.linalg.norm(way)
        spine.append(spine[-1] + way * step)
    parts, thick = [], rng.uniform(0.12, 0.4)
    for first, last in pairwise(spine):
        next_ = thick * rng.uniform(0.6, 1.4)
        parts.append(segment(first, last, thick, next_))
        thick = float(np.clip(next_, 0.08, 0.45))
    way_up = turn(rng, 0.7) if rng.random() < 0.5 else np.eye(3)
    parts.append(put(ellipsoid(rng), way_up, spine[-1], rng.uniform(0.2, 0.6)))
    for _ in range(rng.integers(1, 8)):
        parts += _limb(rng, spine[rng.integers(len(spine))])
    if rng.random() < 0.4:
        place = spine[rng.integers(len(spine))] + rng.normal(0, 0.2, 3)
        parts.append(put(box(rng), turn(rng), place, rng.uniform(0.1, 0.4)))
    body, skin = joined(parts, soft), waves(rng, float(rng.choice([0, 0.03, 0.1])), 6, 25, 10)
    return lambda x, y, z: body(x, y, z) + skin(x, y, z)


def _limb(rng: Draw, root: Numbers) -> list[Shape]:
    beside, out = rng.uniform(0, 0.3) * (rng.random() < 0.8), rng.random() < 0.8
    first = root + np.array([beside, *rng.normal(0, 0.08, 2)])
    last = first + rng.normal(0, 1, 3) * [out, 1, 1] * rng.uniform(0.1, 0.35)
    last[0] = abs(last[0])
    thick, parts = rng.uniform(0.02, 0.15), []
    for _ in range(rng.integers(1, 4)):
        thin = thick * rng.uniform(0.5, 1.2)
        parts.append(segment(first, last, thick, thin))
        first, thick = last, thin
        last = first + rng.normal(0, 1, 3) * rng.uniform(0.08, 0.25)
    if rng.random() < 0.4:
        parts.append(put(ellipsoid(rng), turn(rng), first, rng.uniform(0.06, 0.2)))
    return parts


def lump(rng: Draw) -> Shape:
    """Something with bumps and dents."""
    core = machine(rng, int(rng.integers(1, 4))) if rng.random() < 0.5 else ellipsoid(rng)
    bumps = waves(rng, rng.uniform(0.05, 0.6), rng.uniform(3, 8), rng.uniform(8, 20), 10)
    return lambda x, y, z: core(x, y, z) + bumps(x, y, z)


def sheets(rng: Draw) -> Shape:
    """Thin plates and rods about a core: an aircraft, furniture."""
    parts = [machine(rng, int(rng.integers(1, 3)), 0.8)]
    for _ in range(rng.integers(2, 7)):
        half = rng.uniform(0.1, 0.9, 3)
        half[rng.integers(3)] = rng.uniform(0.01, 0.04)
        if rng.random() < 0.3:
            half[rng.integers(3)] = rng.uniform(0.01, 0.06)
        lean = rng.uniform(-0.5, 0.5) * (rng.random() < 0.5)
        parts.append(put(_plate(half, lean), turn(rng, 0.6), rng.uniform(-0.6, 0.6, 3), 1.0))
    return joined(parts, 0.0)


def _plate(half: Numbers, lean: float) -> Shape:
    a, b, c = half.tolist()
    return lambda x, y, z: np.maximum(np.maximum(abs(x + lean * y) - a, abs(y) - b), abs(z) - c)
