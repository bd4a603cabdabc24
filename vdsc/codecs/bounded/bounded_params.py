"""What the header of a file of codec `bounded` stores, and the header of what it wraps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod

import numpy as np

from vdsc.codecs.windows import apart
from vdsc.container import Header, ModelRef
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile, UnsupportedVersion

ID = "bounded"

EXACT = "lossless"
"""The codec of whole numbers where there is no base."""

BASE, WIDTH, FOLLOWERS = "B", "W", "F"
"""Keys of the base, of the bytes of whole numbers, and of how many values follow others; those of
the base are small letters."""

_BASES = ("none", "linear", "knots")
"""The place of a base is its number in the file: append only."""

BEHIND = "knots"
"""The base that gives a window's frames with the next window; its chunks say how many they are."""

_WIDTHS = (0, 1, 2, 4, 8)


VALUES = 1 << 20
"""Values of a chunk of corrections alone, unless a frame has more."""


def spans(outline: Outline) -> list[tuple[int, int]]:
    """First and one-past-last frame of each chunk of corrections alone."""
    return list(apart(outline.frames, max(1, VALUES // prod(outline.shape[1:]))))


@dataclass(frozen=True, slots=True)
class BoundedParams:
    """What the header stores.

    base: the codec of the path, or "none". width: without a base, bytes of a whole number, or 0
    where they are corrections of 0. followers: how many values of a frame follow others. model,
    own: the model and the parameters of what is wrapped.
    """

    base: str
    width: int = 0
    followers: int = 0
    model: ModelRef | None = None
    own: dict[str, int] = field(default_factory=dict)

    def to_header(self) -> dict[str, int]:
        """The parameters, those that say nothing left out."""
        stored = {BASE: _BASES.index(self.base), WIDTH: self.width, FOLLOWERS: self.followers}
        given = {key: value for key, value in stored.items() if value}
        return given | self.own

    @classmethod
    def from_header(cls, header: Header) -> BoundedParams:
        """Raises CorruptFile or UnsupportedVersion."""
        params = dict(header.params)
        number, width, followers = (params.pop(key, 0) for key in (BASE, WIDTH, FOLLOWERS))
        for key in params:
            if not key.islower() or not number:
                words = f"the header has the unknown parameter {key!r}; upgrade vdsc"
                raise UnsupportedVersion(words)
        if not 0 <= number < len(_BASES):
            raise UnsupportedVersion(f"base {number} is not known here; upgrade vdsc")
        alone = not number and not width
        if header.outline.dtype.kind not in "fiu":
            raise CorruptFile("a bounded file holds integers or floats; this one is damaged")
        if (alone and header.model is not None) or width not in ((0,) if number else _WIDTHS):
            raise CorruptFile("the header's parameters cannot be right; the file is damaged")
        able = width and header.outline.dtype.kind == "f"
        if not 0 <= followers <= (prod(header.outline.shape[1:]) - 1 if able else 0):
            raise CorruptFile("values cannot follow others here; the file is damaged")
        return cls(_BASES[number], width, followers, header.model, params)

    @property
    def alone(self) -> bool:
        """Whether corrections are all that there is."""
        return self.base == "none" and not self.width

    def inner(self, header: Header) -> Header:
        """The header of the codec that is wrapped, where one is."""
        if self.base == "none":
            dtype = np.dtype(f"<i{self.width}" if self.width > 1 else "i1")
            outline = replace(header.outline, dtype=dtype)
            return replace(header, codec=EXACT, outline=outline, params={})
        outline = replace(header.outline, dtype=np.dtype("<f8"))
        return replace(header, codec=self.base, outline=outline, params=self.own)
