"""Reals as the numbers of a type."""

from __future__ import annotations

from typing import Any

import numpy as np

from vdsc.core.types import Floats, Values


def held(reals: Floats, dtype: np.dtype[Any]) -> Values:
    """The nearest finite values of a type to reals (...), in native byte order."""
    native = dtype.newbyteorder("=")
    if native.kind == "f":
        ends = np.finfo(native)
        return np.clip(reals, ends.min, ends.max).astype(native)
    info = np.iinfo(native)
    least, most = float(info.min), float(info.max)  # of 64 bits, most is one too many
    made = np.full(reals.shape, info.max, dtype=native)
    fits = reals < most
    made[fits] = np.maximum(np.rint(reals[fits]), least).astype(native)
    return made
