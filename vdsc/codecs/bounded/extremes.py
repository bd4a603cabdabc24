"""Between which values each channel ranges, and how large an error that allows."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from vdsc.codecs.bounded.bounded_settings import BoundedSettings
from vdsc.codecs.windows import apart
from vdsc.core.types import Floats, Ints, Values
from vdsc.errors import InvalidInput
from vdsc.io.check import check_finite
from vdsc.io.source import Source

AT_ONCE = 1 << 22
"""Values that are looked at together, unless a frame has more."""

COLOURS = 4
"""A last axis of a field that is no longer than this has channels of its own."""

SHORT = 1 - 2**-50
"""A share of a range is made smaller by this, so that no rounding makes it larger."""

LARGEST = 2.0**1000
"""A larger error allows as much as this one."""


@dataclass(frozen=True, eq=False)
class Extremes:
    """The least and the largest value (C,) of each place of a frame, in the source's type."""

    least: Values
    largest: Values

    @classmethod
    def of(cls, source: Source) -> Extremes:
        """Look at all frames once; raises InvalidInput for what is no finite number."""
        if source.dtype.kind not in "fiu":
            raise InvalidInput(f"{source.name} is {source.dtype}; use --lossless for it")
        frames, channels = source.shape[0], prod(source.shape[1:])
        least = largest = None
        for begin, end in apart(frames, max(1, AT_ONCE // channels)):
            values = source.read(begin, end)
            check_finite(values, source.name, begin)
            flat = values.reshape(len(values), -1)
            low, high = flat.min(axis=0), flat.max(axis=0)
            least = low if least is None else np.minimum(least, low)
            largest = high if largest is None else np.maximum(largest, high)
        assert least is not None
        assert largest is not None
        return cls(least, largest)

    def bounds(self, shape: tuple[int, ...], settings: BoundedSettings) -> Floats:
        """What each place (C,) of a frame of a shape may be off by; raises InvalidInput."""
        groups = channels(shape)
        count, given = int(groups.max()) + 1, np.array(settings.numbers)
        if len(given) not in {1, count, len(groups)}:
            raise InvalidInput(f"{len(given)} errors for {count} channels; give one for each")
        if len(given) == len(groups):
            groups = np.arange(len(groups))
        allowed = np.broadcast_to(given, max(len(given), count))[groups]
        if settings.share:
            allowed = allowed * self._ranges(groups) * SHORT
        moving = self.least != self.largest
        if self.least.dtype.kind == "f" and (moving & (allowed == 0)).any():
            channel = int(np.flatnonzero(moving & (allowed == 0))[0])
            words = f"channel {channel} may not be off at all"
            raise InvalidInput(f"{words}; give it an error above zero, or use --lossless")
        return np.asarray(np.minimum(allowed, LARGEST))

    def _ranges(self, groups: Ints) -> Floats:
        """Ranges (C,) of the channels that places belong to."""
        low, high = np.full(groups.max() + 1, np.inf), np.full(groups.max() + 1, -np.inf)
        np.minimum.at(low, groups, self.least.astype(np.float64))
        np.maximum.at(high, groups, self.largest.astype(np.float64))
        with np.errstate(over="ignore"):
            ranges: Floats = (high - low)[groups]
        return ranges


def channels(shape: tuple[int, ...]) -> Ints:
    """The channel (C,) that each place of a frame belongs to.

    Of (D,) each is one; a field is one channel, or as many as its last axis has, up to four.
    """
    places = np.arange(prod(shape))
    if len(shape) < 2:
        return places
    return places % shape[-1] if shape[-1] <= COLOURS else np.zeros_like(places)
