"""Irregular frame times <-> the body of a TIMES record, without loss.

    times -- key --> uint64 -- diff --> planes -- deflate --> body

Times that are decimals or multiples of a frame period have small keys: t == k / den.
Reading takes 8 bytes a frame and a few MiB: planes are added up as they inflate, and keys become
times where they lie.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vdsc.container import varint
from vdsc.container.limits import LISTED_TIMES
from vdsc.core.sequence import Times, check_times
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded

Keys = NDArray[np.uint64]

_TICKS = 2**53
_SIGN = np.uint64(2**63)
_PIECE, _BLOCK = 2**18, 2**16  # bytes that inflate at a time, and keys that become times at a time
_PLANES = 8
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
    keys = _from_planes(memoryview(body)[at:], frames - 1)
    keys[0] = first
    np.add.accumulate(keys, out=keys)
    times = _from_keys(den, keys)
    try:
        check_times(times)
    except InvalidInput as error:
        raise CorruptFile(f"the frame times cannot be right: {error}") from error
    return times


def needed(frames: int) -> int:
    """Bytes that `unpack` takes for so many frames, beside the body."""
    return 8 * frames + (2 << 20)


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
    """Turn keys (T,) into times (T,), in their own memory."""
    ticks = keys.view(np.int64)
    if den and (den > _TICKS or ticks.max() >= _TICKS or ticks.min() <= -_TICKS):
        raise CorruptFile("the frame times are outside the range of their denominator")
    times = keys.view(np.float64)
    for begin in range(0, len(keys), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        if den:
            times[part] = _from_ticks(den, ticks[part].astype(np.float64))
        else:
            keys[part] = np.where(keys[part] & _SIGN, keys[part] ^ _SIGN, ~keys[part])
    return times


def _from_ticks(den: int, ticks: NDArray[np.float64]) -> Times:
    return (ticks + 0.0) / float(den)  # -0.0 becomes 0.0, as it does in an integer


def _same_bits(times: Times, bits: Keys) -> bool:
    return bool((times.view(np.uint64) == bits).all())


def _to_planes(deltas: Keys) -> bytes:
    """Lowest bytes of all deltas, then the next ones, as far up as any is not zero."""
    planes = deltas.astype("<u8").view(np.uint8).reshape(-1, 8).T
    return planes[planes[::-1].any(axis=1).cumsum()[::-1] > 0].tobytes()


def _from_planes(data: memoryview, count: int) -> Keys:
    """Inflate the deltas of (count + 1,) keys, behind a zero; nothing is allocated before they fit.

    Raises:
        CorruptFile: `data` is not one deflate stream of 1 to 8 planes of `count` bytes.
    """
    size = sum(len(piece) for piece in _inflated(data, _PLANES * count))
    if bool(size) != bool(count) or size % max(count, 1):
        raise CorruptFile("the frame times are not as many as the frames")
    keys, at = np.zeros(count + 1, np.uint64), 0
    for piece in _inflated(data, size):
        _add(keys[1:], at, piece)
        at += len(piece)
    return keys


def _add(deltas: Keys, at: int, piece: bytes) -> None:
    """Put the planes' bytes from position `at` on into the deltas."""
    done = 0
    while done < len(piece):
        place, begin = divmod(at + done, len(deltas))
        plane = np.frombuffer(piece, np.uint8, offset=done)[: len(deltas) - begin]
        deltas[begin : begin + len(plane)] |= plane.astype(np.uint64) << np.uint64(8 * place)
        done += len(plane)


def _inflated(data: memoryview, limit: int) -> Iterator[bytes]:
    """Inflate `data`, the whole of it, piece by piece; CorruptFile after `limit` bytes."""
    decoder, begin, size = zlib.decompressobj(-15), 0, 0
    while not decoder.eof:
        held = decoder.unconsumed_tail or data[begin : begin + _PIECE]
        begin += 0 if decoder.unconsumed_tail else len(held)
        try:
            piece = decoder.decompress(held, _PIECE)
        except zlib.error as error:
            raise CorruptFile("the frame times do not inflate") from error
        size += len(piece)
        if size > limit or not (held or piece):
            raise CorruptFile("the frame times do not inflate to the number of frames")
        yield piece
    if decoder.unused_data or begin < len(data):
        raise CorruptFile("bytes follow the frame times")
