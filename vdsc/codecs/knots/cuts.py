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

Part = tuple[int, int]
"""First and one-past-last frame."""


def parts(
    read: Callable[[int, int], Values], frames: int, chunk: int, settings: Mapping[str, Any]
) -> list[tuple[Part, bool]]:
    """Windows of at most `chunk` frames, and whether each shares no frame with the one before.

    read: gives the raw frames (n, ...) from one to another. settings: a checkpoint's `frames`; of
    images nothing is looked at. Windows of one stretch are as even as can be.
    """
    ends = [0, *(_cuts(read, frames, settings) if settings["kind"] != "pixels" else []), frames]
    made: list[tuple[Part, bool]] = []
    for begin, end in pairwise(ends):
        count = how_many(end - begin, chunk)
        spans = [(begin + a, begin + b) for a, b in divide(end - begin, count)]
        made += [(span, i == 0) for i, span in enumerate(spans)]
    return made


def _cuts(
    read: Callable[[int, int], Values], frames: int, settings: Mapping[str, Any]
) -> list[int]:
    """Frames that begin something new."""
    steps = np.concatenate(
        [
            _steps(read(max(at - 1, 0), min(at + READ, frames)), settings)
            for at in range(0, frames, READ)
        ]
    )
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
