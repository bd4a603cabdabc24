"""Voxels on a tape, wave after wave of several solids at once, each under the law of its network.

A wave holds voxels that see none of each other, so that all of them are coded together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.solids.voxel_network import VoxelNetwork, law
from vdsc.codecs.solids.voxel_sight import RIM, WAVE, Solid, strides
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL
from vdsc.entropy.tape import Tape

BLOCK = 1 << 14
"""Voxels whose laws are made at once."""

Bits = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class VoxelRun:
    """Slices of a solid, from `first` to before `last`, that are coded.

    solid: (D, H, W), right in the slices before; when encoding, in all of them. image: what its
    mirror shows, or None. kind: see `SolidPlan`.
    """

    solid: Solid
    first: int
    last: int
    kind: int
    image: Solid | None = None


class VoxelCode:
    """The voxels of several runs under one network.

    views: offsets (n, 3) of what is seen of the solid and, if runs have one, of the image.
    """

    def __init__(
        self, runs: list[VoxelRun], network: VoxelNetwork, views: list[Ints], rare: Ints
    ) -> None:
        self._network, self._rare = network, rare
        self._kinds = np.array([run.kind for run in runs])
        self._shapes = [run.solid.shape for run in runs]
        self._starts = np.cumsum([0, *(_room(shape) for shape in self._shapes)])
        wide = [[np.pad(run.solid, RIM) for run in runs]]
        if len(views) > 1:
            wide.append([np.pad(run.image, RIM) for run in runs if run.image is not None])
        self._seen = [np.concatenate([one.ravel() for one in many]) for many in wide]
        self._offsets = [
            np.stack([view @ strides(shape) for shape in self._shapes]) for view in views
        ]
        self._order(runs)

    def _order(self, runs: list[VoxelRun]) -> None:
        """All voxels by wave, then run, then place: their runs, flat places and waves' ends."""
        every: list[tuple[Ints, Ints, Ints]] = []
        for number, run in enumerate(runs):
            depth, height, width = run.last - run.first, *run.solid.shape[1:]
            axes = [np.arange(n, dtype=np.int32) for n in (depth, height, width)]
            z, y, x = (axis.reshape(s) for axis, s in zip(axes, _SPREAD, strict=True))
            wave = (WAVE[0] * z + WAVE[1] * y + WAVE[2] * x).ravel()
            step = strides(run.solid.shape).astype(np.int32)
            place = ((z + RIM + run.first) * step[0] + (y + RIM) * step[1] + x + RIM).ravel()
            place += np.int32(self._starts[number])
            every.append((wave, np.full(wave.size, number, np.int32), place))
        wave, owner, place = (np.concatenate(part) for part in zip(*every, strict=True))
        order = np.argsort(wave, kind="stable")
        self._runs, self._places = owner[order], place[order]
        ends = np.flatnonzero(np.diff(wave[order], append=-1)) + 1
        self._waves = list(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True))

    def encode(self, tape: Tape) -> None:
        """Put the voxels of all runs on a tape."""
        for begin, end in self._blocks():
            tape.rows(self._values(begin, end), self._laws(begin, end))

    def decode(self, tape: Tape) -> list[Solid]:
        """The solids (D, H, W) with the voxels of all runs in place."""
        for begin, end in self._waves:
            found = tape.rows(None, self._laws(begin, end))
            self._seen[0][self._places[begin:end]] = found
        parts = np.split(self._seen[0], self._starts[1:-1])
        return [_inner(part, shape) for part, shape in zip(parts, self._shapes, strict=True)]

    def costs(self) -> NDArray[np.float64]:
        """Ideal bits of each run."""
        spent = np.zeros(len(self._shapes))
        for begin, end in self._blocks():
            rows, values = self._laws(begin, end), self._values(begin, end)
            bits = np.log2(TOTAL) - np.log2(rows[np.arange(end - begin), values])
            spent += np.bincount(self._runs[begin:end], bits, len(spent))
        return spent

    def _blocks(self) -> Iterator[tuple[int, int]]:
        for begin in range(0, len(self._places), BLOCK):
            yield begin, min(begin + BLOCK, len(self._places))

    def _values(self, begin: int, end: int) -> Ints:
        found: Ints = self._seen[0][self._places[begin:end]].astype(np.int64)
        return found

    def _laws(self, begin: int, end: int) -> Ints:
        """Frequencies (N, 2) of voxels in this part of the order."""
        runs, places = self._runs[begin:end], self._places[begin:end, None]
        parts = [
            seen[places + offsets[runs]]
            for seen, offsets in zip(self._seen, self._offsets, strict=True)
        ]
        bits: Bits = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        ones, kinds = bits.sum(axis=1, dtype=np.int64), self._kinds[runs]
        value = (ones > 0).astype(np.int64)
        surprise = self._rare[kinds & 1, value]
        to_one = np.where(value == 1, TOTAL - surprise, surprise)
        rows = np.stack([TOTAL - to_one, to_one], axis=1)
        some = np.flatnonzero((ones > 0) & (ones < bits.shape[1]))
        if some.size:
            rows[some] = law(self._network(bits[some], kinds[some])[:, 0])
        return rows


_SPREAD = ((-1, 1, 1), (1, -1, 1), (1, 1, -1))


def _room(shape: tuple[int, ...]) -> int:
    depth, height, width = (n + 2 * RIM for n in shape)
    return depth * height * width


def _inner(part: Bits, shape: tuple[int, ...]) -> Solid:
    depth, height, width = (n + 2 * RIM for n in shape)
    wide = part.reshape(depth, height, width)
    return np.ascontiguousarray(wide[RIM:-RIM, RIM:-RIM, RIM:-RIM])
