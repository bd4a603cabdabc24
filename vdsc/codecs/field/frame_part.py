"""The part of each frame of a field that is wanted, and at what scale."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.pyramid import Region
from vdsc.codecs.field.sampling import Sampling
from vdsc.core.crop import Crop
from vdsc.core.types import Floats, Values
from vdsc.quant.held import held

PLACES = 8
"""Binary places of pixels while they are brought to a scale."""


@dataclass(frozen=True, eq=False)
class FramePart:
    """What is made of each frame.

    Args:
        region: the samples that are needed, along the axes of a frame that are coordinates.
        samplings: what values along each of these axes are made of; None where they are samples.
        channels: those that are wanted.
        shape: of a frame of the answer.
    """

    region: Region
    samplings: tuple[Sampling | None, ...]
    channels: slice
    shape: tuple[int, ...]

    @classmethod
    def of(cls, layout: FieldLayout, crop: Crop) -> FramePart:
        """What a crop means for a layout."""
        region, samplings = [], []
        for n, part, scale in zip(layout.shape[1:], crop.parts, crop.scales, strict=False):
            sampling = None if scale == 1 else Sampling.scaled(n, scale, *part)
            region.append(part if sampling is None else sampling.span(0, n) or part)
            samplings.append(sampling)
        channels = crop.parts[len(region) :]
        wanted = slice(*channels[0]) if channels else slice(None)
        return cls(tuple(region), tuple(samplings), wanted, crop.shape)

    @property
    def values(self) -> int:
        """How many values a frame has at most while it is made, for each channel."""
        pairs = zip(self.region, self.samplings, strict=True)
        return prod(max(high - low, 0 if s is None else len(s.taps)) for (low, high), s in pairs)

    def sampled(self, found: Floats) -> Floats:
        """Values (n, ..., C) of samples (n, *region, C), both integers; raises CorruptFile."""
        for axis, (sampling, span) in enumerate(zip(self.samplings, self.region, strict=True), 1):
            if sampling is not None:
                found = sampling(found, axis, np.arange(*span))
        return found

    def of_pixels(self, frames: Values) -> Values:
        """Frames (n, *shape) of whole frames (n, H, W, C) of uint8."""
        some = frames[(slice(None), *(slice(*span) for span in self.region))]
        if any(sampling is not None for sampling in self.samplings):
            fine = self.sampled(some.astype(np.float64) * (1 << PLACES))
            some = held(fine * 0.5**PLACES, np.dtype(np.uint8))
        return self.shaped(some)

    def shaped(self, values: Values) -> Values:
        """Frames (n, *shape) of values (n, ..., C)."""
        return values[..., self.channels].reshape(len(values), *self.shape)
