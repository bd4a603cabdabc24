"""The learned law of a knot given the knots before it, in integers: the same on every machine.

Activations are Q20 integers in float64 where layers multiply them, as in `layers.py`, and int64
elsewhere; values of knots are Q16.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core import law_limits as limit
from vdsc.core.fixed import clamp
from vdsc.core.types import Floats, Ints
from vdsc.twin.layers import PLACES, UNIT, Dense, dense, tanh, times, to_q16, to_units
from vdsc.twin.powers import exp2, log2

PREFIX = "law"
"""What the names of the law's tensors begin with."""


def q20(number: float) -> int:
    """A number of `law_limits`, all of which Q20 holds exactly."""
    return int(number * UNIT)


@dataclass(frozen=True, eq=False)
class KnotContext:
    """What each of M knots may look at, one row each: see `KnotLaw.before`.

    last, earlier (M, D): values Q16 of the knot before and of the one before that. lag, before,
    after (M,): ticks since the knot before, between the two before (0: there is one), and to the
    next knot (0: there is none in the window).
    """

    last: Ints
    earlier: Ints
    lag: Ints
    before: Ints
    after: Ints


@dataclass(frozen=True, eq=False)
class KnotGuess:
    """What the law says of M knots before any of their values is known; all (M, D).

    mean: Q16. size: log2 of the scale, Q20. unit: of the surprises, Q20. gate: factor on the
    corrections of means, Q20.
    """

    mean: Ints
    size: Ints
    unit: Ints
    gate: Floats


class KnotLaw:
    """The law of one checkpoint.

    With z1 and z2 the values of the last two knots, lag the ticks from z1 to this knot and lag_prev
    those from z2 to z1, and all in Q20,

        seen  = [clip(z1, FAR), clip(slope, STEEP), clip(move, QUICK)]
        move  = z1 - z2, slope = move lag // lag_prev; both are 0 without a z2
        pace  = [log2(1 + lag), log2(1 + lag_prev), log2(1 + lag_next)] - 3, log2(step) + 3
        h     = tanh(recall([seen, pace]))
        bent, wide = bend([h, pace])
        mean  = z1 + line([z1, slope]) + bent 2^(pace[0] / 2)
        size  = wide + spread(pace[0]);    gate = 1 + gate(h)

    step is the floored mean of the grid's steps. A first knot has mean, size = first(pace[3]) and
    gate 1. What values of the same knot add:

        mean += within_off(off) clip(gate, 16),   size += within_loud(loud)
    """

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        named = dict(weights)
        parts = ("recall", "line", "bend", "first", "gate", "pace")
        made = {part: dense(named, f"{PREFIX}.{part}") for part in parts}
        self._recall, self._line, self._bend = (made[part] for part in parts[:3])
        self._first, self._gate, self._pace = (made[part] for part in parts[3:])
        self._within = {name: _triangle(named[f"{PREFIX}.within.{name}"]) for name in limit.WITHIN}
        self.dims = self._line.weight.shape[1]

    def first(self, steps: Ints) -> KnotGuess:
        """The law of a first knot (1, D), given the grid's steps (D,) Q16."""
        mean, size = np.split(self._first(_fineness(steps)[None, None]), 2, axis=1)
        return _guess(to_q16(mean), size, np.full_like(mean, UNIT), steps)

    def before(self, seen: KnotContext, steps: Ints) -> KnotGuess:
        """The law of M later knots, given the grid's steps (D,) Q16."""
        last, move, slope = _moves(seen)
        gaps = [_gap(lag) for lag in (seen.lag, seen.before, seen.after)]
        fine = np.full_like(gaps[0], _fineness(steps))
        pace = np.stack([*gaps, fine], axis=1)
        hidden = tanh(self._recall(np.concatenate([last, slope, move, pace], axis=1)))
        bent, wide = np.split(self._bend(np.concatenate([hidden, pace], axis=1)), 2, axis=1)
        root = exp2(gaps[0].astype(np.int64) >> 1).astype(np.float64)[:, None]
        moved = self._line(np.concatenate([last, slope], axis=1)) + times(_kept(bent), root)
        size = wide + self._pace(gaps[0][:, None])
        return _guess(seen.last + to_q16(moved), size, UNIT + self._gate(hidden), steps)

    def surprise(self, guess: KnotGuess, values: Ints) -> tuple[Floats, Floats]:
        """What values (M, D) Q16 tell later ones of their knot: how far off they are, how loudly.

        Both Q20: off = clip(value - mean, LOUD), loud = log2(|off| / unit + 1/32) + 1.25.
        """
        most = q20(limit.LOUD)
        off = clamp(clamp(values - guess.mean, -most, most) << PLACES - 16, -most, most)
        ratio = (np.abs(off) << PLACES) // guess.unit + q20(limit.FAINT)
        loud = log2(ratio) - (PLACES << PLACES) + q20(limit.MEAN_SIZE)
        return off.astype(np.float64), loud.astype(np.float64)

    def within(self, off: Floats, loud: Floats, *, first: bool) -> tuple[Floats, Floats]:
        """What surprises (M, D) of earlier values of a knot add to means and sizes, Q20."""
        far, size = self.layers(first=first)
        return far(off), size(loud)

    def layers(self, *, first: bool) -> tuple[Dense, Dense]:
        """The layers of `within`: of how far off earlier values are, and of how loudly."""
        when = "first" if first else "later"
        return self._within[f"{when}_off"], self._within[f"{when}_loud"]

    def law(self, guess: KnotGuess, more: Floats, wide: Floats, steps: Ints) -> tuple[Ints, Ints]:
        """Means and scales (M, D) Q16 from what earlier values add to the mean and to the size."""
        most, gated = q20(limit.MOST), q20(limit.GATED)
        gate = np.clip(guess.gate, -gated, gated)
        mean = guess.mean + to_q16(times(np.clip(more, -most, most), gate))
        scale = exp2(_bounded(guess.size + wide.astype(np.int64))) >> PLACES - 16
        return mean, np.maximum(scale + (steps >> 6), 1)


