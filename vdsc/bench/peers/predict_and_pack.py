"""Quantise, predict, xz: the coder that anybody would write in an afternoon."""

from __future__ import annotations

import lzma
import struct

import numpy as np
from numpy.typing import NDArray

from vdsc.bench.peers.motion_angles import CHANNELS, restore, smooth
from vdsc.bench.peers.peer import Peer, Setting, Values

STEPS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Degrees (half centimetres for the root)."""

ORDERS = (1, 2)
HEAD = struct.Struct("<Bf")


def peers() -> tuple[Peer, ...]:
    """Give the quantise + predict + xz coder for motion (T, 96)."""
    return (
        Peer(
            "quantise+predict+xz", ("step",), tuple((step,) for step in STEPS),
            encode=encode,
            decode=decode,
            note="2nd-order prediction, or 1st where it is smaller; LZMA, a header of 5 bytes",
        ),
    )  # fmt: skip


def encode(values: Values, setting: Setting) -> bytes:
    """Quantise with one step and keep the prediction order whose file is smallest."""
    counts = np.round(smooth(values) / setting[0]).astype(np.int32)
    return min((_write(counts, order, setting[0]) for order in ORDERS), key=len)


def decode(file: bytes) -> Values:
    """Give motion (T, 96) back within half a step."""
    order, step = HEAD.unpack_from(file)
    counts = _from_planes(lzma.decompress(file[HEAD.size :], lzma.FORMAT_ALONE))
    for _ in range(order):
        counts = np.cumsum(counts, axis=0)
    return restore(counts * step)


def _write(counts: NDArray[np.int32], order: int, step: float) -> bytes:
    """Code the differences of one order."""
    for _ in range(order):
        counts = np.diff(counts, axis=0, prepend=0)
    packed = lzma.compress(_to_planes(counts), lzma.FORMAT_ALONE, preset=9 | lzma.PRESET_EXTREME)
    return HEAD.pack(order, step) + packed


def _to_planes(counts: NDArray[np.int32]) -> bytes:
    """Lay integers out channel by channel, low bytes apart from high ones, sign folded in."""
    folded = ((counts << 1) ^ (counts >> 31)).T.astype("<u4")
    return np.ascontiguousarray(folded).view(np.uint8).reshape(-1, 4).T.tobytes()


def _from_planes(raw: bytes) -> NDArray[np.int64]:
    """Undo `_to_planes`."""
    planes = np.frombuffer(raw, np.uint8).reshape(4, -1).T
    folded = np.ascontiguousarray(planes).view("<u4").reshape(CHANNELS, -1).T.astype(np.int64)
    return (folded >> 1) ^ -(folded & 1)
