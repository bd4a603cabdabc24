"""What FFmpeg's pixels become: grey, RGB or RGBA of 8 or 16 bits, the right way up."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.errors import InvalidInput

FORMATS = {
    ("grey", 8): "gray", ("RGB", 8): "rgb24", ("RGBA", 8): "rgba",
    ("grey", 16): "gray16le", ("RGB", 16): "rgb48le", ("RGBA", 16): "rgba64le",
}  # fmt: skip
"""What FFmpeg calls the pixels that are read, by colours and bits."""

ONE = 1 << 16  # in a display matrix


@dataclass(frozen=True, slots=True)
class Look:
    """How the frames of a video become arrays.

    colours: "grey", "RGB" or "RGBA". bits: 8 or 16. depth: the bits that the file has. turn: the
    four numbers a, b, c, d of the display matrix, each -1, 0 or 1. maker: the kind of pixels that
    all frames must have.
    """

    colours: str
    bits: int
    depth: int
    turn: tuple[int, int, int, int]
    maker: str

    def array(self, frame: Any) -> NDArray[np.generic]:
        """A decoded frame (H, W) or (H, W, C), uint8 or uint16, turned as the file asks."""
        values = frame.to_ndarray(format=FORMATS[self.colours, self.bits])
        values = values.astype(values.dtype.newbyteorder("="), copy=False)
        return np.ascontiguousarray(turned(values, self.turn))

    @property
    def note(self) -> str:
        """What is said of frames that differ from the file's, or nothing."""
        parts = ["turned as the file asks"] if self.turn != (1, 0, 0, 1) else []
        if self.bits == 16 and self.depth < 16:
            parts.append(f"{self.depth} bits scaled to uint16")
        return "; ".join(parts)


def look_of(frame: Any, name: str) -> Look:
    """How frames like this one become arrays; raises InvalidInput for pixels that are no numbers.

    Pixels of more than 8 bits become uint16 over its whole range.
    """
    made, depth = frame.format, max(part.bits for part in frame.format.components)
    if depth > 16 or made.name.startswith(("xyz", "bayer")):
        words = f"{name} has pixels of the kind {made.name}, which are not read"
        raise InvalidInput(f"{words}; convert it to RGB of 8 or 16 bits")
    alpha = made.has_palette or any(part.is_alpha for part in made.components)
    grey = made.name.startswith(("gray", "mono"))
    colours = "RGBA" if alpha else "grey" if grey else "RGB"
    return Look(colours, 16 if depth > 8 else 8, depth, _turn(frame, name), made.name)


def turned(values: NDArray[np.generic], turn: tuple[int, int, int, int]) -> NDArray[np.generic]:
    """Pixels (H, W[, C]) moved to x' = a x + c y, y' = b x + d y."""
    a, b, c, d = turn
    if b:
        values = values.swapaxes(0, 1)
    across, down = (c, b) if b else (a, d)
    return values[:: down or 1, :: across or 1]


def _turn(frame: Any, name: str) -> tuple[int, int, int, int]:
    """The display matrix of a frame, if it only turns and mirrors; InvalidInput for others."""
    found = [bytes(part) for part in frame.side_data if part.type.name == "DISPLAYMATRIX"]
    if not found:
        return (1, 0, 0, 1)
    a, b, _, c, d, *_ = struct.unpack("=9i", found[0])
    parts = [round(part / ONE) for part in (a, b, c, d)]
    plain = all(part * ONE == given for part, given in zip(parts, (a, b, c, d), strict=True))
    if not plain or sorted(map(abs, parts)) != [0, 0, 1, 1] or abs(parts[0]) != abs(parts[3]):
        words = f"{name} asks to be shown turned or stretched in a way that is no quarter turn"
        raise InvalidInput(f"{words}; apply it first: ffmpeg -i FILE OUT")
    return parts[0], parts[1], parts[2], parts[3]
