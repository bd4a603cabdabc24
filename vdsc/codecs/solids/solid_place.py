"""Where in an array a solid lies, and from which side it is coded.

frame (D, H, W) -its box-> box -axes in another order, some turned round-> solid (D, H, W)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from vdsc.codecs.solids.voxel_sight import Solid, Triple
from vdsc.entropy.tape import Tape

ORDERS: tuple[Triple, ...] = tuple((a, b, c) for a, b, c in permutations(range(3)))
SIDES = 8 * len(ORDERS)
"""Ways to look at a box: 8 times the number of the order, and a bit for each axis turned round."""


@dataclass(frozen=True, slots=True)
class SolidPlace:
    """A box of `size` at `low`, looked at from side `side`; a size of 0 where there is nothing."""

    low: Triple
    size: Triple
    side: int = 0

    @classmethod
    def around(cls, frame: Solid) -> SolidPlace:
        """The box of all ones."""
        ones = np.argwhere(frame)
        if not len(ones):
            return cls((0, 0, 0), (0, 0, 0))
        low, high = ones.min(axis=0), ones.max(axis=0)
        return cls(_triple(low), _triple(high + 1 - low))

    @property
    def empty(self) -> bool:
        """Whether there is nothing."""
        return self.size[0] == 0

    @property
    def shape(self) -> Triple:
        """The solid's shape, as it is looked at."""
        return _triple([self.size[axis] for axis in ORDERS[self.side // 8]])

    def take(self, frame: Solid) -> Solid:
        """The solid in a frame."""
        return np.ascontiguousarray(_seen(frame[_window(self)], self.side))

    def put(self, solid: Solid, shape: Triple) -> Solid:
        """A frame of this shape with the solid in its place."""
        made = np.zeros(shape, np.uint8)
        if not self.empty:
            _seen(made[_window(self)], self.side)[...] = solid
        return made


def code_place(tape: Tape, given: SolidPlace | None, shape: Triple) -> SolidPlace:
    """Encode or decode a place in a frame of this shape."""
    sizes, usual = [], _middle(shape, given.size) if given else (0, 0, 0)
    for axis, room in enumerate(shape):
        size = None if given is None else given.size[axis]
        if axis == 0:
            sizes.append(tape.uniform(size, room + 1))
            if not sizes[0]:
                return SolidPlace((0, 0, 0), (0, 0, 0))
        else:
            sizes.append(tape.uniform(None if size is None else size - 1, room) + 1)
    low = usual = _middle(shape, _triple(sizes))
    apart = tape.uniform(None if given is None else int(given.low != usual), 2)
    if apart:
        low = _triple(
            [
                tape.uniform(None if given is None else given.low[axis], room - size + 1)
                for axis, (room, size) in enumerate(zip(shape, sizes, strict=True))
            ]
        )
    side = tape.uniform(None if given is None else given.side, SIDES)
    return SolidPlace(low, _triple(sizes), side)


def _middle(shape: Triple, size: Triple) -> Triple:
    return _triple([(n - s) // 2 for n, s in zip(shape, size, strict=True)])


def _window(place: SolidPlace) -> tuple[slice, slice, slice]:
    a, b, c = (slice(i, i + n) for i, n in zip(place.low, place.size, strict=True))
    return a, b, c


def _seen(box: Solid, side: int) -> Solid:
    """A view of a box from a side."""
    turned = box.transpose(ORDERS[side // 8])
    a, b, c = (slice(None, None, -1 if side >> axis & 1 else 1) for axis in range(3))
    return turned[a, b, c]


def _triple(numbers: object) -> Triple:
    a, b, c = (int(n) for n in numbers)  # type: ignore[attr-defined]
    return a, b, c
