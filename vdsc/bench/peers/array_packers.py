"""Lossless compressors of arrays, each on the array as it is and with its last axis first.

    file    1 where the last axis was moved to the front, else 0 (1 byte) | what the compressor made

The smaller of the two is kept: motion channel after channel, colour plane after plane.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import blosc2  # type: ignore[import-untyped]
import fpzip  # type: ignore[import-not-found]
import numpy as np
import zstandard
from numpy.typing import DTypeLike, NDArray
from pcodec import ChunkConfig, PagingSpec, standalone

from vdsc.bench.peers.peer import Peer, Setting, Values
from vdsc.bench.peers.raw_packers import EXTREME

Flat = NDArray[Any]
_FILTERS = (blosc2.Filter.SHUFFLE, blosc2.Filter.BITSHUFFLE, blosc2.Filter.NOFILTER)
_LEVEL = 12


@dataclass(frozen=True, slots=True)
class Packer:
    """A compressor: `pack` takes a contiguous array, `unpack` gives its values in a row or raw."""

    name: str
    pack: Callable[[Values], bytes]
    unpack: Callable[[bytes], Flat | bytes]
    note: str


def peers(frame: tuple[int, ...], dtype: DTypeLike) -> tuple[Peer, ...]:
    """Give what takes arrays (T, *frame): all of them for floats, else no float compressor."""
    packers = (*GENERAL, *FLOATS) if np.dtype(dtype).kind == "f" else GENERAL
    return tuple(
        Peer(
            packer.name, (), ((),),
            encode=partial(encode, packer),
            decode=partial(decode, packer, frame, dtype),
            note=f"{packer.note}; last axis first where that is smaller",
        )
        for packer in packers
    )  # fmt: skip


def encode(packer: Packer, values: Values, setting: Setting) -> bytes:
    """Compress an array (T, ...) in the order of axes that is smaller."""
    files = [packer.pack(np.ascontiguousarray(values))]
    if values.shape[-1] > 1:
        files.append(packer.pack(np.ascontiguousarray(np.moveaxis(values, -1, 0))))
    best = min(range(len(files)), key=lambda way: len(files[way]))
    return bytes([best]) + files[best]


def decode(packer: Packer, frame: tuple[int, ...], dtype: DTypeLike, file: bytes) -> Values:
    """Give back the array (T, *frame)."""
    made = packer.unpack(file[1:])
    flat = np.frombuffer(made, dtype) if isinstance(made, bytes) else made
    if file[0]:
        return np.moveaxis(flat.reshape(frame[-1], -1, *frame[:-1]), 0, -1)
    return flat.reshape(-1, *frame)


def _blosc(values: Values) -> bytes:
    """The smallest of three filters, in blocks of Blosc2's choice and in one block."""
    blocks = (0, values.nbytes)
    return min((_filtered(values, *way) for way in product(_FILTERS, blocks)), key=len)


def _filtered(values: Values, chosen: blosc2.Filter, block: int) -> bytes:
    options = {"codec": blosc2.Codec.ZSTD, "clevel": 9, "nthreads": 1}
    width = values.itemsize
    packed = blosc2.compress2(
        values.tobytes(), typesize=width, filters=[chosen], blocksize=block, **options
    )
    return bytes(packed)


def _pcodec(values: Values) -> bytes:
    """The smaller of one chunk, and of one for each entry of the first axis."""
    whole, rows = ChunkConfig(compression_level=_LEVEL), len(values)
    paging = PagingSpec.exact_page_sizes([values.size // rows] * rows)
    apart = ChunkConfig(compression_level=_LEVEL, paging_spec=paging)
    flat = values.reshape(-1)
    return min((bytes(standalone.simple_compress(flat, way)) for way in (whole, apart)), key=len)


def _fpzip(values: Values) -> bytes:
    """The smaller one of two dimensions, and of all values in a row."""
    ways = (values, values.reshape(-1))
    return min((bytes(fpzip.compress(way, precision=0, order="C")) for way in ways), key=len)


GENERAL = (
    Packer(
        "xz", lambda values: lzma.compress(values.tobytes(), preset=EXTREME), lzma.decompress,
        "xz -9e of the bytes",
    ),
    Packer(
        "zstd", lambda values: zstandard.compress(values.tobytes(), 19), zstandard.decompress,
        "zstd -19 of the bytes",
    ),
    Packer("Blosc2", _blosc, blosc2.decompress2, "zstd 9, the best of shuffle, bitshuffle, none"),
)  # fmt: skip

FLOATS = (
    Packer(
        "pcodec", _pcodec, standalone.simple_decompress,
        "level 12, one chunk, or one a row where that is smaller",
    ),
    Packer(
        "fpzip", _fpzip, lambda file: fpzip.decompress(file, order="C").reshape(-1),
        "lossless, in two dimensions, or in one where that is smaller",
    ),
)  # fmt: skip
