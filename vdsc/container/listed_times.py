"""Irregular frame times <-> the body of a TIMES record, without loss.

    times -- key --> uint64 -- diff --> planes -- deflate --> body

Times that are decimals or multiples of a frame period have small keys: t == k / den.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from vdsc.container import varint
from vdsc.container.limits import LISTED_TIMES
from vdsc.core.sequence import Times, check_times
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded

Keys = NDArray[np.uint64]

_TICKS = 2**53
_SIGN = np.uint64(2**63)
_DENS = (*(10**n for n in range(10)), 24, 25, 30, 50, 60, 120, 24000, 30000, 60000, 44100, 48000)


def pack(times: Times) -> bytes:
    """The body for `times` (T,) strictly increasing float64 seconds."""
    check_count(len(times))
    den, keys = _to_keys(np.ascontiguousarray(times, np.float64))
    coder = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    planes = coder.compress(_to_planes(np.diff(keys))) + coder.flush()
    return varint.put(den) + varint.put(int(keys[0])) + planes


def unpack(body: bytes, frames: int) -> Times:
    """The (frames,) times in `body`; CorruptFile unless they are just as many and increase."""
    den, at = varint.get(body, 0)
    first, at = varint.get(body, at)
    deltas = _from_planes(_inflate(body[at:], 8 * (frames - 1)), frames - 1)
    keys = np.cumsum(np.append(np.uint64(first), deltas), dtype=np.uint64)
    times = _from_keys(den, keys)
    try:
        check_times(times)
    except InvalidInput as error:
        raise CorruptFile(f"the frame times cannot be right: {error}") from error
    return times


def check_count(frames: int) -> None:
    """Raise LimitExceeded if `frames` are too many to list their times."""
    if frames > LISTED_TIMES:
        raise LimitExceeded(f"{frames} listed times are above the limit of {LISTED_TIMES}")


def _to_keys(times: Times) -> tuple[int, Keys]:
    """The first denominator that restores `times` bit for bit, and the keys; 0 if none does."""
    bits = times.view(np.uint64)
    for den in _DENS:
        with np.errstate(over="ignore"):
            ticks = np.rint(times * den)
        if (np.abs(ticks) < _TICKS).all() and _same_bits(_from_ticks(den, ticks), bits):
            return den, ticks.astype(np.int64).view(np.uint64)
    return 0, np.where(bits & _SIGN, ~bits, bits | _SIGN)


def _from_keys(den: int, keys: Keys) -> Times:
    if den == 0:
        return np.where(keys & _SIGN, keys ^ _SIGN, ~keys).view(np.float64)
    ticks = keys.view(np.int64)
    if den > _TICKS or ticks.max() >= _TICKS or ticks.min() <= -_TICKS:
        raise CorruptFile("the frame times are outside the range of their denominator")
    return _from_ticks(den, ticks.astype(np.float64))


def _from_ticks(den: int, ticks: NDArray[np.float64]) -> Times:
    return (ticks + 0.0) / float(den)  # -0.0 becomes 0.0, as it does in an integer


def _same_bits(times: Times, bits: Keys) -> bool:
    return bool((times.view(np.uint64) == bits).all())


def _to_planes(deltas: Keys) -> bytes:
    """Lowest bytes of all deltas, then the next ones, as far up as any is not zero."""
    planes = deltas.astype("<u8").view(np.uint8).reshape(-1, 8).T
    return planes[planes[::-1].any(axis=1).cumsum()[::-1] > 0].tobytes()


def _from_planes(planes: bytes, count: int) -> Keys:
    if bool(planes) != bool(count) or len(planes) % max(count, 1):
        raise CorruptFile("the frame times are not as many as the frames")
    deltas = np.zeros(count, np.uint64)
    for place in range(len(planes) // max(count, 1)):
        plane = np.frombuffer(planes, np.uint8, count, place * count)
        deltas |= plane.astype(np.uint64) << np.uint64(8 * place)
    return deltas


def _inflate(data: bytes, limit: int) -> bytes:
    """Inflate `data`, the whole of it, to at most `limit` bytes; CorruptFile otherwise."""
    decoder = zlib.decompressobj(-15)
    try:
        plain = decoder.decompress(data, limit + 1)
    except zlib.error as error:
        raise CorruptFile("the frame times do not inflate") from error
    if len(plain) > limit or not decoder.eof or decoder.unused_data:
        raise CorruptFile("the frame times do not inflate to the number of frames")
    return plain
