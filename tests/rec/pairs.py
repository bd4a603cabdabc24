"""Pairs of target and proposal that several tests of `rec` share, by name."""

from __future__ import annotations

import numpy as np
from scipy import stats

from vdsc.rec import (
    PFR,
    BranchingAStar,
    BranchingGPRS,
    Exponential,
    Gaussian,
    GlobalAStar,
    GlobalGPRS,
    Logistic,
    SoftplusLogistic,
    Triangular,
    Truncated,
    Uniform,
)

PAIRS = {
    "gaussian": (Gaussian(0.8, 0.2), Gaussian()),
    "uniform": (Uniform(0.3, 0.45), Gaussian()),
    "triangular": (Triangular(0.2, 0.3, 0.6), Uniform()),
    "truncated logistic": (Truncated.between(Logistic(0.5, 0.2), 0.1, 1.0), Logistic()),
    "softplus logistic": (SoftplusLogistic(0.3, 0.3), Exponential(0.9)),
}

SCHEMES = {
    "PFR": PFR,
    "global A*": GlobalAStar,
    "AS*": BranchingAStar,
    "AD*": lambda expected: BranchingAStar(expected, "middle"),
    "global GPRS": GlobalGPRS,
    "branching GPRS": BranchingGPRS,
}


def scheme_for(name, target):
    """A scheme that expects the target's KL."""
    return SCHEMES[name](round(16 * target.kl))


def p_values(shares):
    """p-values of Kolmogorov-Smirnov and chi-square (20 bins) that shares (N,) are uniform."""
    counts = np.histogram(shares, bins=20, range=(0, 1))[0]
    return stats.kstest(shares, "uniform").pvalue, stats.chisquare(counts).pvalue
