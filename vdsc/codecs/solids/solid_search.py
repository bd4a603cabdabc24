"""For the encoder: turning voxels of a solid where that saves more bits than it makes voxels wrong.

Of all voxels at the surface those are turned that gain most, none near another, until few gain.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.solids.float_twin import FloatTwin, Singles
from vdsc.codecs.solids.solid_plan import EXACTLY, SolidPlan
from vdsc.codecs.solids.turning import Turning
from vdsc.codecs.solids.voxel_network import SolidNetworks
from vdsc.codecs.solids.voxel_sight import ALONE, Solid, before
from vdsc.codecs.solids.wrong_voxels import WrongVoxels
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL

APART = 2
"""Voxels that are turned together are further than this from each other, along some axis."""

FAR = 8
"""Turning a voxel changes what it would do to turn others that are no further than this."""

LEAST = 0.05
"""Bits that a voxel must gain to be turned."""

WORTH = 3.0
"""Bits that a round must gain for another one to follow."""

ROUNDS = 5
"""Rounds at one price, at most."""


class SolidSearch:
    """A solid that is coded without a mirror, or whose second half is left out.

    solid: (D, H, W), as its plan looks at it. wrong: counts voxels of the frame of this shape.
    """

    def __init__(
        self, plan: SolidPlan, solid: Solid, shape: tuple[int, ...], wrong: WrongVoxels,
        networks: SolidNetworks,
    ) -> None:  # fmt: skip
        self._plan, self.wrong, self._shape = plan, wrong, shape
        self._calm, self._surprise = _bits_of(networks.rare[0][plan.kind & 1])
        frame = np.arange(1, 1 + int(np.prod(shape))).reshape(shape)
        self._at: Ints = plan.place.take(frame) - 1  # type: ignore[arg-type, assignment]
        coded = np.zeros(solid.shape, bool)
        coded[: plan.first] = True
        twin = FloatTwin.of(networks.alone, plan.kind)
        self._more = np.zeros((2, *solid.shape), np.float32)
        self._stale = np.ones(solid.shape, bool)
        self._rate = Turning(solid, before(ALONE), twin, coded, self._cost)

    @property
    def bits(self) -> float:
        """Bits of all voxels, about."""
        return self._rate.total

    def solid(self) -> Solid:
        """The solid as it is now."""
        return self._rate.inner()

    def run(self, price: float) -> None:
        """Turn voxels while that lowers bits + price x wrong voxels."""
        for _ in range(ROUNDS):
            if self._round(price) < WORTH:
                break

    def _round(self, price: float) -> float:
        """Turn the best voxels, fewer of them where they are in each other's way; the gain."""
        at = np.argwhere(_edges(self._rate.inner()[: self._plan.first]))
        self._refresh(at[self._stale[tuple(at.T)]])
        bits, wrong = self._more[:, *at.T]
        picked = _apart(at, -bits - price * wrong)
        before_ = self.bits + price * self.wrong.total
        while len(picked):
            self._turn(at[picked])
            gained = before_ - self.bits - price * self.wrong.total
            if gained > 0:
                _mark(self._stale, at[picked])
                return gained
            self._turn(at[picked])
            picked = picked[: len(picked) // 4]
        return 0.0

    def _refresh(self, at: Ints) -> None:
        """Find anew what turning voxels (N, 3) would change: bits, and wrong voxels."""
        bits = self._rate.changes(self._rate.places(at), own=True)
        wrong = np.zeros(len(at), np.float32)
        for one in self._frame_places(at):
            wrong += _spread(self.wrong, one)
        self._more[:, *at.T] = bits, wrong
        self._stale[tuple(at.T)] = False

    def _turn(self, at: Ints) -> None:
        self._rate.turn(self._rate.places(at))
        for one in self._frame_places(at):
            self.wrong.turn(one[one[:, 0] >= 0])

    def _frame_places(self, at: Ints) -> list[Ints]:
        """Where voxels (N, 3) and, if the second half is left out, their images are in the frame.

        -1 for what has no image.
        """
        found = [self._in_frame(at)]
        if self._plan.mirror == EXACTLY:
            image = at.copy()
            image[:, 0] = self._plan.plane - at[:, 0]
            there = (image[:, 0] >= self._plan.first) & (image[:, 0] < self._at.shape[0])
            image[~there] = 0
            found.append(np.where(there[:, None], self._in_frame(image), -1))
        return found

    def _in_frame(self, at: Ints) -> Ints:
        return np.stack(np.unravel_index(self._at[tuple(at.T)], self._shape), axis=1)

    def _cost(self, odds: Singles, _: Ints, values: NDArray[np.uint8], ones: Ints) -> Singles:
        signed = np.where(values > 0, -odds[:, 0], odds[:, 0])
        bits = np.logaddexp(0, signed) * np.float32(1 / np.log(2))
        seen = (ones > 0).astype(np.int64)
        dull = np.where(values == seen, self._calm[seen], self._surprise[seen])
        return np.where((ones == 0) | (ones == ALONE), dull, bits).astype(np.float32)


def _bits_of(rare: Ints) -> tuple[Singles, Singles]:
    calm, surprise = (np.log2(TOTAL / part).astype(np.float32) for part in (TOTAL - rare, rare))
    return calm, surprise


def _spread(wrong: WrongVoxels, at: Ints) -> Singles:
    found = np.zeros(len(at), np.float32)
    there = at[:, 0] >= 0
    found[there] = wrong.changes(at[there])
    return found


def _mark(stale: NDArray[np.bool_], at: Ints) -> None:
    """Mark all voxels as stale that see, or are seen with, those at (N, 3)."""
    near = np.zeros(stale.shape, bool)
    near[tuple(at.T)] = True
    for axis in range(near.ndim):
        counted = np.cumsum(np.pad(near, _wide(axis, (FAR + 1, FAR))), axis=axis, dtype=np.int64)
        ahead, behind = (
            np.take(counted, np.arange(near.shape[axis]) + shift, axis=axis)
            for shift in (2 * FAR + 1, 0)
        )
        near = ahead > behind
    stale |= near


def _wide(axis: int, by: tuple[int, int]) -> list[tuple[int, int]]:
    return [by if i == axis else (0, 0) for i in range(3)]


def _edges(solid: Solid) -> NDArray[np.bool_]:
    """Voxels that are unlike one beside them; beyond the solid all is 0."""
    wide = np.pad(solid, 1)
    found = np.zeros(wide.shape, bool)
    for axis in range(3):
        for step in (-1, 1):
            found |= np.roll(wide, step, axis) != wide
    return found[1:-1, 1:-1, 1:-1]


def _apart(at: Ints, gain: Singles) -> Ints:
    """Which of the voxels at (N, 3) to turn: those that gain most, none near another."""
    order = np.argsort(-gain, kind="stable")
    order = order[: int((gain >= LEAST).sum())]
    taken: set[tuple[int, int, int]] = set()
    picked, around_ = [], range(-APART, APART + 1)
    for i, (z, y, x) in zip(order.tolist(), at[order].tolist(), strict=True):
        if (z, y, x) not in taken:
            picked.append(i)
            taken.update((z + a, y + b, x + c) for a in around_ for b in around_ for c in around_)
    return np.array(picked, np.int64)
