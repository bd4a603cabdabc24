"""The law of one latent q, from three numbers of the network, Q10.

    q = 0?        with chance 1 - s(o_0)
    its sign      even
    |q| = 1?      with chance 1 - s(o_1)
    |q| - 2 = m   with chance (1 - r) r^m, r = s(o_2): a table symbol for small m and for ranges of
                  larger ones, then which one of its range, evenly

s is the logistic function. Each number is rounded to a step first, so that tables hold all laws.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from vdsc.core.fixed import CERTAIN
from vdsc.core.types import Floats, Ints
from vdsc.entropy.frequencies import share
from vdsc.entropy.stack import TOTAL
from vdsc.entropy.tape import Tape
from vdsc.errors import InvalidInput
from vdsc.quant.normal import logistic_cdf

FINE, COARSE = 8, 4
"""Steps of a unit of o_0 and o_1, and of o_2."""

REACH = 112
"""Fine steps that a number is from 0 at most: chances of e^-14."""

SLOWEST, FASTEST = -16, 44
"""Coarse steps of o_2: r from e^-4 to 1 - e^-11."""

SMALL = 8
"""Sizes m with a symbol of their own; above, two ranges an octave."""

MOST = 1 << 24
"""What |q| is below."""

_Q10 = 1 << 10


@cache
def ranges() -> Ints:
    """First sizes of all symbols, and one past the last."""
    found = list(range(SMALL))
    size = SMALL
    while size < MOST:
        found += [size, size + size // 2]
        size *= 2
    return np.array([*found, MOST], dtype=np.int64)


@cache
def zero_rows() -> Ints:
    """(225, 2) frequencies of 0 and 1 (not 0) at each fine step."""
    step = np.arange(-REACH, REACH + 1, dtype=np.int64)
    return share(logistic_cdf(-(step << 16) // FINE)[:, None])


@cache
def size_rows() -> Ints:
    """(61, S) frequencies of the symbols of m at each coarse step."""
    made = []
    for step in range(SLOWEST, FASTEST + 1):
        stays = int(logistic_cdf(np.array([(step << 16) // COARSE]))[0]) << 30  # r, Q60
        above = [_power(stays, int(edge)) for edge in ranges()[1:-1]]
        made.append([CERTAIN - (part >> 30) for part in above])
    return share(np.array(made, dtype=np.int64))


def _power(base: int, exponent: int) -> int:
    """base**exponent, both Q60, each product rounded down."""
    made = 1 << 60
    while exponent:
        if exponent & 1:
            made = made * base >> 60
        base, exponent = base * base >> 60, exponent >> 1
    return made


@cache
def bits() -> tuple[Floats, Floats]:
    """Ideal bits: (225, 2) of the rows of zeros, and (61, S) of sizes with the place in a range."""
    inside = np.log2(np.diff(ranges()))
    zero, size = (np.log2(TOTAL) - np.log2(rows) for rows in (zero_rows(), size_rows()))
    return zero, size + inside


@dataclass(frozen=True, eq=False)
class LatentLaws:
    """Laws of latents (N,): the rows of their three tables."""

    zero: Ints
    one: Ints
    rest: Ints

    @classmethod
    def of(cls, outputs: Floats) -> LatentLaws:
        """Laws of network outputs (..., 3), Q10."""
        flat = outputs.reshape(-1, outputs.shape[-1])
        fine = np.floor(flat[:, :2] * (FINE / _Q10) + 0.5)
        fine = np.clip(fine, -REACH, REACH).astype(np.int64) + REACH
        coarse = np.floor(flat[:, 2] * (COARSE / _Q10) + 0.5)
        rest = np.clip(coarse, SLOWEST, FASTEST).astype(np.int64) - SLOWEST
        return cls(fine[:, 0], fine[:, 1], rest)

    def code(self, tape: Tape, latents: Ints | None) -> Ints:
        """Code latents (N,), or read them."""
        size = None if latents is None else np.abs(latents)
        found = tape.rows(None if size is None else np.minimum(size, 1), zero_rows()[self.zero])
        some = np.flatnonzero(found)
        minus = None if latents is None else (latents[some] < 0).astype(np.int64)
        minus = tape.uniforms(minus, np.full(some.size, 2))
        above = None if size is None else np.minimum(size[some] - 1, 1)
        above = tape.rows(above, zero_rows()[self.one[some]])
        large = some[above > 0]
        found[some] += above
        found[large] += self._sizes(tape, large, None if size is None else size[large] - 2)
        found[some[minus > 0]] *= -1
        return found

    def _sizes(self, tape: Tape, some: Ints, sizes: Ints | None) -> Ints:
        edges = ranges()
        if sizes is not None and sizes.max(initial=0) >= MOST:
            raise InvalidInput("values are too large for such fine steps; lower --quality")
        symbol = None if sizes is None else np.searchsorted(edges, sizes, side="right") - 1
        symbol = tape.rows(symbol, size_rows()[self.rest[some]])
        low, width = edges[symbol], np.diff(edges)[symbol]
        inside = tape.uniforms(None if sizes is None else sizes - low, width)
        return np.asarray(low + inside)

    def costs(self, latents: Ints) -> Floats:
        """Ideal bits (N,) of latents (N,)."""
        zero, sizes = bits()
        size = np.abs(latents)
        spent = zero[self.zero, np.minimum(size, 1)]
        spent += (size > 0) * (1 + zero[self.one, np.clip(size - 1, 0, 1)])
        symbol = np.searchsorted(ranges(), np.maximum(size - 2, 0), side="right") - 1
        spent += (size > 1) * sizes[self.rest, symbol]
        return np.asarray(spent)
