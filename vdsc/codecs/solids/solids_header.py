"""What a header of a file of solids says: which two values there are, and what one solid is.

frames (T, W)          the chunk is one solid (1, n, W)
frames (T, H, W)       the chunk is one solid (n, H, W)
frames (T, D, H, W)    each frame is a solid
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from vdsc.codecs.solids.voxel_sight import RIM, Solid, Triple
from vdsc.codecs.windows import apart
from vdsc.container import Header
from vdsc.core.sequence import Outline
from vdsc.core.types import Ints, Values
from vdsc.errors import CorruptFile, InvalidInput, UnsupportedVersion
from vdsc.quant import ordinal

ID = "solids"
"""The permanent name of the codec."""

VOXELS = 1 << 23
"""Voxels of a chunk of more than one frame, at most; those of solids with their rims."""

LARGEST = 1 << 24
"""Voxels of a frame, at most."""

SIDE = 1 << 11
"""Voxels of a solid along an axis, at most."""

_BACK, _FRONT = "a", "b"
_AXES = 3


@dataclass(frozen=True, slots=True)
class SolidsLayout:
    """How frames become solids, and values become bits.

    frame: shape of a frame without axes of one entry at its end. back, front: the ordinals of the
    values that mean 0 and 1.
    """

    outline: Outline
    frame: tuple[int, ...]
    back: int = 0
    front: int = 1

    @classmethod
    def of(cls, outline: Outline) -> SolidsLayout:
        """Raises InvalidInput for frames that are no solids, or are too large."""
        frame = list(outline.shape[1:])
        while len(frame) > 1 and frame[-1] == 1:
            frame.pop()
        sound = 1 <= len(frame) <= _AXES and outline.dtype.kind in "biuf"
        if not sound or max(frame) > SIDE or prod(frame) > LARGEST:
            words = f"codec {ID!r} takes arrays (T, H, W) or (T, D, H, W) of {SIDE} a side at most"
            raise InvalidInput(f"{words}, not {outline.shape}; leave out --codec")
        zero, one = (int(key) for key in keys(np.array([0, 1], outline.dtype)))
        return cls(outline, tuple(frame), zero, one)

    def spans(self) -> list[tuple[int, int]]:
        """First and one-past-last frame of each chunk."""
        room = prod(n + 2 * RIM for n in self.frame) if self.apart else prod(self.frame)
        most = max(1, VOXELS // room)
        return list(apart(self.outline.frames, most if self.apart else min(most, SIDE)))

    @property
    def apart(self) -> bool:
        """Whether each frame is a solid of its own."""
        return len(self.frame) == _AXES

    def shape(self, frames: int) -> tuple[int, Triple]:
        """How many solids a chunk of so many frames has, and the shape of each."""
        if self.apart:
            depth, height, width = self.frame
            return frames, (depth, height, width)
        height, width = (frames, *self.frame)[-2:]
        return 1, (frames if len(self.frame) > 1 else 1, height, width)

    def bits(self, values: Values) -> Solid:
        """Values (n, ...) as solids (N, D, H, W); raises InvalidInput for a third value."""
        found = keys(np.ascontiguousarray(values))
        front = found == self.front
        if not (front | (found == self.back)).all():
            words = f"codec {ID!r} takes arrays of two values, and there are more"
            raise InvalidInput(f"{words}; leave out --codec")
        count, shape = self.shape(len(values))
        made: Solid = front.astype(np.uint8).reshape(count, *shape)
        return made

    def values(self, solids: Solid, frames: int) -> Values:
        """Inverse of `bits`, for so many frames, in the byte order of this machine."""
        dtype = self.outline.dtype.newbyteorder("=")
        plain = np.dtype(np.uint8) if dtype.kind == "b" else dtype
        both = ordinal.numbers(np.array([self.back, self.front]), plain).astype(plain).view(dtype)
        made: Values = both[solids.reshape(frames, *self.outline.shape[1:])]
        return made

    def params(self) -> dict[str, int]:
        """What the header stores: the values, unless they are 0 and 1."""
        usual = SolidsLayout.of(self.outline)
        stored = {_BACK: (self.back, usual.back), _FRONT: (self.front, usual.front)}
        return {key: own for key, (own, plain) in stored.items() if own != plain}

    @classmethod
    def from_header(cls, header: Header) -> SolidsLayout:
        """Raises CorruptFile or UnsupportedVersion."""
        unknown = set(header.params) - {_BACK, _FRONT}
        if unknown:
            raise UnsupportedVersion(
                f"the header has the unknown parameter {min(unknown)!r}; upgrade vdsc"
            )
        try:
            usual = cls.of(header.outline)
        except InvalidInput as error:
            raise CorruptFile(f"the header cannot be right: {error}") from None
        back = header.params.get(_BACK, usual.back)
        made = cls(header.outline, usual.frame, back, header.params.get(_FRONT, usual.front))
        if header.chunks != len(made.spans()) or not (made._held(back) and made._held(made.front)):
            raise CorruptFile("the header of a file of solids cannot be right; it is damaged")
        return made

    def _held(self, key: int) -> bool:
        """Whether a value of the file's type has this ordinal."""
        dtype = np.dtype(np.uint8) if self.outline.dtype.kind == "b" else self.outline.dtype
        if not -(1 << 63) <= key < 1 << 63:
            return False
        kept = ordinal.ordinals(ordinal.numbers(np.array([key]), dtype))
        return int(kept[0]) == key and (self.outline.dtype.kind != "b" or 0 <= key <= 1)


def keys(values: Values) -> Ints:
    """The ordinals (...) of values (...), those of booleans 0 and 1."""
    plain = values.view(np.uint8) if values.dtype.kind == "b" else values
    return ordinal.ordinals(plain)
