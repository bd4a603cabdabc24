"""Where a sequence begins anew: jumps that no path should be drawn across."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from vdsc.codecs.windows import divide, how_many
from vdsc.core.types import Floats, Values
from vdsc.model.channel_layout import layout_of

READ = 4096  # frames that are looked at together
SUDDEN = 3.0
"""A step is a jump if it is so many times the usual one of the frames around it ..."""

LARGE = 0.22
"""... and at least so many units of the network, in the mean over channels ..."""

OFF = 0.5
"""The same of frames whose units are what their channels spread."""

SHORTEST = 16
"""... and if neither side has fewer frames than this: a new beginning costs a whole knot."""

MOST = 1.0
"""What a single channel adds to this mean at most: a joint may flip while a motion goes on."""

AROUND = 32  # frames before and after, whose median step is the usual one

STILL = 0.002
"""A step below is stillness, in the mean over channels, units of the network."""

QUIET = 90
"""Steps of stillness that get a window of their own: a line from its first frame to its last."""

LONG = 7200
"""Frames of a window that stands still, at most."""

Part = tuple[int, int]
"""First and one-past-last frame."""


def parts(
    read: Callable[[int, int], Values], frames: int, chunk: int, settings: Mapping[str, Any]
) -> list[tuple[Part, bool]]:
    """Windows of at most `chunk` frames, and whether each shares no frame with the one before.

    read: gives the raw frames (n, ...) from one to another. settings: a checkpoint's `frames`; of
    images nothing is looked at. Windows are as even as can be; what stands still for long is a
    window of its own, which may be longer than `chunk`.
    """
    if settings["kind"] == "pixels":
        return [(span, i == 0) for i, span in enumerate(_even(0, frames, chunk))]
    steps = _all_steps(read, frames, settings)
    made: list[tuple[Part, bool]] = []
    for begin, end in pairwise([0, *_cuts(steps, frames, settings), frames]):
        seams = [begin, *_borders(steps, begin, end - 1), end - 1]
        spans = [part for a, b in pairwise(seams) for part in _windows(steps, a, b + 1, chunk)]
        made += [(span, i == 0) for i, span in enumerate(spans)]
    return made


def _even(begin: int, end: int, chunk: int) -> list[Part]:
    """The fewest windows of some frames, as even as can be, each sharing one with the next."""
    spans = divide(end - begin, how_many(end - begin, chunk))
    return [(begin + a, begin + b) for a, b in spans]


def _windows(steps: Floats, begin: int, end: int, chunk: int) -> list[Part]:
    """Windows of frames that all stand still, which may be long, or that move."""
    still = end - begin > QUIET and (steps[begin : end - 1] < STILL).all()
    return _even(begin, end, max(chunk, LONG) if still else chunk)


def _borders(steps: Floats, first: int, last: int) -> list[int]:
    """Frames between two others where a long stillness begins or ends, ascending."""
    still = np.concatenate([[False], steps[first:last] < STILL, [False]])
    turns = np.flatnonzero(np.diff(still.astype(np.int8))).reshape(-1, 2) + first
    long = turns[turns[:, 1] - turns[:, 0] >= QUIET].ravel().tolist()
    return [at for at in long if first < at < last]


def _all_steps(
    read: Callable[[int, int], Values], frames: int, settings: Mapping[str, Any]
) -> Floats:
    """Steps (T - 1,) of the whole sequence."""
    starts = range(0, frames, READ)
    return np.concatenate(
        [_steps(read(max(at - 1, 0), min(at + READ, frames)), settings) for at in starts]
    )


def _cuts(steps: Floats, frames: int, settings: Mapping[str, Any]) -> list[int]:
    """Frames that begin something new."""
    cuts, last = [], 0
    least = OFF if settings["kind"] == "channels" else LARGE
    for at in (np.flatnonzero(steps > least) + 1).tolist():
        near = steps[max(at - 1 - AROUND, 0) : at - 1 + AROUND + 1]
        sudden = steps[at - 1] > SUDDEN * np.median(near)
        if sudden and at - last >= SHORTEST and frames - at >= SHORTEST:
            cuts.append(at)
            last = at
    return cuts


def _steps(values: Values, settings: Mapping[str, Any]) -> Floats:
    """Mean step (n - 1,) of the channels, each in units of the network and at most MOST.

    Whole turns do not count, and a joint that flips is a few channels only.
    """
    step = layout_of(settings).steps(values.reshape(len(values), -1))
    size: Floats = np.minimum(np.abs(step / np.array(settings["scale"])), MOST).mean(axis=1)
    return size
