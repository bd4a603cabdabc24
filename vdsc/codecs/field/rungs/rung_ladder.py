"""From the knots of a chunk to all its frames, rung after rung; encoders and decoders both climb.

known frames -in_between-> foretold frames and how sure they are -latents-> frames -> the next rung
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.latent_code import LatentCode
from vdsc.codecs.field.rungs.frame_grid import FrameGrid, Rung
from vdsc.codecs.field.surroundings import sizes
from vdsc.codecs.in_between.frame_between import LookedFrame, looked_between
from vdsc.core.types import Floats, Ints, Values
from vdsc.entropy.tape import Tape

SIDE = 8
"""Rows and columns of a rung's blocks, which have one frame."""

COARSER = 5
"""Eighths of a power of two that the steps of rung 0 are above those of knots; each further rung's
are one less."""

COLOURS = 3
"""How many levels one step of a pixel's brightness is, as `in_between` counts it."""

FINE, HINT = 4, 64
"""Parts of a step by which frames may be unlike, and what the network is told of sizes of that."""

KEPT = 2
"""Frames that are kept as they were looked at: the next two often begin where the last two end."""

Pick = Callable[[Rung, FieldChunk, LatentCode], list[Ints] | None]
"""Latents of a rung's frames, None for none."""


@dataclass(frozen=True, eq=False)
class Foretold:
    """Frames as the known ones foretell them: what lies beneath a rung, without a byte.

    Args:
        picture: (*shape, C), whole numbers of 2^-8.
        unsure: (blocks, 1) Q10, the more, the less the known frames agree.
    """

    picture: Floats
    unsure: Floats

    @classmethod
    def of(cls, frames: Values, rung: Rung, unit: float) -> Foretold:
        """Of frames (n, H, W, C) of uint8, those of rungs before and the knots known."""
        made, unsure = [], []
        look = lru_cache(KEPT)(lambda at: LookedFrame(frames[at]))
        for before, after, share in zip(rung.before, rung.after, rung.shares, strict=True):
            found = looked_between(look(int(before)), look(int(after)), int(share))
            made.append(found.frame)
            unsure.append(unlike_in_steps(found.unlike, found.size, frames.shape[1:3], unit))
        return cls.made(made, unsure)

    @classmethod
    def made(cls, frames: list[Values], unsure: list[Floats]) -> Foretold:
        """Of foretold frames (H, W, C) of uint8, and what is told of the blocks (b,) of each."""
        picture = np.stack(frames).astype(np.float64)
        return cls(picture, np.concatenate(unsure)[:, None] * HINT)

    def write(self, tape: Tape) -> None:
        """Nothing."""


def unlike_in_steps(unlike: Ints, size: int, shape: tuple[int, ...], unit: float) -> Floats:
    """What the network is told of each block (b,) of a frame of a shape (H, W).

    unlike: (h, w) by how many levels known frames differ in blocks of `size` pixels a side.
    """
    rows, columns = (np.arange(-(-n // SIDE)) * SIDE // size for n in shape)
    blocks = unlike[np.ix_(rows, columns)]
    steps = np.floor(blocks / (COLOURS * size**2) / unit * FINE)
    return sizes(steps.astype(np.int64)).ravel()


@dataclass(frozen=True, eq=False)
class RungLadder:
    """How frames between the knots of a file are coded.

    Args:
        params: of the file.
        network: what is likely around a latent of a rung; it is told how sure is what is foretold.
    """

    layout: FieldLayout
    params: FieldParams
    network: ContextNetwork

    def chunk(self, frames: Values, rung: Rung) -> FieldChunk:
        """A rung's frames, beneath which lies what known ones (n, H, W, C) of uint8 foretell."""
        params = self.params.rung(COARSER - rung.number, SIDE)
        foretold = Foretold.of(frames, rung, params.unit)
        return FieldChunk(self.layout, params, len(rung.frames), foretold)

    def climb(self, frames: Values, grid: FrameGrid, pick: Pick) -> None:
        """Fill frames (n, H, W, C) of uint8, the knots of which are there; raises CorruptFile."""
        for rung in grid.rungs():
            chunk = self.chunk(frames, rung)
            foretold = chunk.base
            assert isinstance(foretold, Foretold)
            made = foretold.picture
            code = LatentCode(chunk.pyramid, self.network, chunk.params.stated, foretold.unsure)
            if (latents := pick(rung, chunk, code)) is not None:
                made = chunk.values(latents, frames.dtype).reshape(made.shape)
            frames[rung.frames] = made

    def read(self, frames: Values, grid: FrameGrid, tape: Tape) -> None:
        """Fill frames (n, H, W, C) of uint8 from a tape; the knots are there."""

        def pick(rung: Rung, chunk: FieldChunk, code: LatentCode) -> list[Ints] | None:
            return code.code(tape, None) if tape.uniform(None, 2) else None

        self.climb(frames, grid, pick)
