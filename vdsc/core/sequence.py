"""The thing that is compressed, and what is known of it without its values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.errors import InvalidInput

Times = NDArray[np.float64]

_BLOCK = 1 << 16  # times that are checked at once, so that checking takes little memory


@dataclass(frozen=True, slots=True)
class Clock:
    """When the frames are: `rate` frames per second from `start`, or the listed `times`.

    Exactly one of `rate` and `times` is set; `times` are float64 seconds, strictly increasing.
    """

    rate: Fraction | None = None
    start: float = 0.0
    times: Times | None = None

    def __post_init__(self) -> None:
        if (self.rate is None) == (self.times is None):
            raise InvalidInput("give either a frame rate or the frame times, not both")
        if self.rate is not None and self.rate <= 0:
            raise InvalidInput(f"the frame rate must be above zero, not {float(self.rate)}")
        if self.times is not None:
            check_times(self.times)

    def seconds(self, begin: int, end: int) -> Times:
        """Times of frames begin..end-1, float64 seconds."""
        if self.times is not None:
            return self.times[begin:end]
        assert self.rate is not None
        index = np.arange(begin, end, dtype=np.float64)
        return self.start + index * self.rate.denominator / self.rate.numerator


@dataclass(frozen=True, slots=True)
class Outline:
    """A Sequence without its values: all that decode may know of the answer."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    clock: Clock

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return self.shape[0]

    @property
    def values(self) -> int:
        """Number of values."""
        return math.prod(self.shape)

    @property
    def raw_bytes(self) -> int:
        """Size of the values uncompressed."""
        return self.values * self.dtype.itemsize

    @property
    def mean_rate(self) -> Fraction:
        """Frames a second, or their mean where times are irregular; 1 for a single frame."""
        if self.clock.rate is not None:
            return self.clock.rate
        first, last = (
            self.clock.seconds(0, 1)[0],
            self.clock.seconds(self.frames - 1, self.frames)[0],
        )
        span = Fraction(float(last) - float(first)).limit_denominator(10**6)
        return (self.frames - 1) / span if self.frames > 1 and span > 0 else Fraction(1)


@dataclass(frozen=True, slots=True)
class Sequence:
    """values (T, ...), the clock that dates its frames, and what its file held beside them."""

    values: NDArray[np.generic]
    clock: Clock
    meta: Meta | None = None

    @property
    def outline(self) -> Outline:
        """This sequence without its values."""
        return Outline(self.values.shape, self.values.dtype, self.clock)

    @property
    def times(self) -> Times:
        """(T,) float64 seconds."""
        return self.clock.seconds(0, len(self.values))


def check_times(times: Times, name: str = "times") -> None:
    """Raise InvalidInput unless `times` (T,) are finite and strictly increasing."""
    if times.ndim != 1 or not len(times):
        raise InvalidInput(f"{name} must be one list of seconds, not shape {times.shape}")
    for begin in range(0, len(times), _BLOCK):
        part = times[begin : begin + _BLOCK + 1]
        bad = begin + np.flatnonzero(~np.isfinite(part))
        if bad.size:
            raise InvalidInput(f"{name}[{bad[0]}] is not finite; remove that frame")
        bad = begin + np.flatnonzero(np.diff(part) <= 0)
        if bad.size:
            raise InvalidInput(_disorder(times, int(bad[0]), name))


def _disorder(times: Times, before: int, name: str) -> str:
    """What is wrong with a time and the one after it, and what to do."""
    first, second = f"{name}[{before}]", f"{name}[{before + 1}]"
    if times[before] == times[before + 1]:
        same = f"{first} and {second} are the same instant, {float(times[before])!r} s"
        return f"{same}; drop one of the two frames, or shift its time"
    found = f"{float(times[before + 1])!r} after {float(times[before])!r}"
    return f"{second} does not come after {first}: {found}; sort the frames by time"
