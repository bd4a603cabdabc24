"""The priors of bits-back: the OU transition in integers, the Poisson process of the knots."""

from __future__ import annotations

from math import isqrt

import numpy as np

from vdsc.core.fixed import ONE, WORK, clamp
from vdsc.entropy import PoissonGaps, TransitionTables
from vdsc.quant import REACH, ValueGrid
from vdsc.twin import reals
from vdsc.twin.inference import Twin

COARSEST = 3
"""Cells are at most 2**3 of the posterior's spread wide."""

_WIDEST = REACH // 40  # so that the cells of a row lie within the grid


def ou_tables(twin: Twin, lags: int) -> TransitionTables:
    """Tabulate equation (15) for 1 to `lags` ticks, from integers alone.

    rho = exp(-nu^2 d / 2), sigma^2 = 1 - exp(-nu^2 d). The value before is known exactly, so the
    scale is not widened by the width of its cell.
    """
    top, bottom = twin.fps.as_integer_ratio()
    powers = [(nu * nu >> WORK) * bottom // top for nu in twin.nu]
    rho = [[reals.exp(-p * lag // 2) >> WORK - 16 for p in powers] for lag in range(1, lags + 1)]
    sigma = [[_sigma(p * lag) for p in powers] for lag in range(1, lags + 1)]
    return TransitionTables(
        rho=np.array(rho, dtype=np.int64),
        sigma=np.array(sigma, dtype=np.int64),
        sigma0=np.full(twin.latent, ONE, dtype=np.int64),
        is_global=twin.still,
        blocks=np.zeros(twin.latent, dtype=np.int64),
        lag_class=np.zeros(lags, dtype=np.int64),
        blur=0,
        law="normal",
    )


def _sigma(power: int) -> int:
    """sqrt(1 - exp(-power)), Q16, at least 1; power Q96."""
    variance = (1 << WORK) - reals.exp(-power)
    return max(isqrt(variance >> WORK - 32), 1)


def poisson(twin: Twin, density: int) -> PoissonGaps:
    """The Poisson prior of the knots at a density, equation (18), cut at the longest gap."""
    top, bottom = twin.fps.as_integer_ratio()
    rate = (twin.gaps.rate(density) * bottom // top) >> WORK - 16
    return PoissonGaps(min(max(rate, 1), 1 << 20), max(twin.gaps.longest, 1))


def grid(twin: Twin, fine: int) -> ValueGrid:
    """Uniform cells, 2**fine of them on the posterior's spread in each dimension.

    The spread is the wider one of that of the first value and that of a tick. Finer cells do not
    change the net bits, but each halving makes the first window borrow another bit a value.
    """
    tick = np.sqrt(twin.diffusion.astype(np.float64)).astype(np.int64)
    spread = np.maximum(np.where(twin.still, 0, tick), twin.spread)
    return ValueGrid(clamp((spread << COARSEST) >> (fine + COARSEST), 1 << 6, _WIDEST), 1)
