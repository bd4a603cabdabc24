"""Errors promised in the unit of a file whose channels have several."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.windows import apart
from vdsc.core.types import Floats
from vdsc.errors import InvalidInput
from vdsc.io.source import Source

Bound = str | float | tuple[float, ...]

FINE = 2.0**-17
"""Other floats are kept to so much of their largest: to the steps of 16 bits."""

INTEGERS = 0.25
"""Integers that are stored as floats are off by less, so rounding makes them exact."""

AT_ONCE = 1 << 22


def in_units(source: Source, error: Bound) -> tuple[Bound, str]:
    """What each channel (C,) of a source may be off by, and words about those not in its unit.

    One number is in the source's unit, and holds for the channels that have it. Integers in the
    others come back as they were; floats as finely as 16 bits. Raises InvalidInput for a share.
    """
    if source.units is None or isinstance(error, tuple):
        return error, ""
    try:
        number = float(error)
    except ValueError:
        words = f"{source.name} has channels in several units, so its error is no share"
        raise InvalidInput(f"{words}; write a number in the unit of its points") from None
    units = np.array(source.units)
    if source.dtype.kind != "f":
        return tuple((number * units).tolist()), ""
    others, loose = _others(source, units == 0)
    words = f"{loose} channels that are no places are kept to 1/65536 of their range" * (loose > 0)
    return tuple(np.where(units > 0, number * units, others).tolist()), words


def _others(
    source: Source, which: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[Floats, int]:
    """Bounds (C,) of the channels without the unit, and how many of them hold no integers."""
    largest, whole = np.zeros(len(which)), np.ones(len(which), np.bool_)
    for begin, end in apart(source.shape[0], max(1, AT_ONCE // len(which))):
        values = source.read(begin, end).astype(np.float64)
        largest = np.fmax(largest, np.abs(values).max(axis=0))
        whole &= (values == np.rint(values)).all(axis=0)
    return np.where(whole, INTEGERS, largest * FINE), int((which & ~whole).sum())


def check_exact(source: Source) -> None:
    """Raise InvalidInput for a source that may not be compressed without a promise."""
    if source.units is not None:
        words = f"{source.name} holds codes beside its points, which loss would make meaningless"
        raise InvalidInput(f"{words}; use --lossless, or --max-error in the unit of its points")
