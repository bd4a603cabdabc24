"""What an array must be before it may be compressed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vdsc.core.numeric_view import DATE_UNITS, is_held
from vdsc.core.words import printable
from vdsc.errors import InvalidInput

LAYOUTS = "(T, D) floats or (T, H, W[, C]) uint8"
CHANNELS = (1, 3, 4)
"""How many channels a frame of video may have where nothing else tells the axis of channels."""

FLOATS = (
    "video must be uint8, or floats from 0 to 1 with an axis of channels (T, H, W, 1); of several "
    "sequences (N, T, D) compress one at a time (FILE.npy:0 is the first); one sequence is "
    ".reshape(len(values), -1)"
)


def check_frames(shape: tuple[int, ...], dtype: np.dtype[np.generic], name: str) -> None:
    """Raise InvalidInput unless there are values, in at least one frame."""
    if dtype.hasobject:
        raise InvalidInput(f"{name} holds Python objects, which are never unpickled; save numbers")
    if not shape or shape[0] == 0:
        raise InvalidInput(f"{name} has no frames; give at least one")
    if math.prod(shape) == 0:
        raise InvalidInput(f"{name} is empty: shape {shape}; every axis needs a length")


def check_numbers(dtype: np.dtype[np.generic], name: str) -> None:
    """Raise InvalidInput unless `dtype` is one that a lossless file holds."""
    if is_held(dtype):
        return
    if dtype.kind in "mM":
        word = "datetime64" if dtype.kind == "M" else "timedelta64"
        advice = f"convert it to {', '.join(DATE_UNITS)}, as in .astype('{word}[s]')"
    elif dtype.names is not None:
        advice = f"compress one field at a time, such as values['{printable(dtype.names[0])}']"
    elif dtype.kind in "fc":
        advice = f"convert it with .astype('{'float64' if dtype.kind == 'f' else 'complex128'}')"
    else:
        advice = "only booleans, integers, floats, complex numbers and dates are held without loss"
    raise InvalidInput(f"{name} is {dtype}; {advice}")


def check_layout(shape: tuple[int, ...], dtype: np.dtype[np.generic], name: str) -> None:
    """Raise InvalidInput unless `shape` and `dtype` are one of LAYOUTS."""
    if not is_layout(shape, dtype):
        raise InvalidInput(f"{name} is {dtype.name} {shape}; {_advice(len(shape), dtype)}")


def is_layout(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> bool:
    """Whether `shape` and `dtype` are one of LAYOUTS, which checkpoints may take."""
    return _is_motion(shape, dtype) or _is_video(shape, dtype)


def first_nonfinite(values: NDArray[np.generic], begin: int = 0) -> tuple[int, ...] | None:
    """Index of the first NaN or infinity; `begin` is the number of values' first frame."""
    if values.dtype.kind != "f" or np.isfinite(values).all():
        return None
    bad = np.argmin(np.isfinite(values))
    frame, *rest = (int(i) for i in np.unravel_index(bad, values.shape))
    return (begin + frame, *rest)


def check_finite(values: NDArray[np.generic], name: str, begin: int = 0) -> None:
    """Raise InvalidInput that names the first NaN or infinity of `values`, if there is one."""
    index = first_nonfinite(values, begin)
    if index is not None:
        found = values[(index[0] - begin, *index[1:])]
        where = ", ".join(map(str, index))
        raise InvalidInput(f"{name}[{where}] is {found}; fill it in or cut its frame out")


def _is_motion(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> bool:
    points = len(shape) == 3 and shape[2] == 3
    return (len(shape) == 2 or points) and dtype.kind == "f" and dtype.itemsize <= 8


def _is_video(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> bool:
    return len(shape) in {3, 4} and dtype == np.uint8


def _advice(ndim: int, dtype: np.dtype[np.generic]) -> str:
    """How to get from an array that is refused to one that is not."""
    if dtype.kind not in "fiub":
        known = dtype.names is None and is_held(dtype)
        otherwise = "--lossless takes it as it is" if known else "give one array of numbers"
        return f"only {LAYOUTS} can be compressed; {otherwise}"
    if ndim == 3 and dtype.kind == "f":
        advice = FLOATS
    elif ndim in {3, 4}:
        advice = "video must be uint8, or floats from 0 to 1 (T, H, W, C), motion (T, D) floats"
    elif ndim == 1:
        advice = "reshape it to (T, 1) floats"
    elif ndim == 2:
        advice = "convert it with .astype('float32')"
    else:
        advice = f"compress one sequence at a time, as {LAYOUTS}"
    return f"{advice}, or use --codec linear (any numbers), or --lossless (every bit)"
