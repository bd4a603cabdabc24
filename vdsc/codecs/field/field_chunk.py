"""One chunk of a field between values and latents: steps, colours and the pyramid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vdsc.codecs.field.beneath import Underlay
from vdsc.codecs.field.field_colours import coloured, mixed, turned
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.pyramid import Pyramid, Region
from vdsc.core.types import Floats, Ints, Values
from vdsc.errors import CorruptFile
from vdsc.quant.held import held

PLACES = 8
"""Binary places, in steps, of what the pyramid makes of latents."""

_EXACT = float(1 << 36)


@dataclass(frozen=True)
class FieldChunk:
    """So many frames of a layout under the parameters of a file.

    base: what lies beneath them, if anything does.
    """

    layout: FieldLayout
    params: FieldParams
    frames: int
    base: Underlay | None = None

    @cached_property
    def pyramid(self) -> Pyramid:
        """The levels of the chunk."""
        return Pyramid.of(self.layout.part(self.frames), self.params.blocks, self.layout.channels)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its values, channels last."""
        return (*self.layout.part(self.frames), self.layout.channels)

    def latents(self, frames: Values) -> list[Floats]:
        """Real latents of each level, in steps, of frames (n, ...) less the base."""
        values = frames.reshape(self.shape).astype(np.float64)
        found = values / self.params.unit - self.params.origin
        if self.layout.colours:
            found = turned(found)
        if self._beneath is not None:
            found -= self._beneath * 0.5**PLACES
        return self.pyramid.forward(found)

    def values(self, latents: list[Ints], dtype: np.dtype[np.generic]) -> Values:
        """Frames (n, ...) of latents; raises CorruptFile for impossibly large ones."""
        return self.finished(self.steps(latents), dtype)

    def steps(self, latents: list[Ints], region: Region | None = None) -> Floats:
        """Values (*region, C) of latents, integers with 8 binary places; raises CorruptFile.

        region: the part of the chunk that is made, None for all.
        """
        regions = self.pyramid.regions(region)
        levels = zip(self.pyramid.levels, latents, regions[1:], strict=True)
        real = [self._real(level.some(q, blocks)) for level, q, blocks in levels]
        made = self.pyramid.inverse(real, regions)
        if self._beneath is not None:
            parts = (slice(None),) if region is None else tuple(slice(a, b) for a, b in region)
            made = made + self._beneath[parts]
        return made

    def zeros(self) -> list[Ints]:
        """Latents that say nothing."""
        sizes = [(level.blocks, level.latents) for level in self.pyramid.levels]
        return [np.zeros(size, dtype=np.int64) for size in sizes]

    def error(self, latents: list[Ints], wanted: list[Floats]) -> float:
        """Squared error, in steps, of latents as they are decoded against real ones."""
        total = 0.0
        for level, q, real in zip(self.pyramid.levels, latents, wanted, strict=True):
            near = self._real(q) * 0.5**PLACES
            if level is not self.pyramid.levels[-1]:  # these are what the level above makes
                near[:, : level.channels] = 0
            total += float(np.square(near - real).sum())
        return total

    def finished(self, found: Floats, dtype: np.dtype[np.generic]) -> Values:
        """What a file holds of integers (..., C); raises CorruptFile."""
        if np.abs(found).max(initial=0) >= _EXACT:
            raise CorruptFile("values are impossibly large; the file is damaged")
        if self.layout.colours:
            found = coloured(found)
        found = found * 0.5**PLACES
        found += self.params.origin
        with np.errstate(over="ignore"):  # of what is too large the largest value is held
            found *= self.params.unit
        return held(found, dtype)

    @cached_property
    def _beneath(self) -> Floats | None:
        """What the base adds: integers (*shape, C) with 8 binary places, in steps and turned."""
        if self.base is None:
            return None
        steps = np.floor(self.base.picture / self.params.unit * (1 << PLACES) + 0.5)
        if np.abs(steps).max(initial=0) >= _EXACT:
            raise CorruptFile("steps are impossibly fine for a base; the file is damaged")
        return mixed(steps) if self.layout.colours else steps

    def _real(self, latents: Ints) -> Floats:
        """Latents with 8 binary places, nearer to 0."""
        size = np.abs(latents) * (1 << PLACES) - self.params.shrink
        real: Floats = (np.sign(latents) * size).astype(np.float64)
        return real
