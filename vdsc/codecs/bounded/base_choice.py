"""How finely a base codes the path: what makes an excerpt smallest, path and corrections."""

from __future__ import annotations

from typing import Any

import numpy as np

from vdsc.codecs import registry
from vdsc.codecs.bounded.bounded_settings import BoundedSettings
from vdsc.codecs.bounded.carriers import OnPath
from vdsc.codecs.bounded.promise import Promise
from vdsc.core.sequence import Outline
from vdsc.io.excerpt import middle
from vdsc.io.source import Source

FACTORS = tuple(2 ** (i / 2) for i in range(-2, 9))
"""Steps of a linear base, in errors, that may be tried; from START on downhill."""

START = 4

FINEST = 2.0**-990
"""No steps of a base are finer."""

QUALITIES = (30, 45, 60, 75)
"""Of a base with a model."""


def on_path(
    source: Source, outline: Outline, promise: Promise, settings: BoundedSettings
) -> OnPath:
    """The base that is asked for, with the settings that make an excerpt smallest."""
    base = settings.base
    kind: Any = registry.codec_to_write(base).Settings
    some, part = middle(source, outline)

    def size(asked: Any) -> int:
        carrier = OnPath(some, part, promise, base, asked)
        carried = [carrier.encode(some.read(*span)) for span in carrier.spans]
        return sum(len(one.inner) + len(one.rest) for one in carried)

    if base == "linear":
        ways: list[Any] = [kind(steps=_steps(promise, factor)) for factor in FACTORS]
        asked = _downhill(ways, size, START)
    else:
        ways = [kind(quality=quality, model=settings.model) for quality in QUALITIES]
        asked = min(ways, key=size)
    return OnPath(source, outline, promise, base, asked)


def _downhill(ways: list[Any], size: Any, at: int) -> Any:
    """The way from which neither neighbour is smaller."""
    known = {at: size(ways[at])}
    for step in (1, -1):
        while 0 <= at + step < len(ways):
            known[at + step] = size(ways[at + step])
            if known[at + step] >= known[at]:
                break
            at += step
    return ways[at]


def _steps(promise: Promise, factor: float) -> tuple[float, ...]:
    """Steps of a linear base: one if errors do not differ."""
    grid = promise.grid
    moving = grid.mantissas > 0
    steps = np.maximum(factor / 2 * grid.steps, FINEST)
    usual = float(np.median(steps[moving])) if moving.any() else 1.0
    steps = np.where(moving, steps, usual)
    return (usual,) if (steps == usual).all() else tuple(steps.tolist())
