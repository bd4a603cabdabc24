"""What is known of a sequence before its first chunk: how far its channels spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vdsc.codecs.linear.whole_turns import Turns
from vdsc.errors import InvalidInput
from vdsc.io.check import check_finite
from vdsc.io.source import Source


@dataclass(frozen=True, slots=True)
class Spread:
    """What all frames say.

    size: root mean square of how far values are from their channel's mean in their chunk; of a
    still sequence the largest value, else 1. largest: the largest value. turns: whether angles
    jump by whole turns.
    """

    size: float
    largest: float
    turns: bool


def spread(source: Source, spans: Sequence[tuple[int, int]]) -> Spread:
    """Look at all frames once; raises InvalidInput for what is no finite number."""
    if source.dtype.kind not in "fiu":
        raise InvalidInput(f"{source.name} is {source.dtype}; use --lossless for it")
    square, count, largest, turns = 0.0, 0, 0.0, False
    for begin, end in spans:
        frames = source.read(begin, end)
        check_finite(frames, source.name, begin)
        values = frames.reshape(len(frames), -1).astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            square += float(np.square(values - values.mean(axis=0)).sum())
        if not np.isfinite(square):
            words = "has values near the limit of its type; use --lossless"
            raise InvalidInput(f"{source.name} {words}")
        count += values.size
        largest = max(largest, float(np.abs(values).max()))
        before = np.zeros(values.shape[1], dtype=np.int64)
        turns = turns or bool(len(Turns.of(values, before).events))
    return Spread((square / count) ** 0.5 or largest or 1.0, largest, turns)
