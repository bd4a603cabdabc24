"""Frequencies of cells under a law with integer location and scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.core.fixed import CERTAIN
from vdsc.core.types import Ints
from vdsc.entropy.stack import TOTAL
from vdsc.quant.normal import LAWS


def rows(edges: Ints, mean: Ints, scale: Ints, law: str) -> Ints:
    """Return the (N, K) frequencies of the cells between edges (N, K+1), each >= 1, sum 2**16.

    The outer edges stand for minus and plus infinity. With Q16 edges e_j and F the law's
    distribution function,

        F_j = F(((e_j - mean) << 16) // scale),   F_0 = 0,   F_K = 2**30.

    Args:
        edges: (..., K+1) Q16, not decreasing.
        mean: (...) Q16.
        scale: (...) Q16, >= 1.
        law: "normal" or "logistic".
    """
    inner = edges[..., 1:-1] - mean[..., None]
    inner <<= 16
    inner //= scale[..., None]
    return share(LAWS[law](inner))


def share(inner: Ints) -> Ints:
    """Frequencies of K cells from Q30 F_1..F_{K-1}: differences of j + (F_j (2**16 - K) >> 30)."""
    cells = inner.shape[-1] + 1
    cum = np.empty((*inner.shape[:-1], cells + 1), dtype=np.int64)
    cum[..., 0], cum[..., -1] = 0, TOTAL
    scaled = cum[..., 1:-1]
    np.multiply(inner, TOTAL - cells, out=scaled)
    scaled >>= CERTAIN.bit_length() - 1
    scaled += np.arange(1, cells)
    return cum[..., 1:] - cum[..., :-1]


def cost(symbols: Ints, frequencies: Ints) -> float:
    """Ideal bits of symbols (...) under frequencies (..., K), summed."""
    return float(costs(symbols, frequencies).sum())


def costs(symbols: Ints, frequencies: Ints) -> NDArray[np.float64]:
    """Ideal bits (...) of symbols (...) under frequencies (..., K): -log2 of their shares."""
    chosen = np.take_along_axis(frequencies, symbols[..., None], axis=-1)[..., 0]
    bits: NDArray[np.float64] = np.log2(TOTAL) - np.log2(chosen)
    return bits
