"""A clip, how it is drawn, its original, and how far they are apart in each frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from vdsc.core.sequence import Times
from vdsc.core.types import Floats, Values
from vdsc.viewer.clip import Clip, matching, together
from vdsc.viewer.drawing import Drawing, drawing_of


@dataclass(frozen=True, slots=True)
class Errors:
    """Absolute errors of each frame, (T,) float64: their mean and the largest; words: of what."""

    mean: Floats
    largest: Floats
    words: str


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a page or a picture shows of a clip."""

    clip: Clip
    drawing: Drawing
    original: Clip | None = None
    errors: Errors | None = None

    @property
    def own(self) -> Times:
        """Times (T,) of the clip's own frames, seconds."""
        outline = self.clip.outline
        return outline.clock.seconds(0, outline.frames)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is said of it, as (name, words)."""
        outline, own = self.clip.outline, self.own
        rate = outline.clock.rate
        times = f"{own[0]:g} to {own[-1]:g} s, {outline.frames:,} frames"
        times += ", irregular" if rate is None else f", {float(rate):g} a second"
        knots = self.clip.knots
        rows = [*self.clip.said, ("values", f"{outline.dtype} {outline.shape}"), ("times", times)]
        rows += [("knots", f"{len(knots):,}")] if knots is not None else []
        if self.errors is not None:
            mean, largest = self.errors.mean.mean(), self.errors.largest.max()
            rows.append(("error", f"{self.errors.words}: mean {mean:.3g}, largest {largest:.3g}"))
        return rows + ([("drawn", self.drawing.said)] if self.drawing.said else [])


def scene_of(clip: Clip, original: Clip | None = None, wanted: str = "") -> Scene:
    """The scene of a clip beside its original, if given; raises VdscError."""
    drawing = drawing_of(clip, wanted)
    if original is None:
        return Scene(clip, drawing)
    original = matching(original, clip)
    return Scene(clip, drawing, original, _errors(clip, original, drawing))


def chunks(batches: Iterable[Values], size: int) -> Iterator[Values]:
    """The same frames in arrays of `size` frames; the last has what is left."""
    held: list[Values] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += len(batch)
        while count >= size:
            whole = np.concatenate(held)
            yield whole[:size]
            held, count = [whole[size:]], count - size
    if count:
        yield np.concatenate(held)


def _errors(clip: Clip, original: Clip, drawing: Drawing) -> Errors:
    """How far each frame is from the original: joints by distance, values by difference."""
    size = together(clip.outline.shape)
    pairs = zip(chunks(clip.frames(None), size), chunks(original.frames(None), size), strict=True)
    means, most = [], []
    for decoded, true in pairs:
        if drawing.places is not None:
            gaps = drawing.places(decoded) - drawing.places(true)
            apart = np.linalg.norm(gaps, axis=-1)
        else:
            apart = np.abs(decoded.astype(np.float64) - true).reshape(len(true), -1)
        apart = np.where(np.isfinite(apart), apart, 0)
        means.append(apart.mean(axis=1))
        most.append(apart.max(axis=1))
    words = {"pictures": "levels", "curves": "values"}.get(drawing.kind, "joints, in their unit")
    return Errors(np.concatenate(means), np.concatenate(most), words)
