"""Which part of every frame is wanted, and at what scale."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

from vdsc.core.types import Values
from vdsc.errors import InvalidInput

CHANNELS = 4
"""A last axis of at most so many entries holds channels, which have no scale."""

LARGEST = 1 << 14
"""A scale is a ratio of whole numbers up to this."""

_SLICE = re.compile(r"\s*([+-]?\d{1,18})?\s*:\s*([+-]?\d{1,18})?\s*")
_FORM = "write a slice for each axis of a frame, such as 10:50,:,100:200"

Span = tuple[int, int]
RegionLike = str | slice | Sequence[slice]
ScaleLike = int | float | Fraction | str


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of every frame at a scale, and of some frames only.

    parts: first and one-past-last entry of each axis of a frame at its scale. scales: of each axis,
    how many entries stand for one of the file's. frames: first and one-past-last of the file's own
    that are wanted, None for all.
    """

    parts: tuple[Span, ...]
    scales: tuple[Fraction, ...]
    frames: Span | None = None

    @classmethod
    def whole(cls, shape: tuple[int, ...]) -> Crop:
        """All of the frames of a sequence of some shape (T, ...), as they are."""
        return cls(tuple((0, n) for n in shape[1:]), (Fraction(1),) * len(shape[1:]))

    @classmethod
    def of(cls, shape: tuple[int, ...], region: Sequence[slice], scale: Fraction) -> Crop:
        """The crop that a region and a scale mean for a sequence of some shape (T, ...).

        region: slices over the axes of a frame at that scale, the first ones if there are fewer.
        Raises InvalidInput for what lies beyond, is empty or has no axis.
        """
        axes = shape[1:]
        if not axes:
            raise InvalidInput("a frame is a single number, without axes; take some with --start")
        if len(region) > len(axes):
            words = f"the region has {len(region)} axes, and a frame has {len(axes)}: "
            raise InvalidInput(f"{words}{' x '.join(map(str, axes))}; {_FORM}")
        apart = axes[-1] <= CHANNELS
        scales = (scale,) * (len(axes) - apart) + (Fraction(1),) * apart
        if scale != 1 and not any(one != 1 for one in scales):
            raise InvalidInput("a frame has channels alone, which have no scale; use --fps")
        sizes = [scaled(n, one) for n, one in zip(axes, scales, strict=True)]
        rest = (slice(None),) * (len(axes) - len(region))
        pairs = enumerate(zip((*region, *rest), sizes, strict=True), start=1)
        return cls(tuple(_part(one, n, axis) for axis, (one, n) in pairs), scales)

    @property
    def scaled(self) -> bool:
        """Whether frames have another size than in the file."""
        return any(scale != 1 for scale in self.scales)

    @property
    def shape(self) -> tuple[int, ...]:
        """Entries along each axis of a frame."""
        return tuple(end - begin for begin, end in self.parts)

    def at(self, begin: int, end: int) -> Crop:
        """The same of the frames begin..end-1 only."""
        return replace(self, frames=(begin, end))

    def over(self, shape: tuple[int, ...]) -> Crop:
        """The same of frames that may have one more axis, of which all is wanted."""
        rest = Crop.whole(shape[len(self.parts) :])
        return replace(self, parts=self.parts + rest.parts, scales=self.scales + rest.scales)

    def cut(self, frames: Values) -> Values:
        """The part of whole frames (n, ...) at the scale 1."""
        part: Values = frames[(slice(None), *(slice(*one) for one in self.parts))]
        return part


def scaled(entries: int, scale: Fraction) -> int:
    """Entries of an axis at a scale: those whose centres lie within it, and at least one."""
    return entries if scale == 1 else max(1, ceil(entries * scale - Fraction(1, 2)))


def as_region(region: object) -> tuple[slice, ...]:
    """Slices from text such as "10:50,:,100:200", one slice, or several; raises InvalidInput."""
    if isinstance(region, str):
        return tuple(_slice(part) for part in region.split(","))
    parts: tuple[Any, ...] = tuple(region) if isinstance(region, (tuple, list)) else (region,)
    for one in parts:
        if not isinstance(one, slice) or one.step not in {None, 1}:
            raise InvalidInput(f"{one!r:.40} is no slice without a step; {_FORM}")
    return parts


def as_scale(scale: object) -> Fraction:
    """The ratio that a number or text such as "3/2" means; raises InvalidInput."""
    from vdsc.core.plain_numbers import as_rate

    try:
        ratio = as_rate(scale)
    except InvalidInput:
        ratio = Fraction(0)
    if not 0 < ratio.numerator <= LARGEST or ratio.denominator > LARGEST:
        raise InvalidInput(
            f"{str(scale)!r:.40} is no scale; write 2, 1/2 or 1.5, of numbers up to {LARGEST}"
        )
    return ratio


def _slice(text: str) -> slice:
    match = _SLICE.fullmatch(text)
    if match is None:
        raise InvalidInput(f"{text!r:.40} is no slice; {_FORM}")
    return slice(*(None if one is None else int(one) for one in match.groups()))


def _part(one: slice, entries: int, axis: int) -> Span:
    """First and one-past-last of a slice, which may count from the end."""
    begin, end = (0 if one.start is None else one.start), entries if one.stop is None else one.stop
    begin, end = (n + entries if n < 0 else n for n in (begin, end))
    if not 0 <= begin < end <= entries:
        shown = ":".join("" if n is None else str(n) for n in (one.start, one.stop))
        words = f"{shown} is no part of axis {axis} of a frame, which has {entries} entries"
        raise InvalidInput(f"{words}; {_FORM}")
    return begin, end
