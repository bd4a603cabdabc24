"""The law of a sketch's numbers: logistic around 0, of one of few scales.

    n = 0?     a symbol of 2
    |n|        a symbol of 63, of those that are not 0
    its sign   even, likewise

A scale is 2^(i / 8) of steps, i from -48 to 56.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.entropy.frequencies import share
from vdsc.entropy.stack import TOTAL
from vdsc.entropy.tape import Tape
from vdsc.quant.normal import logistic_cdf

MOST = 63
"""The largest |n|."""

NARROWEST, WIDEST, FINE = -48, 56, 8
"""Scales in eighths of a power of two."""

_EIGHTHS = (65536, 71468, 77936, 84990, 92682, 101070, 110218, 120194)
"""2^(16 + i / 8), rounded."""


@cache
def zero_rows() -> Ints:
    """(105, 2) frequencies of 0 and of the rest."""
    inside = [_within(i, 0) for i in range(NARROWEST, WIDEST + 1)]
    return share(np.array(inside, dtype=np.int64)[:, None])


@cache
def size_rows() -> Ints:
    """(105, 63) frequencies of |n| - 1."""
    made = []
    for i in range(NARROWEST, WIDEST + 1):
        none = _within(i, 0)
        rest = (1 << 30) - none
        made.append([((_within(i, n) - none) << 30) // max(rest, 1) for n in range(1, MOST)])
    return share(np.array(made, dtype=np.int64))


def _within(eighths: int, most: int) -> int:
    """The chance of |n| <= most, Q30, under a scale of 2^(eighths / 8)."""
    up = eighths // FINE
    scale = _EIGHTHS[eighths % FINE]
    edge = (2 * most + 1) << 31
    at = edge // (scale << up) if up >= 0 else (edge << -up) // scale
    return 2 * int(logistic_cdf(np.array([min(at, 1 << 40)]))[0]) - (1 << 30)


def which(outputs: Floats) -> Ints:
    """The rows of outputs of the network: logs of scales to the base 2, Q10."""
    eighths = np.floor(outputs * (FINE / (1 << 10)) + 0.5)
    return np.clip(eighths, NARROWEST, WIDEST).astype(np.int64) - NARROWEST


def code(tape: Tape, rows: Ints, numbers: Ints | None) -> Ints:
    """Code numbers (N,), or read them, by the rows (N,) of their laws."""
    size = None if numbers is None else np.abs(numbers)
    found = tape.rows(None if size is None else np.minimum(size, 1), zero_rows()[rows])
    some = np.flatnonzero(found)
    found[some] += tape.rows(None if size is None else size[some] - 1, size_rows()[rows[some]])
    minus = None if numbers is None else (numbers[some] < 0).astype(np.int64)
    minus = tape.uniforms(minus, np.full(some.size, 2))
    found[some[minus > 0]] *= -1
    return found


def costs(rows: Ints, numbers: Ints) -> Floats:
    """Ideal bits (N,) of numbers (N,)."""
    size = np.abs(numbers)
    spent = np.log2(TOTAL / zero_rows()[rows, np.minimum(size, 1)])
    some = np.flatnonzero(size)
    spent[some] += 1 + np.log2(TOTAL / size_rows()[rows[some], size[some] - 1])
    return np.asarray(spent)
