"""Reals to integers and back: value grids, and distribution functions in fixed point."""

from __future__ import annotations

from vdsc.quant.grid import REACH, ValueGrid
from vdsc.quant.normal import LAWS, Ints, cdf, logistic_cdf, quantile

__all__ = ["LAWS", "REACH", "Ints", "ValueGrid", "cdf", "logistic_cdf", "quantile"]
