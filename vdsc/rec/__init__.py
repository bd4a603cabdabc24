"""Relative entropy coding: samples of a law that only the encoder knows; see docs/rec.md."""

from __future__ import annotations

from vdsc.rec.astar import BranchingAStar, GlobalAStar
from vdsc.rec.blocked import Blocked, Sequenced
from vdsc.rec.channel import Channel, Discrete, Found, Sample, Scheme
from vdsc.rec.density_ratio import Target
from vdsc.rec.gap_ratios import GapChain, GapRatios
from vdsc.rec.gprs import BranchingGPRS, GlobalGPRS
from vdsc.rec.knot_times import DrawnKnots, KnotTimes, pop_rate, push_rate
from vdsc.rec.logistic_law import Logistic, SoftplusLogistic, Truncated
from vdsc.rec.noise import Noise
from vdsc.rec.pfr import PFR
from vdsc.rec.product import ProductChain, ProductRatios
from vdsc.rec.proposals import Exponential, Gaussian, Law, Triangular, Uniform

__all__ = [
    "PFR",
    "Blocked",
    "BranchingAStar",
    "BranchingGPRS",
    "Channel",
    "Discrete",
    "DrawnKnots",
    "Exponential",
    "Found",
    "GapChain",
    "GapRatios",
    "Gaussian",
    "GlobalAStar",
    "GlobalGPRS",
    "KnotTimes",
    "Law",
    "Logistic",
    "Noise",
    "ProductChain",
    "ProductRatios",
    "Sample",
    "Scheme",
    "Sequenced",
    "SoftplusLogistic",
    "Target",
    "Triangular",
    "Truncated",
    "Uniform",
    "pop_rate",
    "push_rate",
]
