"""Integers to bits and back; the only home of constriction."""

from __future__ import annotations

from vdsc.entropy.context import Context
from vdsc.entropy.gap_codes import GridCode, PoissonGaps, RenewalGaps
from vdsc.entropy.knot_coder import KnotCoder
from vdsc.entropy.stack import BitStack
from vdsc.entropy.transition import TransitionTables

__all__ = [
    "BitStack",
    "Context",
    "GridCode",
    "KnotCoder",
    "PoissonGaps",
    "RenewalGaps",
    "TransitionTables",
]
