"""Files of codec `bounded` that keep a skeleton's points near where they were: how they are made.

They are decoded like all others; nothing in them is said of a skeleton.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from vdsc.codecs import registry
from vdsc.codecs.bounded.bounded_encoder import BoundedEncoder
from vdsc.codecs.bounded.carriers import Carrier, OnPath, WholeNumbers
from vdsc.codecs.bounded.codec import BoundedCodec
from vdsc.codecs.bounded.joint_measure import Measured
from vdsc.codecs.bounded.joint_promise import JointPromise, joint_steps
from vdsc.codecs.bounded.joint_steps import JointSteps
from vdsc.core.sequence import Outline
from vdsc.core.skin import Skin
from vdsc.errors import InvalidInput
from vdsc.io.excerpt import excerpt
from vdsc.io.source import Source

TRIED = 160
"""Frames on which ways are tried."""

WAYS = (("none", 2.2), ("linear", 2.3), ("linear", 3.2), ("linear", 4.5))
"""Bases, and steps in bounds: without a base those of whole numbers, else those of the base."""


@dataclass(frozen=True, slots=True)
class JointSettings:
    """A skeleton's points, what they may be off by in its units, and bases that may be taken."""

    skin: Skin
    bound: float
    bases: tuple[str, ...] = ("none", "linear")

    def __post_init__(self) -> None:
        if not set(self.bases) <= {"none", "linear"}:
            raise InvalidInput("a bound of joints is kept on the base none or linear")


class JointCodec(BoundedCodec):
    """The codec `bounded`, to write such files."""

    Settings: ClassVar[Any] = JointSettings

    def encoder(self, source: Source, outline: Outline, settings: Any) -> BoundedEncoder:
        """Begin to encode a source of finite numbers; raises InvalidInput."""
        measured, bound = Measured.of(source, settings.skin), settings.bound
        found = joint_steps(measured, bound)
        few = excerpt(source, outline, max(0, (outline.frames - TRIED) // 2), TRIED)
        least, best = math.inf, WAYS[0]
        for way in WAYS:
            if way[0] in settings.bases:
                _, carrier = _carrier(*few, measured, found, bound, *way)
                size = _size(few[0], carrier)
                least, best = (size, way) if size < least else (least, best)
        made = _carrier(source, outline, measured, found, bound, *best)
        return BoundedEncoder(outline, *made)


def _size(source: Source, carrier: Carrier) -> int:
    """Bytes of an excerpt."""
    carried = [carrier.encode(source.read(*span)) for span in carrier.spans]
    own = (len(one.inner) + len(one.rest) + len(one.patches.to_bytes()) for one in carried)
    return sum(own)


def _carrier(
    source: Source,
    outline: Outline,
    measured: Measured,
    found: JointSteps,
    bound: float,
    base: str,
    factor: float,
) -> tuple[JointPromise, Carrier]:
    """What carries a source with steps of so many bounds."""
    if base == "none":
        promise = JointPromise.whole(measured, bound, factor, found)
        return promise, WholeNumbers(source, outline, promise)
    promise, live = JointPromise.mending(measured, bound), measured.live
    steps = np.ones(outline.shape[1])
    steps[live] = factor * bound / measured.plain[live]
    kind: Any = registry.codec_to_write(base).Settings
    return promise, OnPath(source, outline, promise, base, kind(steps=tuple(steps.tolist())))
