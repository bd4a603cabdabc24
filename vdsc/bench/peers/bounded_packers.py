"""Compressors that promise an error: of arrays in floats, and of quantized values.

Each codes the array as it is, with its axes reversed, and as one row; the smallest counts.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.bench.peers.peer import Values
from vdsc.bench.peers.raw_packers import EXTREME, unzstd, zstd

Decode = Callable[[], Values]


@dataclass(frozen=True, slots=True)
class BoundedPeer:
    """A codec: `code` gives the bytes of an array at an error, and what gives the array back."""

    name: str
    code: Callable[[Values, float], tuple[bytes, Decode]]
    note: str


def layouts(values: Values) -> Iterator[Values]:
    """The array as it is, reversed, and as one row."""
    yield np.ascontiguousarray(values)
    if values.ndim > 1:
        yield np.ascontiguousarray(values.T)
        yield values.reshape(-1)


def best(peer: BoundedPeer, values: Values, error: float) -> tuple[int, bool]:
    """Bytes of the smallest layout that keeps the error, and whether any of them does."""
    kept: list[int] = []
    broken: list[int] = []
    for array in layouts(values):
        made, decode = peer.code(array, error)
        off = np.abs(decode().reshape(array.shape).astype(np.float64) - array.astype(np.float64))
        (kept if off.max() <= error else broken).append(len(made))
    return min(kept or broken), bool(kept)


def _sz3(values: Values, error: float) -> tuple[bytes, Decode]:
    import imagecodecs

    made = bytes(imagecodecs.sz3_encode(values, mode="abs", abs=error))
    shape, dtype = values.shape, values.dtype
    return made, lambda: imagecodecs.sz3_decode(made, shape=shape, dtype=dtype)


def _zfp(values: Values, error: float) -> tuple[bytes, Decode]:
    import imagecodecs

    level: Any = error  # typed as an int
    made = bytes(imagecodecs.zfp_encode(values, mode="a", level=level))
    return made, lambda: imagecodecs.zfp_decode(made)


def _sperr(values: Values, error: float) -> tuple[bytes, Decode]:
    import imagecodecs

    shaped = values.reshape(len(values), -1) if values.ndim < 2 else values
    made = bytes(imagecodecs.sperr_encode(shaped, mode="pwe", level=error, header=True))
    return made, lambda: imagecodecs.sperr_decode(made, header=True)


def _quantized(
    pack: Callable[[Values], bytes], unpack: Callable[[bytes], Any], least: int = 1
) -> Any:
    """Whole steps, or their differences along the first axis, whichever is smaller."""

    def code(values: Values, error: float) -> tuple[bytes, Decode]:
        lost = float(np.spacing(np.abs(values).max())) / 2 if values.dtype.kind == "f" else 0.0
        step = 2 * (error - lost) * (1 - 2**-20)
        whole = np.rint(values.astype(np.float64) / step).astype(np.int64)
        steps = np.diff(whole, axis=0, prepend=np.zeros_like(whole[:1]))
        ways = [_narrow(whole, least), _narrow(steps, least)]
        packed = [pack(way) for way in ways]
        best = int(np.argmin([len(one) for one in packed]))
        made, kind, dtype = packed[best], ways[best].dtype, values.dtype

        def decode() -> Values:
            found: Any = np.frombuffer(unpack(made), kind).reshape(whole.shape).astype(np.int64)
            back: Values = ((np.cumsum(found, axis=0) if best else found) * step).astype(dtype)
            return back

        return made, decode

    return code


def _narrow(whole: Any, least: int) -> Values:
    """Integers in 1, 2 or 4 bytes, the fewest that hold them."""
    most = int(np.abs(whole).max(initial=0))
    width = next(w for w in (1, 2, 4) if w >= least and (most < 1 << 8 * w - 1 or w == 4))
    return np.ascontiguousarray(whole, np.dtype(f"i{width}"))


def _pcodec(values: Values) -> bytes:
    from pcodec import ChunkConfig, standalone

    flat = values.reshape(-1)
    return bytes(standalone.simple_compress(flat, ChunkConfig(compression_level=12)))


def _unpcodec(data: bytes) -> bytes:
    from pcodec import standalone

    found: Any = standalone.simple_decompress(data)
    return bytes(found.tobytes())


PEERS = (
    BoundedPeer("SZ3", _sz3, "absolute error"),
    BoundedPeer("zfp", _zfp, "fixed accuracy"),
    BoundedPeer("SPERR", _sperr, "point-wise error"),
    BoundedPeer("pcodec", _quantized(_pcodec, _unpcodec, 2), "level 12, of quantized values"),
    BoundedPeer(
        "xz",
        _quantized(lambda v: lzma.compress(v.tobytes(), preset=EXTREME), lzma.decompress),
        "xz -9e of quantized values",
    ),
    BoundedPeer(
        "zstd",
        _quantized(lambda v: zstd(v.tobytes()), unzstd),
        "zstd -19 of quantized values",
    ),
)
