"""Snap latent values to cells: maximum-entropy quantization under N(0, 1), width-capped."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np

from vdsc.core.fixed import clamp
from vdsc.core.types import Ints
from vdsc.errors import InvalidInput
from vdsc.quant.normal import bell_areas

REACH = 12 << 16
"""The outermost cells end at the compander's first node with |z| >= 12 (Q16)."""

FARTHEST = 1 << 47
"""The largest |z| (Q16) that an open grid has a cell for: 2**31."""

_BEYOND = 1 << 22  # more than any edge
_FINE = 32  # bits of a compander coordinate while the table is made, for 1/256
_NODE = 7  # the table has a node every 2**7 half units of Q16, i.e. every 1/1024


@dataclass(frozen=True, eq=False)
class ValueGrid:
    """Cells of equal probability under N(0, 1), never wider than `cap` times the centre's.

    A closed grid ends at |z| of about 12, and what lies beyond is in its outermost cells. An open
    one goes on: beyond the compander's end its cells are all `cap` centre cells wide.

    Cell q of dimension d is [C((2q-1) s/2), C((2q+1) s/2)) with s = steps[d]; C(-u) = -C(u).

        u   --|-----|-----|-----|-----|-----|--      equal steps in the compander's coordinate
        z  -----|-------|----|----|-------|-----     C: dC/du = min(cap, exp(z^2 / 2))
                   q=-1     q=0     q=1

    Args:
        steps: (D,) Q16, 2**6 to 2**17: the width of the centre cell (in u, where C'(0) = 1).
        cap: 1 to 256; 1 gives uniform cells, a large one cells of equal probability.
        open: whether cells go on beyond the compander's end.

    Raises:
        InvalidInput: a step or the cap is out of range.

    Chen et al. 2022, section 3.3 (maximum-entropy quantization); the cap is ours.
    """

    steps: Ints
    cap: int
    open: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        steps = np.asarray(self.steps)
        if steps.ndim != 1 or steps.dtype.kind not in "iu" or not 1 <= self.cap <= 256:
            raise InvalidInput("a value grid needs a row of integer steps and a cap of 1 to 256")
        if steps.size and (steps.min() < 2**6 or steps.max() > 2**17):
            raise InvalidInput("value steps must lie between 2**6 and 2**17 (1/1024 to 2)")
        object.__setattr__(self, "steps", steps.astype(np.int64))

    @cached_property
    def limit(self) -> Ints:
        """(D,) the largest |q|: where the compander ends or, if open, the cell of FARTHEST."""
        if not self.open:
            return self._last
        return self._beyond(np.full_like(self.steps, FARTHEST))

    def edge(self, q: Ints) -> Ints:
        """Q16 lower edge of cell q, (..., D).

        A closed grid clips q to [-limit, limit + 1]; an open one takes |q| up to 2 limit.
        """
        if self.even:
            return _half((2 * q - 1) * self.steps)
        inner = clamp(q, -self._last, self._last + 1)
        return self._extended(q, inner, self._flat.take(self._zero + inner), self.steps)

    def value(self, q: Ints) -> Ints:
        """Q16 middle of cell q, (..., D), rounded down."""
        if self.even:
            middle: Ints = q * self.steps
            middle -= (q > 0) & self._odd
            return middle
        return (self.edge(q) + self.edge(q + 1)) >> 1

    def width(self, q: Ints) -> Ints:
        """Q16 width of cell q, (..., D)."""
        if self.even:
            width: Ints = self.steps - ((q == 0) & self._odd)
            return width
        return self.edge(q + 1) - self.edge(q)

    def snap(self, z: Ints) -> Ints:
        """Return q with edge(q) <= z < edge(q + 1) for z (..., D) Q16.

        Beyond a closed grid's end it is the outermost cell.

        Raises:
            InvalidInput: the grid is open and a |z| is beyond the cell of FARTHEST.
        """
        if self.even:
            return self._checked(self.even_cells(clamp(z, -2 * FARTHEST, 2 * FARTHEST)))
        near = clamp(z, -_BEYOND, _BEYOND) + self._shelf
        found: Ints = np.searchsorted(self._keys, near, side="right") - 1 - self._zero
        inner = clamp(found, -self._last, self._last)
        if not self.open or (found == inner).all():
            return inner
        q = np.where(found == inner, inner, self._beyond(clamp(z, -2 * FARTHEST, 2 * FARTHEST)))
        return self._checked(q)

    def even_cells(self, z: Ints) -> Ints:
        """Cells of z, |z| < 2**61, on an open grid of equal cells, whatever their limit.

        E(q) <= z solved for q: twice the edge is a whole number of halves of steps, rounded to 0.
        """
        cells: Ints = (z << 1) + (z >> 63)
        cells += self.steps + 1
        cells //= 2 * self.steps
        return cells

    def _checked(self, q: Ints) -> Ints:
        """The cells q, unless one is beyond the limit."""
        if (np.abs(q) > self.limit).any():
            raise InvalidInput("a latent value beyond 2**31 has no cell; use --lossless")
        return q

    def ladder(self, first: Ints, stride: Ints, count: int) -> Ints:
        """Q16 lower edges of the cells first + stride * (0..count-1): (..., D, count)."""
        rungs = first[..., None] + stride[..., None] * np.arange(count)
        if self.even:
            return _half((2 * rungs - 1) * self.steps[:, None])
        last = self._last[:, None]
        inner = clamp(rungs, -last, last + 1)
        edges = self._flat.take(inner + self._zero[:, None])
        return self._extended(rungs, inner, edges, self.steps[:, None])

    def take(self, dims: Ints) -> ValueGrid:
        """Return the grid of the dimensions `dims` alone, in that order."""
        return ValueGrid(self.steps[dims], self.cap, open=self.open)

    @cached_property
    def even(self) -> bool:
        """Whether all cells are equally wide and go on without end, so that no table is needed.

        Where a step is odd, rounding makes cell 0 one unit narrower than the others.
        """
        return self.open and self.cap == 1

    @cached_property
    def _odd(self) -> Ints:
        """(D,) 1 for odd steps, 0 for even ones."""
        return self.steps & 1

    @cached_property
    def _end(self) -> tuple[int, int]:
        """Where the compander ends: u in half units of Q16, and z Q16."""
        table = compander(self.cap)
        return (table.size - 1) << _NODE, int(table[-1])

    @cached_property
    def _last(self) -> Ints:
        """(D,) the first cell whose outer edge is at or beyond the end of the compander."""
        last: Ints = np.maximum(-((self.steps - self._end[0]) // (2 * self.steps)), 0)
        return last

    def _extended(self, q: Ints, inner: Ints, edges: Ints, steps: Ints) -> Ints:
        """The edges of cells q, given those of `inner`, q clipped to the compander's cells.

        The cell that the compander's end cuts is whole in an open grid, so its outer edge is of
        those beyond: E(q) = z_end + (cap ((2q - 1) s - u_end) >> 1), and E(1 - q) = -E(q).
        """
        if not self.open:
            return edges
        end, z = self._end
        outer = np.abs(2 * inner - 1) * steps >= end
        if not outer.any():
            return edges
        odd = 2 * q - 1
        far = z + (self.cap * (np.abs(odd) * steps - end) >> 1)
        return np.where(outer, np.sign(odd) * far, edges)

    def _beyond(self, z: Ints) -> Ints:
        """The cells of z (..., D) Q16 where |z| is at or beyond the end: E(q) solved for q.

        From above, q is the largest with E(q) <= z; from below, 1 - q the least with E >= -z.
        """
        end, start = self._end
        past = 2 * (np.abs(z) - start)
        upper = (end + (past + 1) // self.cap) // self.steps
        lower = -(-(end - (-past // self.cap)) // self.steps)
        found: Ints = np.where(z < 0, -(lower // 2), (upper + 1) // 2)
        return found

    @cached_property
    def _zero(self) -> Ints:
        """(D,) where the edge of cell 0 of each dimension lies in the flat tables."""
        sizes = 2 * self._last + 2
        zero: Ints = np.cumsum(sizes) - sizes + self._last
        return zero

    @cached_property
    def _shelf(self) -> Ints:
        """(D,) offsets so far apart that one sorted array holds the edges of all dimensions."""
        return np.arange(self.steps.size) * (4 * _BEYOND)

    @cached_property
    def _flat(self) -> Ints:
        """All edges of the compander's cells, dimension after dimension, and their ends."""
        dims = np.repeat(np.arange(self.steps.size), 2 * self._last + 2)
        odd = 2 * (np.arange(dims.size) - self._zero[dims]) - 1
        return _bend(odd * self.steps[dims], cap=self.cap)

    @cached_property
    def _keys(self) -> Ints:
        keys: Ints = self._flat + np.repeat(self._shelf, 2 * self._last + 2)
        return keys


def _half(odd: Ints) -> Ints:
    """Half of each number, rounded towards 0: an edge from twice its place, as a table has it."""
    half: Ints = (odd + (odd < 0)) >> 1
    return half


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
