"""`.npy`: frames mapped from the file on demand, and written as they come."""

from __future__ import annotations

import math
import tokenize
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from vdsc.errors import InvalidInput
from vdsc.io.source import Source

# What numpy's header parser is known to raise on bytes that are not a header.
PARSE_ERRORS = (ValueError, SyntaxError, TypeError, OverflowError, MemoryError, RecursionError,
                tokenize.TokenError)  # fmt: skip
READERS = {
    (1, 0): npy_format.read_array_header_1_0,
    (2, 0): npy_format.read_array_header_2_0,
}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the values of an open `.npy` are, and what they are."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    order: str
    offset: int


@contextmanager
def open_npy(
    stream: BinaryIO, name: str, key: str | None = None, *, exact: bool = False
) -> Iterator[Source]:
    """Source of the array in `stream`; only the frames that are read are ever in memory."""
    if key is not None:
        raise InvalidInput(f"{name} holds one array; leave out ':{key}'")
    header = read_header(stream, name)
    native = header.dtype.newbyteorder("=")

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        # Mapped anew each time: pages of an older map would stay in resident memory.
        values = np.memmap(stream, header.dtype, "r", header.offset, header.shape, header.order)  # type: ignore[call-overload]
        return np.array(values[begin:end], dtype=native, order="C")

    yield Source(name, header.shape, header.dtype if exact else native, fetch, exact)


def read_header(stream: BinaryIO, name: str) -> Header:
    """Header of the `.npy` in `stream`; InvalidInput if it is none, or cut off."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            version = npy_format.read_magic(stream)
            shape, fortran, dtype = READERS[version](stream)
    except KeyError:
        raise InvalidInput(f"{name} is of an unknown .npy version; save it again") from None
    except PARSE_ERRORS:
        raise InvalidInput(f"{name} is not an .npy file; write it with numpy.save") from None
    header = Header(tuple(shape), dtype, "F" if fortran else "C", stream.tell())
    _check_length(stream, header, name)
    return header


def _check_length(stream: BinaryIO, header: Header, name: str) -> None:
    """Raise InvalidInput when the file ends before its last value does."""
    if header.dtype.hasobject:
        return  # refused later, with its own advice
    expected = math.prod(header.shape) * header.dtype.itemsize
    found = stream.seek(0, 2) - header.offset
    if found < expected:
        raise InvalidInput(f"{name} is truncated: {found} of {expected} bytes; copy it again")


@dataclass(frozen=True, slots=True)
class NpySink:
    """Writes frames to `stream` as they come; the header, with the shape, is already there."""

    stream: BinaryIO
    dtype: np.dtype[np.generic]

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, ...) in the dtype that the header promises."""
        self.stream.write(np.ascontiguousarray(frames, dtype=self.dtype).tobytes())


@contextmanager
def npy_sink(
    stream: BinaryIO, shape: tuple[int, ...], dtype: np.dtype[np.generic], fps: Fraction
) -> Iterator[NpySink]:
    """Sink of an array (T, ...) whose length is known before its first frame; `fps` is not kept."""
    del fps
    descr = npy_format.dtype_to_descr(dtype)
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    npy_format.write_array_header_1_0(stream, header)
    yield NpySink(stream, dtype)
