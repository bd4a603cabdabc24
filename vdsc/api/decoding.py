"""From a .vds file to frames at any instants of its span, window after window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from vdsc.api import clocks, models
from vdsc.api.frames import Frames, held
from vdsc.api.lossless import decode_exactly
from vdsc.codecs.knots import window_code as vdsde
from vdsc.codecs.lossless import chunk
from vdsc.codecs.windows import divide, how_many
from vdsc.container import Reader
from vdsc.core.sequence import Outline, Times
from vdsc.errors import CorruptFile, InvalidInput

if TYPE_CHECKING:
    from vdsc.model.path_model import PathModel
    from vdsc.model.store import Checkpoint


@dataclass(frozen=True, slots=True)
class Decoding:
    """A file being decoded: what will come out, and, iterated, its frames in batches."""

    outline: Outline
    batches: Iterator[Frames]

    def __iter__(self) -> Iterator[Frames]:
        return self.batches


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with its checkpoint and codes, its chunks not yet read."""

    reader: Reader
    checkpoint: Checkpoint
    coding: vdsde.Coding

    @classmethod
    def of(cls, reader: Reader) -> Opened:
        """Find the checkpoint that a header names; no network is loaded."""
        header, checkpoint = reader.header, models.of_file(reader.header)
        if header.chunks != how_many(header.outline.frames, checkpoint.settings["chunk"]):
            raise CorruptFile(f"{header.chunks} chunks cannot hold the file's frames")
        tables = vdsde.Tables.from_arrays(checkpoint.tensors[1])
        fps = models.ticks(checkpoint)
        return cls(reader, checkpoint, vdsde.Coding(tables, fps, header.outline, header.params))

    def windows(self) -> Iterator[tuple[Times, vdsde.Window]]:
        """Times (T,) of the frames of each window, and its knots: integers alone decide here."""
        outline, past = self.coding.outline, None
        spans = divide(outline.frames, self.reader.header.chunks)
        for (begin, end), body in zip(spans, self.reader.chunks(), strict=True):
            window, past = vdsde.pop(self.coding, body, begin, end, past)
            yield outline.clock.seconds(begin, end), window


def decode(
    stream: BinaryIO,
    *,
    fps: Fraction | None = None,
    times: Times | None = None,
    device: str = "auto",
) -> Decoding:
    """Decode a .vds file at its own times, at `fps`, or at `times` within its span.

    A lossless file has its own times only.
    """
    reader = Reader(stream)
    if reader.header.codec == chunk.ID:
        if fps is not None or times is not None:
            raise InvalidInput("a lossless file holds its own frames only; leave out fps and times")
        return Decoding(*decode_exactly(reader))
    opened = Opened.of(reader)
    outline = clocks.wanted(opened.coding.outline, fps, times)
    networks = models.networks(opened.checkpoint, device)
    return Decoding(outline, _frames(opened, networks, outline))


def _frames(opened: Opened, networks: PathModel, wanted: Outline) -> Iterator[Frames]:
    """Frames of every window in turn, those on a seam from the later window."""
    first, last = clocks.span(opened.coding.outline)
    for seconds, window in opened.windows():
        low = -np.inf if seconds[0] == first else seconds[0]
        high = np.inf if seconds[-1] == last else seconds[-1]
        for queries in clocks.between(wanted, low, high):
            local = np.clip(queries, seconds[0], seconds[-1]) - seconds[0]
            ticks = seconds[window.knots] - seconds[0]
            for drawn in networks.synthesise(ticks, window.values, local):
                yield held(drawn, wanted)
