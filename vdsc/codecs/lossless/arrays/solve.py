"""Small least-squares systems in fixed point, many at once: the same weights on every machine."""

from __future__ import annotations

import numpy as np

from vdsc.core.fixed import bit_length, clamp, shifted
from vdsc.core.types import Ints

WEIGHT = 24
"""Bits after the point of a weight."""

LARGEST = 1 << (WEIGHT + 10)
"""The largest weight."""

FINE = 30  # bits after the point while a system is solved; diagonals lie within [1/4, 1]
LEAST = 1 << 8  # the smallest pivot
SPARE = 8  # bits that factors of nearly dependent features, up to 2**40, leave behind
REST = FINE - 2 * SPARE


def solve(moments: Ints, *, ridge: int, least: int) -> Ints:
    """Return weights (F, D) Q24 of D least-squares problems with F features each.

    moments[i, j] is the sum of products of features i and j, the last row and column being
    the target's. With S the moments, r = ridge and e = half the binary digits, rounded up, of the
    diagonal, the system

        (S[i, j] + [i = j] ((S[i, i] >> r) + least)) w[j] = S[i, F]

    is scaled by 2**-e to diagonals near 1 (Q30) and solved by elimination without pivoting. Sums
    wrap modulo 2**64 where a system is hopeless; weights are clipped to 1024.

    Args:
        moments: (F+1, F+1, D), symmetric, below 2**60.
        ridge: the diagonal grows by its 2**-ridge.
        least: and by this, at least 1.
    """
    count = moments.shape[0] - 1
    system, digits = _scaled(moments, ridge, least)
    lower = []
    for k in range(count):
        column = system[k + 1 :, k].copy()
        share = (column << FINE) // np.maximum(system[k, k], LEAST)
        system[k + 1 :, k + 1 :] -= share[:, None] * column[None] >> FINE
        lower.append(share)
    weights = np.stack([share[-1] for share in lower])
    for k in range(count - 2, -1, -1):
        share = lower[k][:-1] >> SPARE
        weights[k] -= (share * (weights[k + 1 :] >> SPARE) >> REST).sum(axis=0)
    return _unscaled(weights, digits[-1] - digits[:-1])


def _scaled(moments: Ints, ridge: int, least: int) -> tuple[Ints, Ints]:
    """The system (F+1, F+1, D) Q30 with diagonals in [1/4, 1], and the digits (F+1, D) taken."""
    system = moments.copy()
    places = np.arange(len(system))
    diagonal = system[places, places]
    system[places, places] = diagonal + (diagonal >> ridge) + least
    digits = (bit_length(system[places, places]) + 1) >> 1
    return shifted(system, FINE - digits[:, None] - digits[None]), digits


def _unscaled(weights: Ints, by: Ints) -> Ints:
    """Weights (F, D) Q30 times 2**by as Q24, clipped."""
    by = clamp(by - (FINE - WEIGHT), -62, 24)
    bound = shifted(np.full_like(by, LARGEST), clamp(-by, -62, 28))
    return clamp(shifted(clamp(weights, -bound, bound), by), -LARGEST, LARGEST)
