"""Video without loss, chunk after chunk: frames (n, H, W, C) to bytes, the same on every machine.

bytes:  the kind, plus 4 where the networks go on from the chunk before (1) | the length of the
palette (4), 0 where there is none or it is the last one | the palette | the stack

kind    frames       predictions      weights
0       colour       blocks           "colour."
1       few colours  blocks           "palette."
2       grey         two layers       "layers."
3       grey         blocks           "palette.": as red, green and blue alike
8       colour       blocks           "related.": what channels have to do with each other counts
"""

from __future__ import annotations

import copy
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.video import packing, palette
from vdsc.codecs.lossless.video.frame import PLAIN, RELATED
from vdsc.codecs.lossless.video.learning_network import ORDER
from vdsc.codecs.lossless.video.video_clip import (
    VideoClip,
    Weights,
    below,
)
from vdsc.core.types import Ints
from vdsc.entropy.stack import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.errors import CorruptFile, InvalidInput

COLOUR, FEW, LAYERS, GREY = range(4)
RELATED_COLOUR = 8
_SETS = {
    COLOUR: "colour.",
    FEW: "palette.",
    LAYERS: "layers.",
    GREY: "palette.",
    RELATED_COLOUR: "related.",
}

_ON = 4
_HEAD = 5
_TRIAL = 6  # grey frames that are coded both ways, to choose ...
_SMALL = 1 << 16  # ... if they have so few pixels: layers are sought everywhere at once

Frames = NDArray[np.uint8]
Colours = tuple[Ints, Ints]


@dataclass(frozen=True, eq=False)
class VideoState:
    """What a chunk leaves to the next one: its kind, its palette, and all that was learned."""

    kind: int
    colours: Colours | None
    film: VideoClip


def encode(
    frames: Frames, weights: Weights, state: VideoState | None = None
) -> tuple[bytes, VideoState]:
    """Return the bytes of frames (n, H, W, C), C = 1 or 3, and the state to pass with the next.

    The state given is left as it was, so a caller may code the chunk otherwise and pass it on.

    Args:
        frames: at least one, of at least one pixel.
        weights: of all kinds.
        state: what the chunk before returned; the decoder then needs the same.

    Raises:
        InvalidInput: the frames are not of such a shape.
    """
    if frames.ndim != 4 or frames.shape[3] not in ORDER or not frames.size:
        raise InvalidInput("the video model takes frames (n, H, W, 1 or 3), at least one")
    if frames.shape[3] == 3:
        found = palette.find(frames[..., list(ORDER[3])])
        return _encode(_of_colours(found, weights), frames, found, weights, state)
    if state is not None:
        return _grey(state.kind, frames, weights, state)
    kinds = (LAYERS, GREY) if frames[0].size <= _SMALL else (GREY,)
    tried = [(len(_grey(k, frames[:_TRIAL], weights, None)[0]), k) for k in kinds]
    return _grey(min(tried)[1], frames, weights, None)


def decode(
    data: bytes, shape: tuple[int, ...], weights: Weights, state: VideoState | None = None
) -> tuple[Frames, VideoState]:
    """Return the frames of a shape (n, H, W, C) from their bytes, and the state for the next.

    Raises:
        CorruptFile: the bytes end early or hold what no encoder writes.
    """
    kind = data[0] & ~_ON if data else -1
    if (
        kind not in _SETS
        or not below(weights, _SETS[kind])
        or (kind in {LAYERS, GREY}) != (shape[3] == 1)
    ):
        raise _damaged()
    if len(data) < _HEAD or len(data) - _HEAD < (size := struct.unpack_from("<I", data, 1)[0]):
        raise _damaged()
    goes_on = bool(data[0] & _ON)
    if goes_on and (state is None or state.kind != kind):
        raise _damaged()
    head, stack = data[_HEAD : _HEAD + size], BitStack.from_bytes(data[_HEAD + size :])
    last = state.colours if goes_on and state else None
    colours = packing.from_bytes(head, _channels(kind)) if head else last
    if (colours is None) == (kind in {FEW, GREY}):
        raise _damaged()
    after = _begun(kind, shape, colours, weights, state if goes_on else None)
    reader, frames = ReadingTape(stack), np.empty(shape, dtype=np.uint8)
    for frame in frames:
        frame[:] = after.film.code(reader, None)[..., : shape[3]]
    after.film.settle()
    if not stack.empty:
        raise _damaged()
    return frames, after


def _of_colours(found: Colours | None, weights: Weights) -> int:
    """The kind of frames in colour: of few colours, or what the weights are for."""
    if found is not None:
        return FEW
    return RELATED_COLOUR if below(weights, _SETS[RELATED_COLOUR]) else COLOUR


def _grey(
    kind: int, frames: Frames, weights: Weights, state: VideoState | None
) -> tuple[bytes, VideoState]:
    if kind == LAYERS:
        return _encode(kind, frames, None, weights, state)
    colours = frames.repeat(3, axis=3)
    return _encode(kind, colours, palette.counted(colours), weights, state)


def _encode(
    kind: int, frames: Frames, found: Colours | None, weights: Weights, state: VideoState | None
) -> tuple[bytes, VideoState]:
    old = state if state is not None and state.kind == kind else None
    last = None if old is None else old.colours
    same = found is not None and last is not None and palette.holds(last, found)
    colours = last if same else found
    head = b"" if found is None or same else packing.to_bytes(*found)
    after = _begun(kind, frames.shape, colours, weights, old)
    writer, stack, levels = WritingTape(), BitStack(), frames.astype(np.int16)
    after.film.seek(levels)
    for frame in levels:
        after.film.code(writer, frame)
    after.film.settle()
    writer.push(stack)
    first = bytes([kind + _ON * (old is not None)])
    return first + struct.pack("<I", len(head)) + head + stack.to_bytes(), after


def _begun(
    kind: int,
    shape: tuple[int, ...],
    colours: Colours | None,
    weights: Weights,
    state: VideoState | None,
) -> VideoState:
    """The state before a chunk's first frame: a new film, or a copy of one that goes on."""
    made = palette.plain(_channels(kind)) if colours is None else palette.of_colours(*colours)
    if state is None:
        size = (*shape[1:3], _channels(kind))
        manner = RELATED if kind == RELATED_COLOUR else PLAIN
        film = VideoClip(size, made, below(weights, _SETS[kind]), manner)
        return VideoState(kind, colours, film)
    film = copy.deepcopy(state.film)
    film.colours = made
    return VideoState(kind, colours, film)


def _channels(kind: int) -> int:
    return 1 if kind == LAYERS else 3


def _damaged() -> CorruptFile:
    return CorruptFile("a chunk of video is damaged or out of order; restore the file")
