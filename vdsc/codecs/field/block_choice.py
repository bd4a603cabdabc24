"""Which candidates a tile is worth: block after block the one of least cost, the rest refined.

Near some latents the squared error is a parabola. For each candidate of a block it is known how
small the error may still become by the blocks after it, so a block's choice leaves to them what
they do better. Then the parabola is made anew around where the latents will be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.field.base_blocks import CANDIDATES, SPREAD, LatentBlocks
from vdsc.codecs.field.base_network import LATENT, BaseNetwork
from vdsc.codecs.field.base_tangent import RealNetwork
from vdsc.core.types import Floats, Ints

INDEX_BITS = CANDIDATES.bit_length() - 1
_ROUNDS, _SHORTER = 8, 6
ENOUGH = 0.01
"""A fit ends where a step gains less than this share of what is left."""

_UNIT = float(1 << LATENT)


@dataclass(frozen=True, eq=False)
class Parabola:
    """Half the squared error over the noise near some latents: slope (D,) and bend (D, D)."""

    at: Floats
    slope: Floats
    bend: Floats

    def after(self, now: Floats, spread: Floats) -> tuple[Floats, Floats, Floats]:
        """What is left for a step from `now` if later ones, of this variance (D,), follow it.

        Returns the slope (D,), the bend (D, D) and the later step (D,) without this one.
        """
        slope = self.slope + self.bend @ (now - self.at)
        root = np.sqrt(spread)
        inner = root[:, None] * self.bend * root + np.eye(len(root))
        later = -root * np.linalg.solve(inner, root * slope)
        part = np.linalg.solve(inner, root[:, None] * self.bend)
        bend = self.bend - self.bend @ (root[:, None] * part)
        return slope + self.bend @ later, bend, later


class TileChooser:
    """Chooses the blocks of tiles under one model.

    Args:
        often: blocks between one parabola and the next.
    """

    def __init__(self, network: BaseNetwork, blocks: LatentBlocks, *, often: int = 8) -> None:
        self._exact, self._real, self._blocks = network, RealNetwork(network), blocks
        self._often = often
        self._spreads = np.zeros((len(blocks) + 1, network.latents))
        for block in range(len(blocks) - 1, -1, -1):
            self._spreads[block] = self._spreads[block + 1]
            scales = blocks.scales[block][blocks.places[block] >= 0] / 2.0**16 * SPREAD / _UNIT
            self._spreads[block, blocks.used(block)] += scales**2

    def spread(self, first: int, most: int) -> Floats:
        """Variances (D,) that the latents get from the blocks `first` to `most` - 1."""
        spread: Floats = self._spreads[first] - self._spreads[most]
        return spread

    def chosen(
        self, tile: Floats, *, most: int, noise: float, price: float, start: Floats | None = None
    ) -> Ints:
        """Indices of the first few blocks of a tile (side, side, 3), at most `most`.

        start: latents (D,) before the first block, 0 if none are given. noise: the squared error of
        a value that is as good as none. price: of a bit, in squared levels. As many blocks are
        taken as make error and bits least.
        """
        wanted = tile.astype(np.float64).ravel()
        if not most:
            return np.zeros(0, dtype=np.int64)
        now = np.zeros(self._real.latents) if start is None else start.copy()
        goal = self.fitted(wanted, most=most, noise=noise, start=start)
        found: list[int] = []
        costs = [self._error(now, wanted)]
        near = self.parabola(wanted, goal, noise)
        for block in range(most):
            if block and block % self._often == 0:
                later = near.after(now, self.spread(block, most))[2]
                near = self.parabola(wanted, now + later, noise)
            index = self.best(near, now, block, most)
            found.append(index)
            now[self._blocks.used(block)] += self._blocks.candidates(block)[index] / _UNIT
            costs.append(self._error(now, wanted) + price * INDEX_BITS * len(found))
        return np.array(found[: int(np.argmin(costs))], dtype=np.int64)

    def fitted(
        self, wanted: Floats, *, most: int, noise: float, start: Floats | None = None
    ) -> Floats:
        """Latents that fit best, each as far from the start as the blocks make likely."""
        spread = np.maximum(self.spread(0, most), 1e-12)
        start = np.zeros(self._real.latents) if start is None else start
        now, damping = start, 1.0
        least = self._energy(now, now - start, wanted, spread, noise)
        for _ in range(_ROUNDS):
            near = self.parabola(wanted, now, noise)
            slope = near.slope + (now - start) / spread
            bend = near.bend + np.diag(1 / spread)
            for _ in range(_SHORTER):
                step = np.linalg.solve(bend + damping * np.diag(np.diag(bend)) * 0.01, -slope)
                energy = self._energy(now + step, now + step - start, wanted, spread, noise)
                if energy < least:
                    break
                damping *= 8
            else:
                break
            gained = least - energy
            now, least, damping = now + step, energy, damping / 4
            if gained < ENOUGH * least:
                break
        return now

    def parabola(self, wanted: Floats, at: Floats, noise: float) -> Parabola:
        """Half the squared error over the noise, near some latents."""
        tangent = self._real.tangent(at)
        off = (tangent.picture - wanted).astype(np.float32)
        slope = (off @ tangent.slopes).astype(np.float64) / noise
        bend = (tangent.slopes.T @ tangent.slopes).astype(np.float64) / noise
        return Parabola(at.copy(), slope, bend)

    def best(self, near: Parabola, now: Floats, block: int, most: int) -> int:
        """The candidate of least cost."""
        slope, bend, _ = near.after(now, self.spread(block + 1, most))
        used, steps = self._blocks.used(block), self._blocks.candidates(block)
        part = (bend[np.ix_(used, used)] / (2 * _UNIT * _UNIT)).astype(np.float32)
        single = steps.astype(np.float32)
        costs = ((single @ part) * single).sum(axis=1)
        costs += single @ (slope[used] / _UNIT).astype(np.float32)
        return int(np.argmin(costs))

    def _energy(
        self, now: Floats, moved: Floats, wanted: Floats, spread: Floats, noise: float
    ) -> float:
        return (self._error(now, wanted) / noise + float((moved * moved / spread).sum())) / 2

    def _error(self, now: Floats, wanted: Floats) -> float:
        off = np.clip(self._real.picture(now), 0, 255) - wanted
        return float(off @ off)
