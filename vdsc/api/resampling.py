"""Frames at other instants from a file that holds its own frames only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from vdsc.codecs.in_between.block_search import SHARE
from vdsc.codecs.in_between.frame_between import between as frame_between
from vdsc.codecs.in_between.frame_between import follows
from vdsc.core.crop import Crop
from vdsc.core.instants import Instants
from vdsc.core.sequence import Outline, Times
from vdsc.core.types import Values

COLOURS = 3
"""Red, green and blue: whole numbers of other frames may be names of things, which have no mean."""


def resampled(own: Iterator[Values], held: Outline, wanted: Instants) -> Iterator[Values]:
    """Frames at the wanted instants, in batches, from the own frames of a file in order.

    Floats lie on the straight line between their two neighbours, in time. Between frames of
    colours, (H, W, 3) of uint8, what moves is followed (`codecs/in_between`). All others are those
    of the nearest frame, the earlier one half way.
    """
    begin, last = 0, None
    low = -np.inf
    for frames in own:
        first = begin - (last is not None)
        joined = frames if last is None else np.concatenate([last, frames])
        begin += len(frames)
        seconds = held.clock.seconds(first, begin)
        high = np.inf if begin == held.frames else float(seconds[-1])
        for times in wanted.between(low, high):
            yield between(joined, seconds, times)
        low, last = high, frames[-1:]


def follows_colours(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> bool:
    """Whether motion is followed between frames of a sequence (T, H, W, 3), all of each needed."""
    return shape[3:] == (COLOURS,) and follows(shape, dtype)


def cropped_between(
    crop: Crop | None, held: Outline
) -> tuple[Crop | None, Callable[[Values], Values]]:
    """What is cropped of frames before others between them are made, and what of those."""
    if crop is None or crop.scaled or not follows_colours(held.shape, held.dtype):
        return crop, lambda frames: frames
    return None, crop.cut


def between(frames: Values, seconds: Times, times: Times) -> Values:
    """Frames (Q, ...) at times (Q,) from frames (n, ...) at rising seconds (n,)."""
    at = np.clip(np.searchsorted(seconds, times, side="right") - 1, 0, max(len(seconds) - 2, 0))
    after = np.minimum(at + 1, len(seconds) - 1)
    gap = np.where(after > at, seconds[after] - seconds[at], 1.0)
    share = np.clip((times - seconds[at]) / gap, 0.0, 1.0) * (after > at)
    if follows_colours(frames.shape, frames.dtype):
        parts = np.floor(share * (1 << SHARE) + 0.5).astype(np.int64)
        found = zip(frames[at], frames[after], parts, strict=True)
        made = [frame_between(one, other, int(part)) for one, other, part in found]
        return np.stack(made) if made else frames[:0]
    if frames.dtype.kind != "f":
        return frames[np.where(share > 0.5, after, at)]
    share = share.reshape(-1, *[1] * (frames.ndim - 1))
    one, other = frames[at].astype(np.float64), frames[after].astype(np.float64)
    line = np.where(share == 0, one, np.where(share == 1, other, one + share * (other - one)))
    return line.astype(frames.dtype)
