"""The thing that is compressed, and what is known of it without its values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vdsc.errors import InvalidInput

Times = NDArray[np.float64]


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


@dataclass(frozen=True, slots=True)
class Sequence:
    """values (T, D) float or (T, H, W[, C]) uint8, with the clock that dates its frames."""

    values: NDArray[np.generic]
    clock: Clock

    @property
    def outline(self) -> Outline:
        """This sequence without its values."""
        return Outline(self.values.shape, self.values.dtype, self.clock)

    @property
    def times(self) -> Times:
        """(T,) float64 seconds."""
        return self.clock.seconds(0, len(self.values))


def check_times(times: Times) -> None:
    """Raise InvalidInput unless `times` (T,) are finite and strictly increasing."""
    if times.ndim != 1 or not len(times):
        raise InvalidInput(f"times must be one list of seconds, not shape {times.shape}")
    bad = np.flatnonzero(~np.isfinite(times))
    if bad.size:
        raise InvalidInput(f"times[{bad[0]}] is not finite; remove that frame")
    bad = np.flatnonzero(np.diff(times) <= 0)
    if bad.size:
        raise InvalidInput(f"times[{bad[0] + 1}] does not come after times[{bad[0]}]; sort them")
