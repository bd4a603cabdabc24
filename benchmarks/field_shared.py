"""A prior of two levels for the tiles of a picture: what they share is told once, in blocks.

Latents of a tile are those of its picture plus its own, both Gaussian; variances are fitted in
closed form to latents of tiles of the same photographs. Used by `benchmarks.field_systems`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.field_base import UNIT, Line
from vdsc.codecs.field.base_blocks import SPREAD, LatentBlocks
from vdsc.codecs.field.base_layer import BaseLayer
from vdsc.codecs.field.block_choice import Parabola, TileChooser
from vdsc.core.types import Floats
from vdsc.train.implicit import frozen_tiles, tile_crops
from vdsc.train.implicit.frozen_tiles import LatentLaw

TOGETHER, PICTURES = 7, 40
"""Tiles of a picture, as many as the test has of a photograph, and pictures to fit to."""

OFTEN = 8
"""Blocks between one parabola and the next."""

SEED = 2027
"""Of the candidates of pictures."""

THETAS = (30000.0, 10000.0, 3000.0, 1000.0, 300.0)
"""Squared errors (levels) of a latent at which the bound is taken."""


@dataclass(frozen=True, eq=False)
class TwoLevels:
    """Variances (D,) of what a picture's tiles share and of their own; weights as `LatentLaw`."""

    shared: Floats
    own: Floats
    weight: Floats

    @classmethod
    def of(cls, layer: BaseLayer, folder: Path, held: tuple[str, ...], noise: float) -> TwoLevels:
        """Fitted to latents of tiles of photographs that are not held out."""
        choose, rng = TileChooser(layer.network, layer.blocks), np.random.default_rng(3)
        tiles, names = tile_crops.crops(folder, 3)
        found, bends = [], []
        for name in [n for n in np.unique(names) if n not in held] * 2:
            few = tiles[rng.choice(np.flatnonzero(names == name), TOGETHER, replace=False)]
            real = [tile.astype(float).ravel() for tile in few]
            most = min(48, len(layer.blocks))
            fitted = [choose.fitted(one, most=most, noise=noise**2) for one in real]
            bends.append(np.diag(choose.parabola(real[0], fitted[0], 1.0).bend))
            found.append(fitted)
            if len(found) == PICTURES:
                break
        every = np.array(found)
        own = every.var(axis=1, ddof=1).mean(axis=0)
        shared = np.maximum(every.mean(axis=1).var(axis=0, ddof=1) - own / TOGETHER, 0)
        return cls(shared, own, np.maximum(np.mean(bends, axis=0), 1e-9))

    def bound(self) -> list[Line]:
        """Ideal bits a tile with one level and with two, at equal error."""
        lines = []
        for theta in THETAS:
            one = bits(self.weight * (self.shared + self.own) / theta)
            two = bits(self.weight * self.own / theta)
            both = two + bits(self.weight * (self.shared + self.own / TOGETHER) / theta) / TOGETHER
            lines.append({"theta": theta, "one": one, "two": both})
        return lines

    def blocks(self, most: int) -> tuple[LatentBlocks, LatentBlocks]:
        """Those of the pictures, at most so many, and those of the tiles."""
        still = np.zeros(len(self.own))
        picture = _blocks(LatentLaw(still, self.shared + 1e-9, self.weight * TOGETHER))
        few = LatentBlocks(picture.places[:most], picture.scales[:most], SEED)
        told = np.zeros(len(self.own))
        for block in range(len(few)):
            far = few.scales[block][few.places[block] >= 0] / 2.0**16 * SPREAD / UNIT
            told[few.used(block)] += far**2
        rest = self.own + np.maximum(self.shared - told, 0)
        return few, _blocks(LatentLaw(still, rest, self.weight))


def bits(ratios: Floats) -> float:
    """Of Gaussian variables told until their error is 1 of these."""
    return float(np.log2(np.maximum(ratios, 1)).sum() / 2)


def _blocks(law: LatentLaw) -> LatentBlocks:
    return LatentBlocks.of(frozen_tiles.blocks_of(law), len(law.variance))


@dataclass(frozen=True, eq=False)
class PictureChooser:
    """Chooses what the tiles of a picture share, then what each has of its own."""

    layer: BaseLayer
    shared: LatentBlocks
    own: LatentBlocks
    noise: float

    def latents(self, tiles: Floats, few: list[int]) -> list[Floats]:
        """The latents (N, D), Q12, of a picture's tiles after so many own blocks each."""
        most = min(max(few), len(self.own))
        choose, count = TileChooser(self.layer.network, self.own), self.layer.network.latents
        start = self._shared(choose, tiles, most)
        options = {"most": most, "noise": self.noise, "price": 0.0, "start": start}
        found = [choose.chosen(tile, **options) for tile in tiles]
        base = np.rint(start * UNIT)
        return [np.array([base + self.own.total(one[:n], count) for one in found]) for n in few]

    def _shared(self, choose: TileChooser, tiles: Floats, most: int) -> Floats:
        """Latents that all tiles begin with: of each block the candidate of least total cost."""
        group, real = TileChooser(self.layer.network, self.shared), [t.ravel() for t in tiles]
        spread, now = choose.spread(0, most), np.zeros(self.layer.network.latents)
        goals = [choose.fitted(one, most=most, noise=self.noise) for one in real]
        for block in range(len(self.shared)):
            if block % OFTEN == 0:
                pairs = zip(real, goals, strict=True)
                nears = [choose.parabola(r, goal, self.noise) for r, goal in pairs]
                left = [near.after(now, spread) for near in nears]
                slope, bend = sum(one[0] for one in left), sum(one[1] for one in left)
                total, goals = Parabola(now.copy(), slope, bend), [now + one[2] for one in left]
            index = group.best(total, now, block, len(self.shared))
            now[self.shared.used(block)] += self.shared.candidates(block)[index] / UNIT
        return now
