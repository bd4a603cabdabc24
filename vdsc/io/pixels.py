"""Which arrays are pictures that a file can show, and how they are laid out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput

Pixels = NDArray[np.uint8]
Kinds = tuple[tuple[str, int], ...]

SEEN: Kinds = (("grey", 8), ("RGB", 8))
"""Colours and bits that every video shows."""

EVERY: Kinds = (*SEEN, ("RGBA", 8), ("grey", 16), ("RGB", 16), ("RGBA", 16))
"""Colours and bits that are pictures at all."""

COLOURS = {1: "grey", 3: "RGB", 4: "RGBA"}
BITS = {"uint8": 8, "uint16": 16}


def kind_of(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> tuple[str, int] | None:
    """Colours and bits of frames (T, H, W[, C]), None if they are no pictures."""
    channels = 1 if len(shape) == 3 else shape[3] if len(shape) == 4 else 0
    found = COLOURS.get(channels, ""), BITS.get(dtype.name, 0)
    return found if found in EVERY else None


def check_video(outline: Outline, kinds: Kinds, side: int, suffix: str) -> tuple[str, int]:
    """Colours and bits of a sequence; InvalidInput unless a file can have them, and its sides."""
    shape = outline.shape
    found = kind_of(shape, outline.dtype)
    if found is None or found not in kinds:
        known = " or ".join(colours for colours, bits in kinds if bits == 8)
        words = f"{outline.dtype.name} {shape} is not {known} video of bytes"
        other = "" if found is None else " or .mkv"
        raise InvalidInput(f"{words}, which is what {suffix} holds; write it to .npy{other}")
    if max(shape[1:3]) > side:
        words = f"{shape[1]} x {shape[2]} pixels are more than the {side} a side of {suffix}"
        raise InvalidInput(f"{words}; write it to .npy")
    return found


def as_rgb(frames: NDArray[np.generic]) -> Pixels:
    """`frames` (n, H, W[, C]) uint8 as (n, H, W, 3)."""
    pixels = np.asarray(frames, dtype=np.uint8)
    pixels = pixels.reshape(*pixels.shape[:3], -1)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:3], 3)))
