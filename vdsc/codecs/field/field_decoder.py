"""A file of codec `field` back to frames: integers alone decide, and one product at the end."""

from __future__ import annotations

from collections.abc import Iterator

from vdsc.codecs import windows
from vdsc.codecs.field import network_bytes
from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.latent_code import LatentCode
from vdsc.container import Header
from vdsc.core.crop import Crop
from vdsc.core.instants import Instants
from vdsc.core.threads import one_thread
from vdsc.core.types import Ints, Values
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape
from vdsc.errors import CorruptFile


class FieldDecoder:
    """Decodes a file's chunks in order; see `codecs.base.Decoder` and `codecs.base.Cropping`."""

    def __init__(self, header: Header) -> None:
        self._outline, self._params = header.outline, FieldParams.from_header(header)
        self._layout = FieldLayout.of(header.outline)
        self._spans = windows.parts(header.outline.frames, header.chunks)
        self._network: ContextNetwork | None = None
        self._crop = Crop.whole(header.outline.shape)

    def crop(self, crop: Crop) -> None:
        """Make this part of each frame only."""
        self._crop = crop.over(self._outline.shape)

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) of the next chunk: the file's own ones only; raises CorruptFile."""
        begin, end = next(self._spans)
        at = self._network_of(body)
        first, last = self._crop.frames or (0, self._outline.frames)
        first, last = max(first, begin), min(last, end)
        if first >= last:
            return
        chunk = FieldChunk(self._layout, self._params, end - begin)
        axes = len(self._layout.shape) - 1
        with one_thread():
            latents = self._latents(chunk, body[at:])
            region = ((first - begin, last - begin), *self._crop.parts[:axes])
            made = chunk.finished(chunk.steps(latents, region), self._outline.dtype)
        for low, high in self._crop.parts[axes:]:
            made = made[..., low:high]
        yield made.reshape(last - first, *self._crop.shape)

    def _network_of(self, body: bytes) -> int:
        """Where a body's latents begin, behind the network that it may bring."""
        at = 1
        if body[:1] == network_bytes.OWN:
            self._network, at = network_bytes.unpack(body, at)
        elif body[:1] != network_bytes.KNOWN or self._network is None:
            raise CorruptFile("a chunk lacks its context network; the file is damaged")
        return at

    def _latents(self, chunk: FieldChunk, stream: bytes) -> list[Ints]:
        assert self._network is not None
        stack = BitStack.from_bytes(stream)
        code = LatentCode(chunk.pyramid, self._network, self._params.offset)
        latents = code.code(ReadingTape(stack), None)
        if not stack.empty:
            raise CorruptFile("a chunk holds more than its latents; the file is damaged")
        return latents

    def learned(self) -> ContextNetwork | None:
        """The network."""
        return self._network

    def begin_with(self, learned: ContextNetwork | None) -> None:
        """Begin with the network of another sequence."""
        self._network = learned
