"""Lapped cosines along one axis: orthonormal, with an inverse in integers alone.

An axis of n blocks of N samples is folded at each of the n - 1 seams (the time-domain lapped
transform of Tran, Liang and Tu 2003, its orthonormal case), and each block becomes N cosines. The
fold of a seam is the orthonormal matrix

    Q = W diag(I, J C2' C4 J) W,   W = [I J; J -I] / sqrt(2)

with C2 and C4 the cosine transforms of N / 2 samples and J the reversal. An odd N is not folded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from math import isqrt

import numpy as np

from vdsc.core.fixed import WORK
from vdsc.core.types import Floats
from vdsc.errors import CorruptFile

PLACES = 15
"""Binary places of a matrix of integers."""

EXACT = float(1 << 52)
"""What sums of integers in float64 stay below."""

_TERMS = 48  # of the series of the cosine
_FINE = 64  # binary places while a matrix is made


@dataclass(frozen=True, eq=False)
class Lapped:
    """The transform of an axis of whole blocks.

    Args:
        size: N, the samples of a block.
        waves: (N, N) cosines by samples, integers with 15 binary places.
        fold: (N, N) the fold of a seam, likewise; None where there is none.
    """

    size: int
    waves: Floats
    fold: Floats | None

    @classmethod
    @cache
    def of(cls, size: int) -> Lapped:
        """The transform with blocks of `size` samples, at least 1."""
        waves = _rounded(_cosines(size, shift=0))
        return cls(size, waves, _fold(size) if size % 2 == 0 else None)

    def forward(self, samples: Floats, axis: int) -> Floats:
        """Real coefficients of real samples (..., n N, ...) along `axis`, in blocks of N.

        The inverse of what `inverse` does but for its rounding, not of the ideal transform.
        """
        found = np.moveaxis(samples, axis, -1).copy()
        back, unfold = self._ways
        if unfold is not None and (inner := self._inner(found)).size:
            inner[:] = inner @ unfold
        found = (self._blocks(found) @ back).reshape(found.shape)
        return np.moveaxis(found, -1, axis)

    @cached_property
    def _ways(self) -> tuple[Floats, Floats | None]:
        """What undoes the cosines and the fold."""
        fold = None if self.fold is None else _inverse(self.fold)
        return _inverse(self.waves), fold

    def inverse(self, coefficients: Floats, axis: int) -> Floats:
        """Samples of coefficients, both integers in float64; raises CorruptFile for huge ones."""
        found = np.moveaxis(coefficients, axis, -1)
        found = _product(self._blocks(found), self.waves).reshape(found.shape)
        if self.fold is not None and (inner := self._inner(found)).size:
            inner[:] = _product(inner, self.fold)
        return np.moveaxis(found, -1, axis)

    def _blocks(self, samples: Floats) -> Floats:
        return samples.reshape(*samples.shape[:-1], -1, self.size)

    def _inner(self, samples: Floats) -> Floats:
        """A view (..., n - 1, N) of what lies around the seams."""
        half = self.size // 2
        return self._blocks(samples[..., half : samples.shape[-1] - half])


def _product(numbers: Floats, matrix: Floats) -> Floats:
    """Integers times a matrix of 15 binary places, rounded half up."""
    largest = max(float(numbers.max(initial=0)), -float(numbers.min(initial=0)))
    if largest * float(np.abs(matrix).sum(axis=0).max()) >= EXACT:
        raise CorruptFile("coefficients are impossibly large; the file is damaged")
    return np.floor(numbers @ matrix * 0.5**PLACES + 0.5)


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix * 0.5**PLACES), dtype=np.float64)


def _fold(size: int) -> Floats:
    """The fold Q (N, N), symmetric where its inner matrix is not: rows are what is made."""
    half = size // 2
    even, odd = _cosines(half, shift=0), _cosines(half, shift=1)
    turned = [
        [sum(even[k][i] * odd[k][j] for k in range(half)) for j in range(half)] for i in range(half)
    ]  # C2' C4, with 128 binary places
    inner = [
        [turned[half - 1 - i][half - 1 - j] >> _FINE for j in range(half)] for i in range(half)
    ]
    made = [[0] * size for _ in range(size)]
    one = 1 << _FINE
    for i in range(half):
        for j in range(half):
            same = one if i == j else 0
            mirror, across = half - 1 - i, half - 1 - j
            made[i][j] = same + inner[mirror][across]
            made[i][half + j] = (one if i + j == half - 1 else 0) - inner[mirror][j]
            made[half + i][j] = (one if i + j == half - 1 else 0) - inner[i][across]
            made[half + i][half + j] = same + inner[i][j]
    return _rounded([[x // 2 for x in row] for row in made])


def _rounded(matrix: list[list[int]]) -> Floats:
    half = 1 << _FINE - PLACES - 1
    return np.array([[x + half >> _FINE - PLACES for x in row] for row in matrix], dtype=np.float64)


def _cosines(size: int, *, shift: int) -> list[list[int]]:
    """Orthonormal cosines (frequencies, samples) with 64 binary places, of type II or IV (1)."""
    scale = isqrt((2 << 2 * WORK) // size)
    level = isqrt((1 << 2 * WORK) // size)
    made = []
    for k in range(size):
        height = level if k == 0 and not shift else scale
        row = [(2 * k + shift) * (2 * n + 1) for n in range(size)]
        made.append([height * _cosine(phase, 4 * size) >> 2 * WORK - _FINE for phase in row])
    return made


def _cosine(numerator: int, denominator: int) -> int:
    """2**96 cos(pi numerator / denominator), up to a few units."""
    turn = numerator % (2 * denominator)
    turn = min(turn, 2 * denominator - turn)
    if 2 * turn > denominator:
        return -_cosine(denominator - turn, denominator)
    angle = _PI * turn // denominator
    square, term, total = angle * angle >> WORK, 1 << WORK, 0
    for i in range(1, _TERMS):
        total += term
        term = -(term * square >> WORK) // ((2 * i - 1) * (2 * i))
    return total


_PI = 0x3_243F6A8885A308D313198A2E
"""2**96 pi."""
