"""Reals to integers and back: value grids, and distribution functions in fixed point."""

from __future__ import annotations

from vdsc.quant.normal import LAWS, cdf, logistic_cdf, quantile
from vdsc.quant.value_grid import REACH, ValueGrid

__all__ = ["LAWS", "REACH", "ValueGrid", "cdf", "logistic_cdf", "quantile"]
