"""The zarr version 3 codec `vdsc`, array to bytes: {"name": "vdsc", "configuration": {...}}."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from zarr.abc.codec import ArrayBytesCodec
from zarr.core.array_spec import ArraySpec
from zarr.core.buffer import Buffer, NDBuffer

from vdsc.core.types import Values
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.integrations.chunks import ChunkSettings, pack, unpack

NAME = "vdsc"
"""What metadata call it."""


@dataclass(frozen=True, kw_only=True)
class ZarrVdsc(ArrayBytesCodec):
    """Chunks to .vds files and back, every bit of them, or within `max_error`.

    max_error: what no value is off by, in the array's unit, or "1%" of what each channel of a chunk
    ranges over; None for every bit. fast: code in one way, not in the smallest of several. Raises
    InvalidInput for other values.
    """

    is_fixed_size = False

    max_error: float | str | None = None
    fast: bool = False

    def __post_init__(self) -> None:
        self._settings()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The codec of its metadata; raises InvalidInput for another name or unknown settings."""
        given = data.get("configuration") or {}
        unknown = sorted(set(given) - {"max_error", "fast"})
        if data.get("name") != NAME or unknown:
            words = f"no setting {', '.join(unknown)}" if unknown else f"no {data.get('name')!r}"
            raise InvalidInput(f"codec {NAME!r} has {words}; leave it out, or upgrade vdsc")
        return cls(**given)

    def to_dict(self) -> dict[str, Any]:
        """Metadata, without what is as it is by default."""
        error = {} if self.max_error is None else {"max_error": self.max_error}
        return {"name": NAME, "configuration": {**error, **({"fast": True} if self.fast else {})}}

    def evolve_from_array_spec(self, array_spec: ArraySpec) -> Self:
        """This codec, which needs to know nothing of the array: files say their shape and type.

        Raises InvalidInput for an array of Python objects.
        """
        if array_spec.dtype.to_native_dtype().hasobject:
            raise InvalidInput("codec 'vdsc' takes numbers and text of fixed length, no objects")
        return self

    def validate(self, *, shape: tuple[int, ...], dtype: Any, chunk_grid: Any) -> None:
        """Raise InvalidInput for shares of ranges where padding would widen the ranges."""
        chunk = getattr(chunk_grid, "chunk_shape", shape)
        if self._settings().share and any(n % c for n, c in zip(shape, chunk, strict=True) if c):
            words = f"chunks {chunk} do not divide {shape}, and padding widens ranges"
            raise InvalidInput(f"{words}; choose others, or give max_error as a number")

    def compute_encoded_size(self, input_byte_length: int, chunk_spec: ArraySpec) -> int:
        """Unknown before a chunk is coded."""
        raise NotImplementedError

    async def _encode_single(self, chunk_data: NDBuffer, chunk_spec: ArraySpec) -> Buffer | None:
        return await asyncio.to_thread(self._encode_sync, chunk_data, chunk_spec)

    async def _decode_single(self, chunk_data: Buffer, chunk_spec: ArraySpec) -> NDBuffer:
        return await asyncio.to_thread(self._decode_sync, chunk_data, chunk_spec)

    def _encode_sync(self, chunk_data: NDBuffer, chunk_spec: ArraySpec) -> Buffer | None:
        """The file of a chunk, little-endian and in C's order whatever order it comes in.

        Raises InvalidInput for an error of values that a filter has made other values of.
        """
        array, dtype = chunk_data.as_numpy_array(), _native(chunk_spec)
        if not _same(array.dtype, dtype):  # some filters say one type and give another
            if self.max_error is not None or array.dtype.itemsize != dtype.itemsize:
                words = f"a filter gives {array.dtype} for {dtype}"
                raise InvalidInput(f"{words}; leave the filter out, or max_error")
            array = np.ascontiguousarray(array).view(dtype)
        shaped = array.reshape(chunk_spec.shape)  # and some make one row of a chunk
        little = np.require(shaped, dtype.newbyteorder("<"), "C")
        return chunk_spec.prototype.buffer.from_bytes(pack(little, self._settings()))

    def _decode_sync(self, chunk_data: Buffer, chunk_spec: ArraySpec) -> NDBuffer:
        """The chunk in a file; raises CorruptFile for one of another shape or type."""
        dtype = _native(chunk_spec)
        size = int(np.prod(chunk_spec.shape, dtype=object)) * dtype.itemsize
        values = _typed(unpack(chunk_data.to_bytes(), size), dtype)
        if values.shape != chunk_spec.shape:
            words = f"a chunk of shape {values.shape} is there for one of {chunk_spec.shape}"
            raise CorruptFile(f"{words}; restore it")
        return chunk_spec.prototype.nd_buffer.from_numpy_array(values)

    def _settings(self) -> ChunkSettings:
        return ChunkSettings(max_error=self.max_error, fast=self.fast)


def _native(spec: ArraySpec) -> np.dtype[Any]:
    """NumPy's type of a chunk."""
    return np.dtype(spec.dtype.to_native_dtype())


def _same(one: np.dtype[Any], other: np.dtype[Any]) -> bool:
    """Whether types are the same but for the order of bytes."""
    return one.newbyteorder("<") == other.newbyteorder("<")


def _typed(values: Values, dtype: np.dtype[Any]) -> Values:
    """Values as the array's type, if that is theirs but for order of bytes or names of fields."""
    if _same(values.dtype, dtype):
        return values.astype(dtype, copy=False)
    if values.dtype.kind == "V" and values.dtype.itemsize == dtype.itemsize:
        return values.view(dtype)
    raise CorruptFile(f"a chunk holds {values.dtype} where the array is {dtype}; restore it")
