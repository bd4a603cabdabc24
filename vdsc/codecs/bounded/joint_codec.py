"""Files of codec `bounded` that keep a skeleton's points near where they were: how they are made.

They are decoded like all others; nothing in them is said of a skeleton.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
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

TRIED = 128
"""Frames on which ways are tried."""

LARGEST, SMALLEST, FINER = 2.3, 0.7, 0.85
"""Whole steps, in bounds: the first that are tried, the last, and how much smaller each next is."""

SAVED = 0.7
"""Of the bits that larger whole steps save by their size: what they save in truth."""

PATHS = (("linear", 2.0), ("linear", 1.4), ("linear", 2.8))
"""Steps of a path that is mended, in bounds. The first is tried first."""

CERTAIN = (1.5, 2.5)
"""Bits a channel of the first path: below, no whole steps are tried, and above, none but these."""


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
        ways = _Ways(Measured.of(source, settings.skin), settings.bound)
        few = excerpt(source, outline, max(0, (outline.frames - TRIED) // 2), TRIED)
        best = ways.best(*few, settings.bases)
        return BoundedEncoder(outline, *ways.carrier(source, outline, *best))


@dataclass(frozen=True)
class _Ways:
    """The ways to carry a motion whose points may be off by a bound."""

    measured: Measured
    bound: float

    @cached_property
    def found(self) -> JointSteps:
        """Steps of whole numbers."""
        return joint_steps(self.measured, self.bound)

    def best(self, source: Source, outline: Outline, bases: tuple[str, ...]) -> tuple[str, float]:
        """The way that an excerpt takes the fewest bytes by."""
        if "linear" not in bases:
            return self.whole(source)
        sizes = {PATHS[0]: _size(source, self.carrier(source, outline, *PATHS[0])[1])}
        bits = 8 * sizes[PATHS[0]] / (outline.frames * max(1, self.measured.live.size))
        if "none" in bases and bits > CERTAIN[0]:
            whole = self.whole(source)
            if bits > CERTAIN[1]:
                return whole
            if _size(source, self.carrier(source, outline, *whole)[1]) < sizes[PATHS[0]]:
                return whole
        for way in PATHS[1:]:
            sizes[way] = _size(source, self.carrier(source, outline, *way)[1])
        return min(sizes, key=lambda way: sizes[way])

    def whole(self, source: Source) -> tuple[str, float]:
        """Whole steps as large as they may be before patches cost more than their size saves."""
        frames = source.read(0, source.shape[0]).reshape(source.shape[0], -1)
        values, factor = len(frames) * self.found.body.free.size, LARGEST
        least, best = math.inf, factor
        while factor > SMALLEST:
            promise = JointPromise.whole(self.measured, self.bound, factor, self.found)
            patched = 8 * len(promise.corrected(frames, np.zeros(frames.shape))[2].to_bytes())
            cost = patched + SAVED * values * math.log2(LARGEST / factor)
            if cost >= least:
                break
            least, best = cost, factor
            if patched <= SAVED * values * math.log2(1 / FINER):
                break
            factor *= FINER
        return "none", best

    def carrier(
        self, source: Source, outline: Outline, base: str, factor: float
    ) -> tuple[JointPromise, Carrier]:
        """What carries a source with steps of so many bounds."""
        measured, bound = self.measured, self.bound
        if base == "none":
            promise = JointPromise.whole(measured, bound, factor, self.found)
            return promise, WholeNumbers(source, outline, promise)
        promise, live = JointPromise.mending(measured, bound), measured.live
        steps = np.ones(outline.shape[1])
        steps[live] = factor * bound / measured.plain[live]
        kind: Any = registry.codec_to_write(base).Settings
        return promise, OnPath(source, outline, promise, base, kind(steps=tuple(steps.tolist())))


def _size(source: Source, carrier: Carrier) -> int:
    """Bytes of an excerpt."""
    carried = [carrier.encode(source.read(*span)) for span in carrier.spans]
    own = (len(one.inner) + len(one.rest) + len(one.patches.to_bytes()) for one in carried)
    return sum(own)
