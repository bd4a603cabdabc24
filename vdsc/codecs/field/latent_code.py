"""The latents of a pyramid on a tape, level after level from the top, under the context network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.latent_law import MOST, LatentLaws
from vdsc.codecs.field.latent_order import LatentOrder
from vdsc.codecs.field.pyramid import Level, Pyramid
from vdsc.codecs.field.surroundings import LatentView, Surroundings, hints_of, sizes
from vdsc.core.types import Floats, Ints
from vdsc.entropy.tape import Tape
from vdsc.errors import InvalidInput

Pick = Callable[[int, Ints, LatentView, Floats], Ints]
"""From a level's number, places (K,), a view and outputs (B, K, 3) to latents (B, K)."""


@dataclass(frozen=True, eq=False)
class LatentCode:
    """How the latents of a pyramid are coded.

    Args:
        network: the context network.
        step: what it is told of the step, see `FieldParams`.
        hints: (blocks, m) Q10, what it is told besides of the blocks of level 0; of those above, 0.
    """

    pyramid: Pyramid
    network: ContextNetwork
    step: int
    hints: Floats | None = None

    def walk(self, tops: Ints, pick: Pick) -> list[Ints]:
        """Latents (blocks, K) of each level, as `pick` gives them in the order of coding.

        tops: (blocks, C) the first latents of the last level.
        """
        made: list[Ints] = []
        around: Surroundings | None = None
        for level in reversed(self.pyramid.levels):
            latents = np.zeros((level.blocks, level.latents), dtype=np.int64)
            if not made:
                latents[:, : level.channels] = tops
            around = self._level(level, latents, pick, around)
            made.append(latents)
        return made[::-1]

    def _level(
        self, level: Level, latents: Ints, pick: Pick, above: Surroundings | None
    ) -> Surroundings:
        order = LatentOrder.of(level)
        around = Surroundings(level, order, self.step, above, hints_of(level, self.hints))
        for view in around.views():
            group = view.group
            places = order.places[group.begin : group.end]
            found = pick(level.number, places, view, self.network(view))
            latents[view.blocks[:, None], places] = found
            around.sizes[view.blocks, group.begin : group.end] = sizes(found)
        return around

    def code(self, tape: Tape, latents: list[Ints] | None) -> list[Ints]:
        """Code latents, or read them; raises InvalidInput for latents beyond 2**24."""
        last = self.pyramid.levels[-1]
        own = None if latents is None else latents[-1][:, : last.channels].ravel()
        tops = code_tops(tape, own, last.blocks * last.channels)

        def pick(number: int, places: Ints, view: LatentView, outputs: Floats) -> Ints:
            known = None
            if latents is not None:
                known = latents[number][view.blocks[:, None], places].ravel()
            found = LatentLaws.of(outputs).code(tape, known)
            return found.reshape(outputs.shape[:2])

        return self.walk(tops.reshape(last.blocks, last.channels), pick)


def code_tops(tape: Tape, tops: Ints | None, count: int) -> Ints:
    """Code numbers (count,), or read them: how long each is, evenly, then its digits and sign."""
    longest = MOST.bit_length()
    if tops is not None and np.abs(tops).max(initial=0) >= MOST:
        raise InvalidInput("values are too large for such fine steps; lower --quality")
    folded = None if tops is None else np.where(tops < 0, -2 * tops - 1, 2 * tops) + 1
    lengths = None if folded is None else np.array([int(n).bit_length() - 1 for n in folded])
    most = 0 if lengths is None else int(lengths.max(initial=0))
    most = tape.uniform(most if tops is not None else None, longest + 1)
    lengths = tape.uniforms(lengths, np.full(count, most + 1))
    rest = None if folded is None else folded - (1 << lengths)
    low = None if rest is None else rest & 0xFFF
    low = tape.uniforms(low, 1 << np.minimum(lengths, 12))
    high = None if rest is None else rest >> 12
    high = tape.uniforms(high, 1 << np.maximum(lengths - 12, 0))
    found = (1 << lengths) + (high << 12) + low - 1
    return np.where(found & 1, -(found + 1 >> 1), found >> 1)