def _moves(seen: KnotContext) -> tuple[Floats, Floats, Floats]:
    """The last values, the last move and how it would go on, each (M, D) Q20 and within bounds."""
    two = (seen.before > 0)[:, None]
    before = np.maximum(seen.before, 1)[:, None]
    move = np.where(two, seen.last - seen.earlier, 0)
    room = (limit.STEEP << 16) * before // seen.lag[:, None] + 1  # a larger move is clipped below
    slope = clamp(move, -room, room) * seen.lag[:, None] // before
    return _clipped(seen.last, limit.FAR), _clipped(move, limit.QUICK), _clipped(slope, limit.STEEP)


def _clipped(values: Ints, most: int) -> Floats:
    return to_units(clamp(values, -(most << 16), most << 16))


def _gap(lag: Ints) -> Floats:
    """log2(1 + lag) - 3 (M,)."""
    return (log2(1 + lag) - q20(limit.USUAL)).astype(np.float64)


def _fineness(steps: Ints) -> Floats:
    """log2 of the mean step, + 3; a number."""
    mean = np.array(int(steps.sum()) // steps.size)
    return (log2(mean) - (16 << PLACES) + q20(limit.USUAL)).astype(np.float64)


def _kept(x: Floats) -> Floats:
    most = q20(limit.MOST)
    return np.clip(x, -most, most)


def _bounded(size: Ints) -> Ints:
    return clamp(size, limit.NARROWEST << PLACES, limit.WIDEST << PLACES)


def _guess(mean: Ints, size: Floats, gate: Floats, steps: Ints) -> KnotGuess:
    whole = size.astype(np.int64)
    unit = exp2(_bounded(whole)) + 5 * steps
    return KnotGuess(mean, whole, unit, gate)


def _triangle(weight: NDArray[Any]) -> Dense:
    """A layer whose output d sees the inputs below d alone."""
    return Dense.of(np.tril(weight, -1), np.zeros(len(weight), np.float32))
