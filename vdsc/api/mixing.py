"""What one file looks like, moving as another one does: Figure 4 of Chen et al. 2022."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from vdsc.api import reading
from vdsc.api.encoding import Counted
from vdsc.codecs import registry
from vdsc.codecs.knots import mixed_windows
from vdsc.container import Writer
from vdsc.container.collection_file import holds_collection
from vdsc.core import memory
from vdsc.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class MixReport:
    """What a mixed file is: its model, how many latent dimensions it has of either file, its size.

    looks: those of the first file. moves: those of the second. changed: whether any value is
    another one than in the second file.
    """

    model: str
    looks: int
    moves: int
    frames: int
    file_bytes: int
    changed: bool


def mix_files(
    looks: BinaryIO, motion: BinaryIO, out: BinaryIO, *, memlimit: int = memory.DEFAULT
) -> MixReport:
    """Write a .vds file with the global dimensions of `looks` and all else of `motion`.

    Knots, length, clock, pose and metadata are those of `motion`; where its cells are of another
    width, the global values are rounded to them. Raises VdscError.
    """
    if holds_collection(looks) or holds_collection(motion):
        raise InvalidInput("a file of many clips or parts cannot be mixed; vdsc unpack it first")
    first = reading.of(looks, memlimit=memlimit)
    second = reading.of(motion, memlimit=memlimit)
    mixed_windows.demand_alike(first.header, second.header)
    mixer = mixed_windows.WindowMixer(first.header, first.chunks(), second.header)
    counted = Counted(out)
    writer = Writer(counted, mixer.header, second.meta, fold=registry.fold)  # type: ignore[arg-type]
    for body in second.chunks():
        writer.chunk(mixer.chunk(body))
    writer.close()
    moves, still = mixer.coding.tables.dims
    model = second.header.model
    assert model is not None
    frames = second.header.outline.frames
    return MixReport(model.name, still, moves, frames, counted.count, mixer.changed)
