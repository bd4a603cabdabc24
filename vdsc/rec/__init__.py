"""Relative entropy coding: samples of a law that only the encoder knows; see docs/rec.md."""

from __future__ import annotations

from vdsc.rec.astar import BranchingAStar, GlobalAStar
from vdsc.rec.blocked import Blocked, Sequenced
from vdsc.rec.gaps import GapChain, GapRatios
from vdsc.rec.gprs import BranchingGPRS, GlobalGPRS
from vdsc.rec.knots import KnotTimes
from vdsc.rec.laws import Exponential, Gaussian, Law, Triangular, Uniform
from vdsc.rec.logistic import Logistic, SoftplusLogistic, Truncated
from vdsc.rec.noise import Noise
from vdsc.rec.pfr import PFR
from vdsc.rec.product import ProductChain, ProductRatios
from vdsc.rec.scheme import Channel, Discrete, Found, Sample, Scheme
from vdsc.rec.target import Target

__all__ = [
    "PFR",
    "Blocked",
    "BranchingAStar",
    "BranchingGPRS",
    "Channel",
    "Discrete",
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
]
