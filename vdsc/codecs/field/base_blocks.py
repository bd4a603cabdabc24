"""Blocks of latents: an index of 16 bits names one of 65,536 candidates that both sides draw.

Block b moves some latents by the candidate's values, each times a scale. Blocks come in the order
of the model; a tile has the first few of them, as many as it is worth.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.entropy.tape import Tape
from vdsc.model.store import Arrays
from vdsc.rec.noise import Noise

CANDIDATES = 1 << 16
"""Candidates of a block."""

MOST = 255
"""Blocks of a model at most."""

SEED = 2026
"""Of all candidates; a block's number tells one block's from another's."""

_MIDDLE = 2 * 0xFFFF
SPREAD = (4 * (2.0**32 - 1) / 12) ** 0.5
"""The standard deviation of a candidate's value before it is scaled."""


@dataclass(frozen=True, eq=False)
class LatentBlocks:
    """Which latents each block moves, and how far.

    Args:
        places: (N, K) numbers of latents, -1 for none.
        scales: (N, K) what a value counts, 2**-16 of a latent's last place.
        seed: of the candidates.
    """

    places: Ints
    scales: Ints
    seed: int = SEED
    _drawn: dict[int, Floats] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, arrays: Arrays, latents: int) -> LatentBlocks:
        """The blocks of a checkpoint's tensors; raises LookupError or ValueError for others."""
        places, scales = arrays["blocks"].astype(np.int64), arrays["scales"].astype(np.int64)
        sound = places.ndim == 2 and places.shape == scales.shape and 1 <= len(places) <= MOST
        if not sound or places.min() < -1 or places.max() >= latents or not _sound(places, scales):
            raise ValueError("the blocks of a coordinate network do not fit its latents")
        return cls(places, scales)

    def __len__(self) -> int:
        return len(self.places)

    def used(self, block: int) -> Ints:
        """Numbers (n,) of the latents that a block moves."""
        row = self.places[block]
        some: Ints = row[row >= 0]
        return some

    def candidates(self, block: int) -> Floats:
        """What all candidates (65536, n) of a block add to its latents, Q12 whole numbers."""
        if block not in self._drawn:
            self._drawn[block] = self._values(block, 0, CANDIDATES)
        return self._drawn[block]

    def total(self, indices: Ints, latents: int) -> Floats:
        """So many latents, Q12, after blocks 0, 1, ... with these indices."""
        found = np.zeros(latents)
        for block, index in enumerate(indices.tolist()):
            found[self.used(block)] += self._values(block, index, 1)[0]
        return found

    def _values(self, block: int, first: int, count: int) -> Floats:
        noise, columns = Noise(self.seed, block), []
        scales = self.scales[block][self.places[block] >= 0]
        for stream, scale in enumerate(scales.tolist()):
            words = noise.words(stream, first, count)
            quarters = [(words >> np.uint64(16 * i)) & np.uint64(0xFFFF) for i in range(4)]
            value = sum(part.astype(np.float64) for part in quarters) - _MIDDLE
            columns.append(np.floor(value * (scale * 0.5**16) + 0.5))
        return np.stack(columns, axis=1) if columns else np.zeros((count, 0))


def _sound(places: Ints, scales: Ints) -> bool:
    """Whether no block moves a latent twice, and no scale is more than 15 bits."""
    rows = (row[row >= 0] for row in places)
    once = all(len(row) == len(set(row.tolist())) for row in rows)
    return once and int(scales.min()) >= 0 and int(scales.max()) < 1 << 15


def code_indices(
    tape: Tape, blocks: LatentBlocks, tiles: int, known: list[Ints] | None
) -> list[Ints]:
    """Code, or read, the indices of the blocks of each tile: how many, then which."""
    counts = None if known is None else np.array([len(one) for one in known], dtype=np.int64)
    counts = tape.uniforms(counts, np.full(tiles, len(blocks) + 1))
    total = int(counts.sum())
    every = None if known is None else np.concatenate([np.zeros(0, dtype=np.int64), *known])
    every = tape.uniforms(every, np.full(total, CANDIDATES)) if total else np.zeros(0, np.int64)
    return np.split(every, np.cumsum(counts)[:-1])
