"""Integers near a centre as a high part, for a table, and uniform low bits.

With c the centre and k low bits, v - c + (2**k >> 1) = (high << k) + low: the cell of high 0 has c
in its middle.
"""

from __future__ import annotations

from vdsc.core.types import Ints


def split(values: Ints, centre: Ints, shift: Ints) -> tuple[Ints, Ints]:
    """Return the high parts and the low bits of values; all arrays have one shape."""
    offset = values - centre + (1 << shift >> 1)
    return offset >> shift, offset & ((1 << shift) - 1)


def join(high: Ints, low: Ints | int, centre: Ints, shift: Ints) -> Ints:
    """Return the values of high parts and low bits; with low = 0, where the parts begin."""
    return centre + (high << shift) + low - (1 << shift >> 1)
