"""Which pixels a pass has, and what is seen around them."""

from __future__ import annotations

import numpy as np

from tests.docs.lossless_page.video.tables import Ints, bend, clip

Offsets = list[tuple[int, int]]

CROSS: Offsets = [(-1, 0), (1, 0), (0, -1), (0, 1)]
DIAGONAL: Offsets = [(-1, -1), (1, 1), (-1, 1), (1, -1)]
KNIGHT: Offsets = [(-1, -2), (-1, 2), (1, -2), (1, 2), (-2, -1), (-2, 1), (2, -1), (2, 1)]
FARTHER: Offsets = [(-1, -3), (-1, 3), (1, -3), (1, 3), (-3, -1), (-3, 1), (3, -1), (3, 1)]


def twice(offsets: Offsets) -> Offsets:
    return [(2 * y, 2 * x) for y, x in offsets]


NEAR: list[Offsets] = [
    [],
    twice(DIAGONAL + FARTHER),
    twice(CROSS + KNIGHT),
    DIAGONAL + FARTHER,
    CROSS + KNIGHT,
]
RING: Offsets = [(0, 0), *CROSS, (-1, -1), (-1, 1), (1, -1), (1, 1), *twice(CROSS)]
PAST = [RING + [at for at in near if at not in RING] for near in NEAR]


def pixels(height: int, width: int, number: int) -> Ints:
    """(N, 2) rows and columns of a pass."""
    found = []
    for y in range(height):
        for x in range(width):
            kind = {(0, 0): 2, (1, 1): 3}.get((y % 2, x % 2), 4)
            kind = {(0, 0): 0, (2, 2): 1}.get((y % 4, x % 4), kind)
            if kind == number:
                found.append((y, x))
    return np.array(found, int).reshape(-1, 2)


def around(plane: Ints, outside: Ints, at: Ints, offsets: Offsets) -> Ints:
    """(N, K, C) of a plane, where it ends the nearest pixel of the plane `outside`."""
    where = at[:, None] + np.array(offsets, int).reshape(-1, 2)
    y, x = np.moveaxis(where, 2, 0)
    height, width = plane.shape[:2]
    row, column = clip(y, 0, height - 1), clip(x, 0, width - 1)
    inside = (y == row) & (x == column)
    return np.where(inside[..., None], plane[row, column], outside[row, column])


class Sight:
    """Features (N, F), base values (N, C) and copies (N, E, C) of pixels of a pass."""

    def __init__(self, canvas: Ints, planes: list[Ints], at: Ints, number: int) -> None:
        one, two, three = planes
        near = around(canvas, one, at, NEAR[number])
        past = around(one, one, at, PAST[number])
        others = [around(plane, plane, at, RING[:5]) for plane in (two, three)]
        four, four_then = near[:, :4], around(one, one, at, NEAR[number][:4])
        p, q, r = past[:, 0], others[0][:, 0], others[1][:, 0]
        self.base, brighter = p, 0 * p
        if number:
            mean = (four.sum(1) + 2) >> 2
            brighter = mean - ((four_then.sum(1) + 2) >> 2)
            self.base = np.sort([p, mean, p + brighter], axis=0)[1]
        self.samples = np.concatenate([near, past[:, :9] + brighter[:, None]], 1)
        self.nearest = four.shape[1]
        low = self.base[:, None]
        straight = np.concatenate([near, past, *others], 1) - low
        bent = [four - low, four - four_then, (p - self.base)[:, None], past[:, 1:5] - p[:, None]]
        bent += [(d)[:, None] for d in (q - self.base, r - self.base, q - p, r - p)]
        count = len(at)
        self.features = np.concatenate(
            [
                clip(straight, -127, 127).reshape(count, -1),
                bend(np.concatenate(bent, 1)).reshape(count, -1),
            ],
            1,
        )
        self.copies = np.concatenate([np.stack([p, q, r], 1), four], 1)
