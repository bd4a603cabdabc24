"""The numcodecs codec `vdsc`, for zarr of version 2, HDF5 by way of kerchunk, and others."""

from __future__ import annotations

from typing import Any, ClassVar

from numcodecs.abc import Codec
from numcodecs.compat import ensure_bytes, ensure_contiguous_ndarray, ensure_ndarray, ndarray_copy
from numcodecs.ndarray_like import is_ndarray_like

from vdsc.core import memory
from vdsc.integrations.chunks import BYTES, ChunkSettings, pack, unpack


class NumcodecsVdsc(Codec):
    """Arrays to .vds files and back, every bit of them, or within `max_error`.

    Args:
        max_error: what no value is off by, or "1%" of what each channel of a chunk ranges over;
            None for every bit. Arrays only: bare bytes say not what they mean.
        fast: code in one way, not in the smallest of several.

    Raises:
        InvalidInput: an argument is none of these.
    """

    codec_id: ClassVar[str] = "vdsc"

    def __init__(self, *, max_error: float | str | None = None, fast: bool = False) -> None:
        self.max_error, self.fast = max_error, fast
        self._settings = ChunkSettings(max_error=max_error, fast=fast)

    def encode(self, buf: Any) -> bytes:
        """The .vds file of an array, or of any object's bytes, which are coded in the fast way.

        Raises TypeError for Python objects, and for bare bytes if they may be off; or VdscError.
        """
        array = ensure_ndarray(buf)
        if array.dtype.hasobject:
            raise TypeError("arrays of Python objects are not supported")
        if is_ndarray_like(buf):
            return pack(array, self._settings)
        if self.max_error is not None:
            raise TypeError("with max_error, give an array: bare bytes do not say what they mean")
        return pack(array, BYTES)

    def decode(self, buf: Any, out: Any = None) -> Any:
        """The array in a .vds file, its shape, type and order; or `out`, filled with its bytes.

        Raises TypeError for an `out` of Python objects, ValueError for one of another size, or
        VdscError.
        """
        data = ensure_bytes(buf)
        if out is None:
            return unpack(data)
        into = ensure_contiguous_ndarray(out)
        values = unpack(data, min(into.nbytes, memory.DEFAULT))
        if values.nbytes != into.nbytes:
            raise ValueError(f"out has {into.nbytes} bytes, and the chunk {values.nbytes}")
        return ndarray_copy(values, into)
