"""When frames are: what users say of their input, and what they ask of the output."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from fractions import Fraction

import numpy as np

from vdsc.core.instants import Instants, second_of
from vdsc.core.sequence import Clock, Outline, Times, check_times
from vdsc.errors import InvalidInput, LimitExceeded

MOST_FRAMES = 1 << 27
SLACK = 1e-6  # seconds that a wanted time may lie outside the span, for times written as text


def check_choice(fps: Fraction | None, times: Times | None) -> None:
    """Raise InvalidInput for both a rate and times, a rate that is none, and times out of order."""
    if fps is not None and times is not None:
        raise InvalidInput("give either fps or times, not both")
    if fps is not None and fps <= 0:
        raise InvalidInput(f"fps must be above zero, not {float(fps):g}")
    if times is not None:
        check_times(times)


def dated(
    shape: tuple[int, ...],
    dtype: np.dtype[np.generic],
    *,
    native: Fraction,
    fps: Fraction | None,
    times: Times | None,
) -> Outline:
    """Outline of a sequence dated as given, else with `native` frames a second."""
    check_choice(fps, times)
    if times is not None and len(times) != shape[0]:
        raise InvalidInput(f"{len(times)} times for {shape[0]} frames; give one for each")
    clock = Clock(rate=native if fps is None else fps) if times is None else Clock(times=times)
    return Outline(shape, dtype, clock)


def wanted(held: Outline, fps: Fraction | None, times: Times | None) -> Instants:
    """The instants that are asked of a file: its own, others at `fps`, or those of `times`.

    Raises LimitExceeded for more than 2**27 frames, InvalidInput for times out of its span.
    """
    check_choice(fps, times)
    if fps is None and times is None:
        return Instants(held, own=True)
    first, last = span(held)
    if times is not None:
        if times[0] < first - SLACK or times[-1] > last + SLACK:
            raise InvalidInput(f"the file spans {first:g} to {last:g} s; ask for times within")
        asked = Outline((len(times), *held.shape[1:]), held.dtype, Clock(times=times))
        return Instants(asked, own=False)
    assert fps is not None
    count = math.floor(_length(held) * fps) + 1
    if count > MOST_FRAMES:
        words = f"{float(fps):g} frames per second would be {count} frames"
        raise LimitExceeded(f"{words}, above the limit of {MOST_FRAMES}; ask for fewer, or --times")
    asked = Outline((count, *held.shape[1:]), held.dtype, Clock(rate=fps, start=first))
    return Instants(asked, own=False)


def within(outline: Outline, start: float | None, end: float | None) -> tuple[int, int]:
    """First and one-past-last frame from `start` to `end` seconds; raises InvalidInput if none."""
    first, last = span(outline)
    low, high = first if start is None else start, last if end is None else end
    numbers, second = range(outline.frames), second_of(outline)
    begin = bisect_left(numbers, low - SLACK, key=second)
    after = bisect_right(numbers, high + SLACK, key=second)
    if begin >= after:
        words = f"no frame lies from {low:g} to {high:g} s"
        raise InvalidInput(f"{words}; the sequence spans {first:g} to {last:g} s")
    return begin, after


def cut(outline: Outline, begin: int, end: int, *, listed: bool = False) -> Outline:
    """The frames begin..end-1 at their times, which are listed, or have the rate that they have."""
    clock = outline.clock
    seconds = clock.seconds(begin, end)
    if listed or clock.rate is None:
        return at(outline, seconds)
    part = Clock(rate=clock.rate, start=float(seconds[0]))
    return Outline((end - begin, *outline.shape[1:]), outline.dtype, part)


def at(outline: Outline, times: Times) -> Outline:
    """Frames like those of an outline, at listed times."""
    return Outline((len(times), *outline.shape[1:]), outline.dtype, Clock(times=times))


def span(outline: Outline) -> tuple[float, float]:
    """Times of the first and the last frame, seconds."""
    clock, count = outline.clock, outline.frames
    return float(clock.seconds(0, 1)[0]), float(clock.seconds(count - 1, count)[0])


def _length(outline: Outline) -> Fraction:
    """Seconds from the first to the last frame, exactly."""
    if outline.clock.rate is not None:
        return (outline.frames - 1) / outline.clock.rate
    first, last = span(outline)
    return Fraction(last) - Fraction(first)
