"""Which angles of a joint follow from its others: it turns about one axis or two.

Such a joint has three angles all the same. Once errors are shared out among joints, nothing that
codes numbers sees how they belong together.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np

from vdsc.codecs.bounded.error_grid import LARGEST
from vdsc.codecs.bounded.followers import HIGHEST, UNITS, Follower, Leader, counts
from vdsc.core.skeleton import AXES, Joint, Skeleton
from vdsc.core.types import Floats

NEAR = 0.25
"""Steps by which a follower may be off."""

MOST = 55
"""Coefficients of a follower, unless few frames tell fewer."""

WORTH = 0.35
"""Bytes of a frame that a follower saves."""

FARTHEST = 2**15
"""Degrees that float16 holds."""

LEARNT_ON = 256
"""Frames that polynomials are fitted to; they are tried on all."""

GAIN = 0.7
"""A polynomial whose error falls by less with two more degrees is none that will do."""


def followers_of(
    skeleton: Skeleton, frames: Floats, steps: Floats, total: int
) -> tuple[Follower, ...]:
    """Followers in frames (n, C), of so many in all, with steps (C,): 0 for what stands still."""
    pairs = zip(skeleton.joints, skeleton.first, strict=True)
    return tuple(chain.from_iterable(_of(*pair, frames, steps, total) for pair in pairs))


def _of(
    joint: Joint, first: int, frames: Floats, steps: Floats, total: int
) -> tuple[Follower, ...]:
    """The most followers that a joint has, in the fewest bytes, if they are worth these."""
    angles = [c for c, what in enumerate(joint.channels, first) if what in AXES and steps[c]]
    angles = [c for c in angles if np.abs(frames[:, c]).max() < FARTHEST]
    ways: list[list[tuple[int, list[int]]]]
    ways = [[(c, [lead]) for c in angles if c != lead] for lead in angles]
    ways += [[(c, [lead for lead in angles if lead != c])] for c in angles if len(angles) > 2]
    best: tuple[Follower, ...] = ()
    for way in ways:
        fitted = (_fitted(frames, c, leaders, float(steps[c])) for c, leaders in way)
        found = tuple(one for one in fitted if one is not None)
        if (len(found), -_size(found)) > (len(best), -_size(best)):
            best = found
    return best if _size(best) < WORTH * total * len(best) else ()


def _size(followers: tuple[Follower, ...]) -> int:
    return sum(1 + len(one.bytes) for one in followers)


def _fitted(frames: Floats, channel: int, leaders: list[int], step: float) -> Follower | None:
    """The polynomial of least degree that is near enough in all frames (n, C)."""
    leading = tuple(_leader(frames, lead) for lead in leaders)
    some, errors = frames[:: -(-len(frames) // LEARNT_ON)], [np.inf, np.inf]
    for degree in range(1, HIGHEST + 1):
        terms = sum(counts(degree, len(leaders)))
        if terms > min(MOST, len(some) // 3):
            break
        one = _of_degree(some, channel, leading, degree, step)
        errors.append(_off(one, some, step))
        if errors[-1] <= NEAR and _off(one, frames, step) <= NEAR:
            return one
        if errors[-1] > GAIN * errors[-3]:
            break
    return None


def _off(one: Follower, frames: Floats, step: float) -> float:
    """Steps by which a follower is off at most in frames (n, C)."""
    return float(np.abs(one.path(frames, step) - frames[:, one.channel]).max()) / step


def _leader(frames: Floats, channel: int) -> Leader:
    """A leader whose t lies within -1 and 1, or nearly so, in frames (n, C)."""
    least, largest = frames[:, channel].min(), frames[:, channel].max()
    middle, half = np.array([least + largest, largest - least], dtype=np.float64) / 2
    return Leader(channel, float(np.float16(middle)), float(np.float16(max(half, 1e-3))))


def _of_degree(
    frames: Floats, channel: int, leaders: tuple[Leader, ...], degree: int, step: float
) -> Follower:
    """The polynomial that is nearest to a channel of frames (n, C), in parts of a step."""
    basis: Any = np.polynomial.chebyshev
    one, *other = (basis.chebvander(leader.turned(frames), degree) for leader in leaders)
    second = other[0] if other else np.ones((len(frames), 1))
    power = np.arange(degree + 1)
    terms = np.nonzero(power[:, None] + power[: second.shape[1]] <= degree)
    values = one[:, terms[0]] * second[:, terms[1]]
    cells = np.zeros((degree + 1, second.shape[1]))
    cells[terms] = np.linalg.lstsq(values, frames[:, channel], rcond=1e-10)[0]
    cells = _powers(degree).T @ cells @ (_powers(degree) if other else np.ones((1, 1)))
    rounded = np.rint(np.clip(cells * UNITS / step, -LARGEST, LARGEST)).astype(np.int64)
    lines = (rounded[i, : degree - i + 1][::-1] for i in power[::-1])
    return Follower(channel, leaders, degree, tuple(np.concatenate(list(lines)).tolist()))


@lru_cache
def _powers(degree: int) -> Floats:
    """The coefficients of powers in each of Chebyshev's polynomials, one a row."""
    made = np.zeros((degree + 1, degree + 1))
    for i, row in enumerate(made):
        row[: i + 1] = np.polynomial.chebyshev.cheb2poly(np.eye(degree + 1)[i, : i + 1])
    return made
