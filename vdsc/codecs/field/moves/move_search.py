"""The encoder's search for where blocks come from: first on halved pictures, then ever nearer.

A block of its own move must be so much more alike as its bits are worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from vdsc.codecs.field.moves.block_moves import AFTER, BEFORE, BOTH, BlockMoves, Sides
from vdsc.codecs.field.moves.move_laws import Expectation, block_phases
from vdsc.codecs.in_between.block_search import BLOCK
from vdsc.codecs.in_between.frame_between import LookedFrame
from vdsc.core.types import Floats, Ints

REACH = 6
"""Steps on the halved picture that are tried along each axis, either way."""

KEPT = 3
"""Moves of each mode that are looked at more closely."""

OWN = 4.0
"""Bits of a move that is not what is expected, besides those of its parts."""

MODE = (0.5, 2.0, 2.5)
"""Bits of where a block comes from."""

STILL, SMALL, DOUBLE = 0.7, 1.5, 1.5
"""Bits of a difference of 0, of 1, and of one that is twice as large besides."""

_NINE = np.array(sorted(np.ndindex(3, 3), key=lambda at: at != (1, 1)), dtype=np.int64) - 1


@dataclass(frozen=True, eq=False)
class MoveSearch:
    """Seeks the moves of one frame.

    Args:
        now: the frame.
        sides: what it is foretold from.
        worth: levels, of all pixels and channels of a block together, that a bit is worth.
    """

    now: LookedFrame
    sides: Sides
    worth: float

    def found(self, guess: Ints) -> BlockMoves:
        """The moves, given how blocks move (h, w, 2) if they do as those of a known frame."""
        known, usual = Expectation(self.sides, guess), self.sides.usual
        modes, steps, costs = self._candidates(known.steps)
        for phase in block_phases(*guess.shape[:2]):
            at = phase.rows, phase.columns
            expected, _ = known.of(phase)
            plain = self._costs(usual, expected[:, None], *at)
            bits = OWN + np.take(MODE, modes) + _bits(steps[at] - expected[:, None])
            best = np.concatenate((plain, costs[at] + self.worth * bits), axis=1).argmin(axis=1)
            own = np.concatenate((expected[:, None], steps[at]), axis=1)
            which = np.concatenate(([usual], modes))[best]
            known.take(phase, which, own[np.arange(len(best)), best], expected)
        return BlockMoves(known.modes, known.steps)

    def _candidates(self, guess: Ints) -> tuple[Ints, Ints, Floats]:
        """Some modes (n,), and of each block the best steps (h, w, n, 2) and what they cost."""
        rows, columns = (at.ravel() for at in np.indices(guess.shape[:2]))
        modes, steps, costs = [], [], []
        for mode, far in self._far():
            near = np.argpartition(far, KEPT, axis=-1)[..., :KEPT]
            tried = np.stack(np.divmod(near, 2 * REACH + 1), axis=-1) - REACH
            tried = tried << self.now.halvings + 1
            if mode == self.sides.usual:
                tried = np.concatenate((tried, np.stack((guess, 0 * guess), axis=2)), axis=2)
            closer, cost = self._closer(mode, tried.reshape(len(rows), -1, 2), rows, columns)
            modes += [mode] * cost.shape[1]
            steps.append(closer)
            costs.append(cost)
        shape = *guess.shape[:2], len(modes)
        whole = np.concatenate(steps, axis=1).reshape(*shape, 2)
        return np.array(modes), whole, np.concatenate(costs, axis=1).reshape(shape)

    def _closer(self, mode: int, steps: Ints, rows: Ints, columns: Ints) -> tuple[Ints, Floats]:
        """Steps (n, k, 2) of blocks, each moved to where it costs less, and what they cost."""
        for power in reversed(range(self.now.halvings + 1)):
            tried = steps[:, :, None] + (_NINE << power)
            tried = np.clip(tried, -self.sides.most, self.sides.most)
            flat = tried.reshape(len(steps), -1, 2)
            costs = self._costs(mode, flat, rows, columns).reshape(tried.shape[:3])
            best = costs.argmin(axis=2)[..., None]
            steps = np.take_along_axis(tried, best[..., None], axis=2)[:, :, 0]
        return steps, np.take_along_axis(costs, best, axis=2)[..., 0]

    def _far(self) -> list[tuple[int, Ints]]:
        """Of each mode, how unlike blocks (h, w, n) of halved pictures are, all n steps."""
        now, sides = self.now.coarse, self.sides
        tried = np.arange(-REACH, REACH + 1)
        first = _moved(sides.before.coarse, tried)
        made = [(BEFORE, np.abs(first - now))]
        if sides.after is not None:
            onward = -((2 * tried * sides.ahead + sides.back) // (2 * sides.back))
            second = _moved(sides.after.coarse, np.clip(onward, -REACH, REACH))
            mean = np.abs(first + second - 2 * now) >> 1
            made += [(AFTER, np.abs(second - now)), (BOTH, mean)]
        return [(mode, _of_blocks(apart)) for mode, apart in made]

    def _costs(self, mode: int, steps: Ints, rows: Ints, columns: Ints) -> Floats:
        """How unlike blocks at places (n,) are to what steps (n, k, 2) of a mode foretell."""
        size, sides = self.now.size, self.sides
        y, x = 2 * size * rows[:, None], 2 * size * columns[:, None]
        made = []
        if mode != AFTER:
            made.append((sides.before, steps))
        if mode != BEFORE:
            assert sides.after is not None
            made.append((sides.after, sides.onward(steps)))
        found = [
            one.bright.patches(y + at[..., 0], x + at[..., 1], size)[0][..., 0] for one, at in made
        ]
        mean = found[0] if len(found) == 1 else (found[0] + found[1] + 1) >> 1
        bright = self.now.bright
        own = sliding_window_view(bright.values[0, 0, ..., 0], (size, size))
        begin = bright.margin // 2
        mean = mean - own[begin + y // 2, begin + x // 2]
        apart: Floats = np.abs(mean).sum(axis=(-2, -1), dtype=np.int32).astype(np.float64)
        return apart


def _moved(coarse: Ints, tried: Ints) -> Ints:
    """A picture (H, W) moved by all steps: (n, n, H, W)."""
    wide = sliding_window_view(np.pad(coarse, REACH, mode="edge"), coarse.shape)
    found: Ints = wide[REACH + tried][:, REACH + tried]
    return found


def _of_blocks(apart: Ints) -> Ints:
    """Sums (h, w, n n) over blocks of pictures (n, n, H, W)."""
    n, _, height, width = apart.shape
    cells = apart.reshape(n * n, height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    found: Ints = cells.sum(axis=(2, 4)).transpose(1, 2, 0)
    return found


def _bits(off: Ints) -> Floats:
    """Bits of differences (..., 2), about."""
    size = np.abs(off)
    each = np.where(size, SMALL + DOUBLE * np.log2(np.maximum(size, 1)), STILL)
    found: Floats = each.sum(axis=-1)
    return found
