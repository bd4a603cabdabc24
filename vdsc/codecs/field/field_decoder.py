"""A file of codec `field` back to frames: integers alone decide, and one product at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from vdsc.codecs import windows
from vdsc.codecs.field import beneath, field_checkpoints, network_bytes
from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_instants import FieldInstants
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import SENT, FieldParams
from vdsc.codecs.field.frame_part import FramePart
from vdsc.codecs.field.latent_code import LatentCode
from vdsc.codecs.field.moves.move_ladder import MoveLadder
from vdsc.codecs.field.pyramid import Region
from vdsc.codecs.field.rungs.frame_grid import FrameGrid
from vdsc.codecs.field.rungs.rung_ladder import RungLadder
from vdsc.codecs.in_between.frame_between import follows
from vdsc.container import Header
from vdsc.core import memory
from vdsc.core.crop import Crop
from vdsc.core.instants import Instants
from vdsc.core.threads import one_thread
from vdsc.core.types import Floats, Ints, Values
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape
from vdsc.errors import CorruptFile

AT_ONCE = 1 << 20
"""Values that are made at once, unless a single frame has more."""

COPIES = 6
"""Numbers of 8 bytes that each value of a frame takes while it is made at another scale."""


class FieldDecoder:
    """Decodes a file's chunks in order; see `codecs.base.Decoder` and `codecs.base.Cropping`."""

    def __init__(self, header: Header, memlimit: int = memory.DEFAULT) -> None:
        self._outline, self._params = header.outline, FieldParams.from_header(header)
        self._layout, self._memlimit = FieldLayout.of(header.outline), memlimit
        self._spans = windows.parts(header.outline.frames, header.chunks)
        self._network: ContextNetwork | None = None
        self._ladder: RungLadder | None = None
        base = self._params.base
        self._base = beneath.by_key(base, self._layout) if base else None
        if header.model is not None:
            found = field_checkpoints.of_file(header, self._params)
            self._network = found.context
            if found.rungs is not None:
                self._ladder = RungLadder(self._layout, self._params, found.rungs)
        self._own = 0, header.outline.frames
        self._part = FramePart.of(self._layout, Crop.whole(header.outline.shape))
        self._follow = follows(header.outline.shape, header.outline.dtype)
        self._instants = FieldInstants(header.outline, follow=self._follow)

    def crop(self, crop: Crop) -> None:
        """See `codecs.base.Cropping`."""
        self._own = crop.frames or self._own
        self._part = FramePart.of(self._layout, crop.over(self._outline.shape))
        needed = 8 * COPIES * self._part.values * self._layout.channels
        memory.check(needed, self._memlimit, "a frame at this scale")

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) of the next chunk; raises CorruptFile.

        Instants between the last frames of a chunk and the first ones of the next come with that.
        """
        begin, end = next(self._spans)
        network, at = self._network_of(body)
        span = self._needed(begin, end, wanted)
        pixels = self._ladder is not None or (self._follow and not wanted.own)
        made = (
            None
            if span is None
            else self._some(body[at:], begin, end, span, network, pixels=pixels)
        )
        finished = self._part.of_pixels if pixels else self._finished
        if not wanted.own:
            if span is not None and made is not None:
                self._instants.take(span[0], made)
            for some in self._instants.ready(begin, end, wanted, self._most):
                yield finished(some)
        elif made is not None:
            for i in range(0, len(made), self._most):
                yield finished(made[i : i + self._most])

    def _some(
        self,
        stream: bytes,
        begin: int,
        end: int,
        span: tuple[int, int],
        network: ContextNetwork | None,
        *,
        pixels: bool,
    ) -> Values:
        """A span of the frames of a chunk: whole pixels, or integers of the part that is wanted."""
        if self._ladder is not None:
            frames = self._climbed(stream, end - begin, network, self._ladder)
            return frames[span[0] - begin : span[1] - begin]
        parts = tuple((0, n) for n in self._layout.shape[1:]) if pixels else self._part.region
        found = self._found(stream, begin, end, (span, *parts), network)
        return self._made(found) if pixels else found

    @property
    def _most(self) -> int:
        """Frames that are made at once."""
        return max(1, AT_ONCE // (self._part.values * self._layout.channels))

    def _needed(self, begin: int, end: int, wanted: Instants) -> tuple[int, int] | None:
        """The frames of a chunk that are needed, if any is."""
        if not wanted.own:
            return self._instants.needed(begin, end, wanted)
        first, last = max(self._own[0], begin), min(self._own[1], end)
        return (first, last) if first < last else None

    def _found(
        self,
        stream: bytes,
        begin: int,
        end: int,
        parts: Region,
        network: ContextNetwork | None,
    ) -> Floats:
        """Integers (n, *region, C) of the needed frames of a chunk, and of parts of them."""
        chunk = FieldChunk(self._layout, self._params, end - begin)
        region = ((parts[0][0] - begin, parts[0][1] - begin), *parts[1:])
        with one_thread():
            chunk, latents = self._latents(chunk, stream, network)
            return chunk.steps(latents, region)

    def _finished(self, found: Floats) -> Values:
        """Frames (n, ...) of integers (n, *region, C)."""
        return self._part.shaped(self._made(self._part.sampled(found)))

    def _made(self, found: Floats) -> Values:
        """Values (n, ..., C) of integers."""
        chunk = FieldChunk(self._layout, self._params, len(found))
        with one_thread():
            return chunk.finished(found, self._outline.dtype)

    def _network_of(self, body: bytes) -> tuple[ContextNetwork | None, int]:
        """A body's network, if its latents are not all 0, and where its stream begins."""
        at = 1
        if body[:1] == network_bytes.NONE and self._base is not None:
            return None, at
        if body[:1] == network_bytes.OWN:
            self._network, at = network_bytes.unpack(body, at)
        elif body[:1] == network_bytes.ADAPTED and self._network is not None:
            self._network, at = network_bytes.adapted(self._network, body, at)
        elif body[:1] != network_bytes.KNOWN or self._network is None:
            raise CorruptFile("a chunk lacks its context network; the file is damaged")
        return self._network, at

    def _latents(
        self, chunk: FieldChunk, stream: bytes, network: ContextNetwork | None
    ) -> tuple[FieldChunk, list[Ints]]:
        """A chunk with its base, if there is one, and its latents."""
        stack = BitStack.from_bytes(stream)
        found = self._read(chunk, ReadingTape(stack), network)
        _spent(stack)
        return found

    def _read(
        self, chunk: FieldChunk, tape: ReadingTape, network: ContextNetwork | None
    ) -> tuple[FieldChunk, list[Ints]]:
        if self._base is not None:
            chunk = replace(chunk, base=self._base.read(chunk.shape[:-1], tape))
        latents = chunk.zeros()
        if network is not None:
            latents = LatentCode(chunk.pyramid, network, self._params.stated).code(tape, None)
        return chunk, latents

    def _climbed(
        self, stream: bytes, count: int, network: ContextNetwork | None, ladder: RungLadder
    ) -> Values:
        """Frames (n, H, W, C) of uint8 of a chunk of knots and rungs."""
        stack = BitStack.from_bytes(stream)
        tape = ReadingTape(stack)
        with one_thread():
            grid = FrameGrid.coded(count, tape, None)
            frames = np.empty((count, *self._layout.shape[1:], self._layout.channels), "u1")
            if self._params.rungs == SENT:
                assert network is not None
                moving = MoveLadder(self._layout, self._params, network, ladder.network)
                moving.read(frames, grid, tape)
            else:
                knots = FieldChunk(self._layout, self._params, grid.knots.size)
                knots, latents = self._read(knots, tape, network)
                frames[grid.knots] = knots.values(latents, frames.dtype)
                ladder.read(frames, grid, tape)
        _spent(stack)
        return frames

    def learned(self) -> ContextNetwork | None:
        """The network."""
        return self._network

    def begin_with(self, learned: ContextNetwork | None) -> None:
        """Begin with the network of another sequence."""
        if learned is not None:
            self._network = learned


def _spent(stack: BitStack) -> None:
    if not stack.empty:
        raise CorruptFile("a chunk holds more than its latents; the file is damaged")
