"""What hindsight learns from: coded examples, whole, and where their latents lay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vdsc.codecs.field import hindsight
from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.first_network import latents_under
from vdsc.core.types import Floats, Ints, Values
from vdsc.train.field.field_lessons import chunk_of

UNIT = 1 << 8
"""Parts of a step that decoded latents are counted in."""

LARGE = 2.0
"""A latent is worth no more than one of so many steps when places are chosen."""


@dataclass(frozen=True, eq=False)
class Example:
    """Level 0 of a coded example.

    Args:
        grid: blocks along the axes whose blocks have several samples.
        latents: (blocks, K) int16.
        off: (blocks, K) float16, by how much real ones are above decoded ones.
        first: (blocks, C) float32 decoded slowest waves in 256ths.
        step: what the network is told of it.
    """

    grid: tuple[int, ...]
    latents: NDArray[np.int16]
    off: NDArray[np.float16]
    first: NDArray[np.float32]
    step: int

    @classmethod
    def of(
        cls, values: Values, blocks: tuple[int, ...], quality: int, known: ContextNetwork
    ) -> Example:
        """Code an example."""
        chunk = chunk_of(values, blocks, quality)
        wanted = chunk.latents(values)
        latents = latents_under(chunk, wanted, FieldSettings().price, known, chunk.params.stated)
        level, first = chunk.pyramid.levels[0], chunk.slowest(latents)
        off = wanted[0] - chunk.real(latents[0]) / UNIT
        off[:, : level.channels] = 0
        grid = tuple(n for n, size in zip(level.grid, level.sizes, strict=True) if size > 1)
        small = np.clip(latents[0], -hindsight.MOST, hindsight.MOST).astype(np.int16)
        return cls(
            grid, small, off.astype(np.float16), first.astype(np.float32), chunk.params.stated
        )


@dataclass(frozen=True, eq=False)
class HindsightPlaces:
    """Which latents go in and which are moved: (n,) and (m,), both in order."""

    seen: Ints
    moved: Ints

    @classmethod
    def of(cls, examples: list[Example], seen: int, moved: int) -> HindsightPlaces:
        """Those that are rarely 0, and those in which most is lost."""
        count = examples[0].latents.shape[1]
        often, lost = np.zeros(count), np.zeros(count)
        for one in examples:
            often += (one.latents != 0).mean(axis=0)
            off = np.clip(one.off.astype(np.float64), -LARGE, LARGE)
            lost += np.square(off).mean(axis=0)
        slowest = examples[0].first.shape[1]
        often[:slowest] = lost[:slowest] = -1
        return cls(_largest(often, seen), _largest(lost, moved))


def _largest(values: Floats, count: int) -> Ints:
    """HindsightPlaces of the largest values from 0 on, at most so many, in order."""
    places = np.argsort(-values, kind="stable")
    return np.sort(places[values[places] >= 0][:count])


class HindsightLessons:
    """All examples, ready to be drawn: what goes in and what should come out."""

    def __init__(self, places: HindsightPlaces) -> None:
        self._places = places
        self._held: list[tuple[tuple[int, ...], Tensor, Tensor, Tensor, int]] = []

    def add(self, one: Example) -> None:
        """Take one more."""
        seen = torch.from_numpy(one.latents[:, self._places.seen].astype(np.int8))
        off = torch.from_numpy(one.off[:, self._places.moved])
        self._held.append((one.grid, seen, torch.from_numpy(one.first), off, one.step))

    def __len__(self) -> int:
        return len(self._held)

    def look(self, number: int) -> tuple[Tensor, Tensor]:
        """Inputs (frames, *grid, n) and what is wanted (frames, *grid, m) of one example.

        Frames that have blocks of their own; else there is one.
        """
        grid, seen, first, off, step = self._held[number]
        most = hindsight.CEILING
        scale = 1 << hindsight.PLACES
        stated = torch.full((len(seen), 1), step * hindsight.STEP / scale)
        x = torch.cat((seen.float(), first.clamp(-most, most) / scale, stated), dim=1)
        return x.reshape(-1, *grid, x.shape[1]), off.float().reshape(-1, *grid, off.shape[1])
