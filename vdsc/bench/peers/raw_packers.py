"""General compressors on the raw array: the lossless floor."""

from __future__ import annotations

import lzma
from typing import TYPE_CHECKING

import numpy as np

from vdsc.bench.peers.peer import Peer, Values

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import DTypeLike

EXTREME = 9 | lzma.PRESET_EXTREME


def peers(frame: tuple[int, ...], dtype: DTypeLike) -> tuple[Peer, ...]:
    """Give xz -9e and zstd -19 for arrays of frames of one shape, which no file needs to repeat."""
    restore = _array(frame, dtype)
    return (
        Peer(
            "xz", (), ((),),
            encode=lambda values, _: lzma.compress(values.tobytes(), preset=EXTREME),
            decode=lambda file: restore(lzma.decompress(file)),
            note="xz -9e of the raw array, .xz file",
        ),
        Peer(
            "zstd", (), ((),),
            encode=lambda values, _: zstd(values.tobytes()),
            decode=lambda file: restore(unzstd(file)),
            note="zstd -19 of the raw array, .zst file",
        ),
    )  # fmt: skip


def zstd(raw: bytes) -> bytes:
    """A .zst file of level 19."""
    import zstandard

    return zstandard.compress(raw, 19)


def unzstd(file: bytes) -> bytes:
    """What is in a .zst file."""
    import zstandard

    return zstandard.decompress(file)


def _array(frame: tuple[int, ...], dtype: DTypeLike) -> Callable[[bytes], Values]:
    """Make the function that reads raw bytes back as frames."""
    return lambda raw: np.frombuffer(raw, dtype).reshape(-1, *frame)
