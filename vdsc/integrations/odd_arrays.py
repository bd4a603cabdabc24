"""Arrays that a .vds file cannot hold as they are, and what puts them back.

A file holds frames (T, ...) of numbers. Scalars, empty arrays, Fortran's order, more than 8 axes
and types such as text take another form in it; shape, type and order then travel in its metadata.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from vdsc.container.limits import DIMENSIONS
from vdsc.core.meta import Meta
from vdsc.core.numeric_view import is_held
from vdsc.core.types import Values
from vdsc.errors import CorruptFile, InvalidInput

FORMAT = "chunk"
"""The name of the metadata that say so."""


def as_frames(array: Values) -> tuple[Values, Meta | None]:
    """Frames (T, ...) that a lossless file holds, and what is odd about the array, if anything is.

    Raises InvalidInput for Python objects.
    """
    if array.dtype.hasobject:
        raise InvalidInput("a chunk holds Python objects, which are never pickled; save numbers")
    fields: dict[str, Any] = {}
    frames = np.ascontiguousarray(array)  # which makes a scalar one frame
    if array.flags.f_contiguous and not array.flags.c_contiguous:
        fields["order"] = "F"
    if array.ndim == 0 or array.ndim + (array.dtype.kind == "c") > DIMENSIONS:
        fields["shape"] = list(array.shape)
        frames = frames.reshape(len(frames), -1) if array.size else frames
    if not (array.nbytes and is_held(array.dtype)):
        fields |= {"shape": list(array.shape), "dtype": array.dtype.str}
        frames = _raw(frames)
    return frames, Meta(FORMAT, fields) if fields else None


def _raw(array: Values) -> Values:
    """Bytes (n, bytes of an item) of an array, or one byte where there are none."""
    if not array.nbytes:
        return np.zeros(1, np.uint8)
    return array.reshape(-1).view(np.uint8).reshape(array.size, array.dtype.itemsize)


def from_frames(frames: Values, meta: Meta | None) -> Values:
    """The array that `as_frames` made frames of; raises CorruptFile for metadata that cannot be."""
    if meta is None or meta.format != FORMAT:
        return frames
    shape, dtype = _shape(meta.fields, frames.shape), _dtype(meta.fields, frames.dtype)
    size = math.prod(shape) * dtype.itemsize
    if size != (frames.nbytes if size else 0) or (not size and frames.nbytes != 1):
        raise CorruptFile(f"a chunk cannot be {dtype} {shape}; the file is damaged")
    array: Any = np.empty(shape, dtype)
    if size:
        array = np.ascontiguousarray(frames).reshape(-1)
        array = (array if dtype == frames.dtype else array.view(dtype)).reshape(shape)
    return np.asfortranarray(array) if meta.fields.get("order") == "F" else array


def _shape(fields: Mapping[str, Any], otherwise: tuple[int, ...]) -> tuple[int, ...]:
    shape = fields.get("shape", otherwise)
    if not isinstance(shape, list | tuple) or not all(type(n) is int and n >= 0 for n in shape):
        raise CorruptFile("the shape of a chunk cannot be right; the file is damaged")
    return tuple(shape)


def _dtype(fields: Mapping[str, Any], otherwise: np.dtype[Any]) -> np.dtype[Any]:
    try:
        dtype: np.dtype[Any] = np.dtype(fields.get("dtype", otherwise))
    except (TypeError, ValueError, SyntaxError):
        raise CorruptFile("the type of a chunk is none; the file is damaged") from None
    if dtype.hasobject:
        raise CorruptFile("a chunk cannot hold Python objects; the file is damaged")
    return dtype
