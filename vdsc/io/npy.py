"""`.npy`: frames mapped from the file on demand, and written as they come."""

from __future__ import annotations

import math
import re
import tokenize
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.source import Fetch, Source, make_source
from vdsc.io.spool import Spool, available

# What numpy's header parser is known to raise on bytes that are not a header.
PARSE_ERRORS = (ValueError, SyntaxError, TypeError, OverflowError, MemoryError, RecursionError,
                tokenize.TokenError)  # fmt: skip
READERS = {
    (1, 0): npy_format.read_array_header_1_0,
    (2, 0): npy_format.read_array_header_2_0,
    # 3.0 is 2.0 with UTF-8 in the names of fields, and arrays with fields are refused.
    (3, 0): npy_format.read_array_header_2_0,
}
MAGIC = npy_format.MAGIC_PREFIX


@dataclass(frozen=True, slots=True)
class Header:
    """Where the values of an open `.npy` are, and what they are."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    order: str
    offset: int


@contextmanager
def open_npy(
    stream: BinaryIO,
    name: str,
    key: str | None = None,
    *,
    exact: bool | None = False,
    limit: int | None = None,
) -> Iterator[Source]:
    """Source of the array in `stream`; only the frames that are read are ever in memory.

    `key` is the number of one sequence of a batch (N, T, ...), from 0; the Source is then (T, ...).
    """
    header = read_header(stream, name)
    shape = header.shape
    if key is not None:
        name, number, shape = f"{name}:{printable(key)}", _number(key, header, name), shape[1:]
        fetch = _one_of(stream, header, name, number)
    elif header.order == "C":
        fetch = _rows(stream, header, name)
    else:
        fetch = _columns(stream, header)
    yield make_source(name, shape, header.dtype, fetch, exact=exact)


def _number(key: str, header: Header, name: str) -> int:
    """The number of a sequence in a batch; InvalidInput if the array has no such."""
    count = header.shape[0] if len(header.shape) > 1 else 0
    if re.fullmatch(r"[0-9]{1,9}", key) and int(key) < count:
        return int(key)
    advice = f"leave out ':{printable(key)}'"
    advice = f"{advice}, or name one of {count} sequences as {name}:NUMBER" if count else advice
    raise InvalidInput(f"{name} holds one array; {advice}")


def _one_of(stream: BinaryIO, header: Header, name: str, number: int) -> Fetch:
    """Read the frames of sequence `number` of a batch."""
    shape, dtype = header.shape[1:], header.dtype
    if header.order == "C":
        offset = header.offset + number * math.prod(shape) * dtype.itemsize
        return _rows(stream, replace(header, shape=shape, offset=offset), name)

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        values = np.memmap(stream, dtype, "r", header.offset, header.shape, "F")
        return np.array(values[number, begin:end], dtype=dtype.newbyteorder("="), order="C")

    return fetch


def rows_of(stream: BinaryIO, name: str) -> NDArray[np.generic]:
    """The whole array in `stream`, of any dtype but Python objects."""
    header = read_header(stream, name)
    if header.dtype.hasobject:
        raise InvalidInput(f"{name} holds Python objects, which are never unpickled; save numbers")
    if not header.shape or not math.prod(header.shape):
        return np.zeros(header.shape, header.dtype)
    fetch = _rows(stream, header, name) if header.order == "C" else _columns(stream, header)
    return fetch(0, header.shape[0])


def _rows(stream: BinaryIO, header: Header, name: str) -> Fetch:
    """Read frames that lie one after the other."""
    size = math.prod(header.shape[1:]) * header.dtype.itemsize

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        count = max(min(end, header.shape[0]) - begin, 0)
        values = np.empty((count, *header.shape[1:]), header.dtype)
        stream.seek(header.offset + begin * size)
        view: Any = values.reshape(-1).view(np.uint8)
        while len(view):
            got = stream.readinto(view)  # type: ignore[attr-defined]
            if not got:
                raise InvalidInput(f"{name} became shorter while it was read; compress a copy")
            view = view[got:]
        return values.astype(header.dtype.newbyteorder("="), copy=False)

    return fetch


def _columns(stream: BinaryIO, header: Header) -> Fetch:
    """Read frames whose values are scattered, as in Fortran's order."""

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        # Mapped anew each time: pages of an older map would stay in resident memory.
        values = np.memmap(stream, header.dtype, "r", header.offset, header.shape, "F")
        return np.array(values[begin:end], dtype=header.dtype.newbyteorder("="), order="C")

    return fetch


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
    if min(shape, default=0) < 0:
        raise InvalidInput(f"{name} is not an .npy file: its shape is {shape}; save it again")
    header = Header(tuple(shape), dtype, "F" if fortran else "C", stream.tell())
    _check_length(stream, header, name)
    return header


def _check_length(stream: BinaryIO, header: Header, name: str) -> None:
    """Raise InvalidInput when the file ends before its last value does, or goes on after it."""
    if header.dtype.hasobject:
        return  # refused later, with its own advice
    expected = math.prod(header.shape) * header.dtype.itemsize
    end = header.offset + expected
    found = available(stream, end + 1)
    if found < end:
        have = f"{found - header.offset} of {expected} bytes"
        raise InvalidInput(f"{name} is truncated: {have}; copy it again")
    if found > end:
        raise InvalidInput(f"{name}: {_rest(stream, end, found)}")


def _rest(stream: BinaryIO, end: int, found: int) -> str:
    """What follows the array of a file, and what to do about it."""
    count = found - end
    many = f"{count} {'bytes follow' if count > 1 else 'byte follows'}"
    if isinstance(stream, Spool) and stream.size is None:
        many = "more bytes follow"
    stream.seek(end)
    if stream.read(len(MAGIC)) == MAGIC:
        advice = "load each with numpy.load on the open file and save it in a file of its own"
        return f"{many} its array, which is a second array; {advice}"
    return f"{many} its array, which would be lost; save it again with numpy.save"


@dataclass(frozen=True, slots=True)
class NpySink:
    """Writes frames to `stream` as they come; the header, with the shape, is already there."""

    stream: BinaryIO
    dtype: np.dtype[np.generic]

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append `frames` (n, ...) in the dtype that the header promises."""
        self.stream.write(np.ascontiguousarray(frames, dtype=self.dtype).tobytes())


@contextmanager
def npy_sink(stream: BinaryIO, outline: Outline, meta: Meta | None = None) -> Iterator[NpySink]:
    """Sink of an array (T, ...) whose length is known before its first frame; no clock is kept."""
    descr = npy_format.dtype_to_descr(outline.dtype)
    header = {"descr": descr, "fortran_order": False, "shape": outline.shape}
    npy_format.write_array_header_1_0(stream, header)
    yield NpySink(stream, outline.dtype)
