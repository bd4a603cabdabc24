"""What all frames say before the first is coded: mean, spread, and whether they are alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log2

import numpy as np

from vdsc.codecs.field.field_params import COARSEST, FARTHEST, FINEST, STATED, FieldParams
from vdsc.codecs.field.pyramid import Shape
from vdsc.core.types import Floats
from vdsc.errors import InvalidInput
from vdsc.io.check import check_finite
from vdsc.io.source import Source

COARSER = 20
"""The quality below which each point makes twice as much."""

TOO_FAR = "values are too large for such fine steps; lower --quality"

UNLIKE, APART = 0.3, 0.7
"""Correlations of a frame with the next one below which they have nothing in common: of any, and of
those that change much more from frame to frame than from place to place."""

MUCH = 4
"""How many times the squared change beside is much more."""

LONG = 8
"""Values of a frame along its last long axis, at least, by which that can be seen."""


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What all frames say.

    mean, spread: of all values (the spread around the mean, 1 if there is none). largest: the
    largest size. apart: whether frames have nothing in common with the next ones.
    """

    mean: float
    spread: float
    largest: float
    apart: bool

    def step(self, quality: int) -> float:
        """The step that a quality means."""
        return float(self.spread * 2.0 ** ((30 - quality + max(0, COARSER - quality)) / 10))

    def params(self, step: float, blocks: Shape) -> FieldParams:
        """What the header of a file with about such a step says; raises InvalidInput."""
        eighths = int(np.clip(round(8 * log2(step)), FINEST, COARSEST))
        params = FieldParams(eighths, 0, blocks)
        if self.largest >= FARTHEST * params.unit:
            raise InvalidInput(TOO_FAR)
        stated = int(np.clip(round(8 * log2(params.unit / self.spread)), -STATED, STATED))
        return replace(params, origin=round(self.mean / params.unit), stated=stated)

    @classmethod
    def of(cls, source: Source, spans: list[tuple[int, int]]) -> FieldFacts:
        """Look at all frames once; raises InvalidInput for what is no finite number."""
        count, total, square, largest = 0, 0.0, 0.0, 0.0
        change, beside = _Changes(), _Changes()
        across = max((a for a, n in enumerate(source.shape) if a and n >= LONG), default=0)
        for begin, end in spans:
            frames = source.read(begin, end)
            check_finite(frames, source.name, begin)
            values = frames.astype(np.float64)
            with np.errstate(over="ignore", invalid="ignore"):
                total += float(values.sum())
                square += float(np.square(values).sum())
                change.add(values, 0)
                beside.add(values, across)
            count, largest = count + values.size, max(largest, float(np.abs(values).max()))
        if not np.isfinite(square):
            words = "has values near the limit of its type; use --lossless"
            raise InvalidInput(f"{source.name} {words}")
        mean = total / count
        variance = max(square / count - mean * mean, 0.0)
        alike = 1 - change.mean / (2 * variance) if variance else 1.0
        apart = alike < UNLIKE or (alike < APART and change.mean > MUCH * beside.mean)
        apart = bool(across) and apart
        return cls(mean, variance**0.5 or largest or 1.0, largest, apart)


@dataclass(slots=True)
class _Changes:
    """Squared differences of neighbours along an axis."""

    total: float = 0.0
    count: int = 0

    def add(self, values: Floats, axis: int) -> None:
        found = np.diff(values, axis=axis)
        self.total += float(np.square(found).sum())
        self.count += found.size

    @property
    def mean(self) -> float:
        return self.total / max(1, self.count)
