"""Snap latent values to cells: maximum-entropy quantization under N(0, 1), width-capped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from vdsc.core.fixed import clamp
from vdsc.core.types import Ints
from vdsc.errors import InvalidInput
from vdsc.quant.normal import bell_areas

REACH = 12 << 16
"""The outermost cells end at the compander's first node with |z| >= 12 (Q16)."""

_BEYOND = 1 << 22  # more than any edge
_FINE = 32  # bits of a compander coordinate while the table is made, for 1/256
_NODE = 7  # the table has a node every 2**7 half units of Q16, i.e. every 1/1024


@dataclass(frozen=True, eq=False)
class ValueGrid:
    """Cells of equal probability under N(0, 1), never wider than `cap` times the centre's.

    Cell q of dimension d is [C((2q-1) s/2), C((2q+1) s/2)) with s = steps[d]; C(-u) = -C(u).

        u   --|-----|-----|-----|-----|-----|--      equal steps in the compander's coordinate
        z  -----|-------|----|----|-------|-----     C: dC/du = min(cap, exp(z^2 / 2))
                   q=-1     q=0     q=1

    Args:
        steps: (D,) Q16, 2**6 to 2**17: the width of the centre cell (in u, where C'(0) = 1).
        cap: 1 to 256; 1 gives uniform cells, a large one cells of equal probability.

    Raises:
        InvalidInput: a step or the cap is out of range.

    Chen et al. 2022, section 3.3 (maximum-entropy quantization); the cap is ours.
    """

    steps: Ints
    cap: int

    def __post_init__(self) -> None:
        steps = np.asarray(self.steps)
        if steps.ndim != 1 or steps.dtype.kind not in "iu" or not 1 <= self.cap <= 256:
            raise InvalidInput("a value grid needs a row of integer steps and a cap of 1 to 256")
        if steps.size and (steps.min() < 2**6 or steps.max() > 2**17):
            raise InvalidInput("value steps must lie between 2**6 and 2**17 (1/1024 to 2)")
        object.__setattr__(self, "steps", steps.astype(np.int64))

    @cached_property
    def limit(self) -> Ints:
        """(D,) the largest |q|: the first cell whose outer edge is the end of the compander."""
        last = (compander(self.cap).size - 1) << _NODE
        limit: Ints = np.maximum(-((self.steps - last) // (2 * self.steps)), 0)
        return limit

    def edge(self, q: Ints) -> Ints:
        """Q16 lower edge of cell q, (..., D); q is clipped to [-limit, limit + 1]."""
        return self._flat.take(self._zero + clamp(q, -self.limit, self.limit + 1))

    def value(self, q: Ints) -> Ints:
        """Q16 middle of cell q, (..., D), rounded down."""
        return (self.edge(q) + self.edge(q + 1)) >> 1

    def width(self, q: Ints) -> Ints:
        """Q16 width of cell q, (..., D)."""
        return self.edge(q + 1) - self.edge(q)

    def snap(self, z: Ints) -> Ints:
        """Return q with edge(q) <= z < edge(q + 1) for z (..., D) Q16, or the outermost cell."""
        near = clamp(z, -_BEYOND, _BEYOND) + self._shelf
        found: Ints = np.searchsorted(self._keys, near, side="right") - 1 - self._zero
        return clamp(found, -self.limit, self.limit)

    def ladder(self, first: Ints, stride: Ints, count: int) -> Ints:
        """Q16 lower edges of the cells first + stride * (0..count-1): (..., D, count)."""
        rungs = first[..., None] + stride[..., None] * np.arange(count)
        limit = self.limit[:, None]
        return self._flat.take(clamp(rungs, -limit, limit + 1) + self._zero[:, None])

    def take(self, dims: Ints) -> ValueGrid:
        """Return the grid of the dimensions `dims` alone, in that order."""
        return ValueGrid(self.steps[dims], self.cap)

    @cached_property
    def _zero(self) -> Ints:
        """(D,) where the edge of cell 0 of each dimension lies in the flat tables."""
        sizes = 2 * self.limit + 2
        zero: Ints = np.cumsum(sizes) - sizes + self.limit
        return zero

    @cached_property
    def _shelf(self) -> Ints:
        """(D,) offsets so far apart that one sorted array holds the edges of all dimensions."""
        return np.arange(self.steps.size) * (4 * _BEYOND)

    @cached_property
    def _flat(self) -> Ints:
        """All edges, dimension after dimension, from cell -limit to cell limit + 1."""
        dims = np.repeat(np.arange(self.steps.size), 2 * self.limit + 2)
        odd = 2 * (np.arange(dims.size) - self._zero[dims]) - 1
        return _bend(odd * self.steps[dims], cap=self.cap)

    @cached_property
    def _keys(self) -> Ints:
        keys: Ints = self._flat + np.repeat(self._shelf, 2 * self.limit + 2)
        return keys


@cache
def compander(cap: int) -> Ints:
    """C at u = 0, 1/1024, 2/1024, ... as Q16, up to the first node with C >= 12."""
    areas = [*bell_areas(), *[0] * (1152 - 1)]  # [i, i+1] / 256 up to 12.5
    unit = areas[0] * cap
    slices = [(max(area * cap, areas[0]) << _FINE) // unit for area in areas]
    u = np.concatenate(([0], np.cumsum(np.array(slices, dtype=np.int64))))
    node = np.arange(0, u[-1], 1 << (_FINE - 2))
    cell = np.searchsorted(u, node, side="right") - 1
    z = (cell << 8) + ((node - u[cell]) << 8) // (u[cell + 1] - u[cell])
    ended: Ints = z[: int(np.searchsorted(z, REACH)) + 1]
    return ended


def _bend(half_u: Ints, *, cap: int) -> Ints:
    """C at half_u / 2 (Q16): node i + (rise[i] * f >> 7) with |half_u| = 128 i + f, mirrored."""
    table = compander(cap)
    far = np.minimum(np.abs(half_u), (table.size - 1) << _NODE)
    cell = far >> _NODE
    rise = np.append(np.diff(table), 0)
    z = table[cell] + (rise[cell] * (far & 127) >> _NODE)
    bent: Ints = np.where(half_u < 0, -z, z)
    return bent
