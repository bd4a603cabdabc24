"""What a header of a file of sprites may say, and how its frames are cut into chunks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vdsc.codecs.windows import apart
from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput

ID = "sprites"
"""The permanent name of the codec."""

CHUNK = 1 << 10
"""Frames of a chunk, at most."""

SIDE = 1 << 10
"""Rows and columns that a frame has at most."""

_AXES = 3  # frames, rows, columns


def spans(outline: Outline) -> Iterator[tuple[int, int]]:
    """First and one-past-last frame of each chunk, as even as can be."""
    return apart(outline.frames, CHUNK)


def check_outline(outline: Outline) -> None:
    """Raise InvalidInput unless frames are grey pictures, (H, W) or (H, W, 1) uint8."""
    shape = outline.shape
    grey = np.dtype(outline.dtype) == np.uint8 and len(shape) >= _AXES and shape[3:] in {(), (1,)}
    if not grey or max(shape[1:3]) > SIDE:
        words = f"codec {ID!r} takes grey pictures, uint8 (T, H, W, 1), of {SIDE} pixels a side"
        raise InvalidInput(f"{words} at most, not {outline.dtype} {shape}; leave out --codec")


def sizes(outline: Outline, frames: int) -> tuple[int, int, int]:
    """(T, H, W) of so many frames."""
    return frames, outline.shape[1], outline.shape[2]
