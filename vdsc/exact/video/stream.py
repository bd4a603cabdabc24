"""Video without loss: frames (T, H, W, C) to bytes and back, the same on every machine.

bytes:  the kind (1), the length of the palette (4), the palette, then for each chunk of frames
its length (4) and its stack

kind    frames       predictions      weights
0       colour       blocks           "colour."
1       few colours  blocks           "palette."
2       grey         two layers       "layers."
3       grey         blocks           "palette.": as red, green and blue alike
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from vdsc.entropy.stack import BitStack
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.exact.video import palette
from vdsc.exact.video.film import RATE, Film, Reader, Weights, Writer, below
from vdsc.exact.video.network import ORDER
from vdsc.quant.normal import Ints

COLOUR, FEW, LAYERS, GREY = range(4)
_SETS = ("colour.", "palette.", "layers.", "palette.")

PIXELS = 1 << 19
"""Pixels on one stack at most: what the encoder keeps in memory, 200 bytes each."""

_TRIAL = 6  # grey frames that are coded both ways, to choose

Frames = NDArray[np.uint8]


def encode(frames: Frames, weights: Weights, *, rate: int = RATE) -> bytes:
    """Encode frames (T, H, W, C), C = 1 or 3.

    Args:
        frames: at least one, of at least one pixel.
        weights: of all kinds.
        rate: how fast networks learn, Q20; the decoder must be told the same.

    Raises:
        InvalidInput: the frames are not of such a shape.
    """
    if frames.ndim != 4 or frames.shape[3] not in ORDER or not frames.size:
        raise InvalidInput("the video model takes frames (T, H, W, 1 or 3), at least one")
    if frames.shape[3] == 3:
        found = palette.find(frames[..., list(ORDER[3])])
        return _encode(COLOUR if found is None else FEW, frames, found, weights, rate)
    some = frames[:_TRIAL]
    tried = [(len(_grey(kind, some, weights, rate)), kind) for kind in (LAYERS, GREY)]
    return _grey(min(tried)[1], frames, weights, rate)


def decode(
    data: bytes, shape: tuple[int, int, int, int], weights: Weights, *, rate: int = RATE
) -> Frames:
    """Decode frames of a shape (T, H, W, C).

    Raises:
        CorruptFile: the bytes end early or hold what no encoder writes.
    """
    kind = data[0] if data else len(_SETS)
    if kind >= len(_SETS) or (kind in {LAYERS, GREY}) != (shape[3] == 1):
        raise CorruptFile("a video stream is of an unknown kind; restore the file")
    head, data = _cut(data[1:])
    size = (*shape[1:3], _channels(kind))
    film = Film(size, _colours(kind, head), below(weights, _SETS[kind]), rate)
    frames, step = np.empty(shape, dtype=np.uint8), _frames(shape)
    for start in range(0, len(frames), step):
        chunk, data = _cut(data)
        reader = Reader(BitStack.from_bytes(chunk))
        for index in range(start, min(start + step, len(frames))):
            frames[index] = film.code(reader, None)[..., : shape[3]]
    return frames


def _grey(kind: int, frames: Frames, weights: Weights, rate: int) -> bytes:
    if kind == LAYERS:
        return _encode(kind, frames, None, weights, rate)
    colours = frames.repeat(3, axis=3)
    return _encode(kind, colours, palette.counted(colours), weights, rate)


def _encode(
    kind: int, frames: Frames, found: tuple[Ints, Ints] | None, weights: Weights, rate: int
) -> bytes:
    head = b"" if found is None else palette.to_bytes(*found)
    film = Film(frames.shape[1:], _colours(kind, head), below(weights, _SETS[kind]), rate)
    parts, step = [bytes([kind]), struct.pack("<I", len(head)), head], _frames(frames.shape)
    for start in range(0, len(frames), step):
        writer, stack = Writer(), BitStack()
        for frame in frames[start : start + step]:
            film.code(writer, frame.astype(np.int16))
        writer.push(stack)
        data = stack.to_bytes()
        parts += [struct.pack("<I", len(data)), data]
    return b"".join(parts)


def _channels(kind: int) -> int:
    return 1 if kind == LAYERS else 3


def _colours(kind: int, head: bytes) -> palette.Palette:
    if kind in {COLOUR, LAYERS}:
        return palette.plain(_channels(kind))
    return palette.of_colours(*palette.from_bytes(head, _channels(kind)))


def _frames(shape: tuple[int, ...]) -> int:
    """How many frames go on one stack."""
    return max(1, PIXELS // (shape[1] * shape[2]))


def _cut(data: bytes) -> tuple[bytes, bytes]:
    """A part behind its length, and the rest."""
    if len(data) < 4 or len(data) - 4 < (size := struct.unpack_from("<I", data)[0]):
        raise CorruptFile("a video stream ends early; restore the file")
    return data[4 : 4 + size], data[4 + size :]
