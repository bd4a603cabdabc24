"""The encoder's half of rungs: of what is foretold, what is worth changing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.latent_code import LatentCode
from vdsc.codecs.field.rate_choice import chosen
from vdsc.codecs.field.rungs.frame_grid import FrameGrid, Rung
from vdsc.codecs.field.rungs.rung_ladder import RungLadder
from vdsc.core.types import Ints, Values
from vdsc.entropy.tape import WritingTape


@dataclass(frozen=True, eq=False)
class RungEncoder:
    """Chooses the latents of rungs; price: squared steps that a bit is worth."""

    ladder: RungLadder
    price: float

    def fill(self, frames: Values, decoded: Values, grid: FrameGrid) -> WritingTape:
        """Fill decoded frames (n, H, W, C) of uint8, the knots of which are there; what that takes.

        frames: (n, H, W, C) as they should be.
        """
        tape = WritingTape()

        def pick(rung: Rung, chunk: FieldChunk, code: LatentCode) -> list[Ints] | None:
            wanted, some = chunk.latents(frames[rung.frames]), WritingTape()
            latents = chosen(code, wanted, self.price, chunk.params.shrink, some)
            cost = chunk.error(latents, wanted) + self.price * 8 * len(some.stream())
            worth = cost < sum(float(np.square(part).sum()) for part in wanted)
            tape.uniform(int(worth), 2)
            if not worth:
                return None
            tape.add(some)
            return latents

        self.ladder.climb(decoded, grid, pick)
        return tape
