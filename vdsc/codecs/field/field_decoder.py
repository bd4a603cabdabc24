"""A file of codec `field` back to frames: integers alone decide, and one product at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vdsc.codecs import windows
from vdsc.codecs.field import network_bytes
from vdsc.codecs.field.base_layer import BaseLayer, DrawnBase
from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_checkpoints import fits, network_of
from vdsc.codecs.field.field_checkpoints import words as words_of
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.latent_code import LatentCode
from vdsc.container import Header
from vdsc.core.instants import Instants
from vdsc.core.threads import one_thread
from vdsc.core.types import Values
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape
from vdsc.errors import CorruptFile
from vdsc.model import store


class FieldDecoder:
    """Decodes a file's chunks in order; see `codecs.base.Decoder`."""

    def __init__(self, header: Header) -> None:
        self._outline, self._params = header.outline, FieldParams.from_header(header)
        self._layout = FieldLayout.of(header.outline)
        self._spans = windows.parts(header.outline.frames, header.chunks)
        self._network: ContextNetwork | None = None
        base = self._params.base
        self._base = BaseLayer.by_key(base, self._layout) if base else None
        if header.model is not None:
            checkpoint = store.by_digest(header.model.name, header.model.digest)
            waves = sum(n > 1 for n in self._params.blocks)
            if not fits(checkpoint, header.outline.dtype, waves):
                words = f"model {checkpoint.name} takes {words_of(checkpoint)}, not this file"
                raise CorruptFile(f"{words}; the file is damaged")
            self._network = network_of(checkpoint)

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) of the next chunk: the file's own ones only; raises CorruptFile."""
        begin, end = next(self._spans)
        chunk, at = FieldChunk(self._layout, self._params, end - begin), 1
        if body[:1] == network_bytes.OWN:
            self._network, at = network_bytes.unpack(body, at)
        elif body[:1] != network_bytes.KNOWN or self._network is None:
            raise CorruptFile("a chunk lacks its context network; the file is damaged")
        stack = BitStack.from_bytes(body[at:])
        with one_thread():
            code = LatentCode(chunk.pyramid, self._network, self._params.stated)
            tape = ReadingTape(stack)
            if self._base is not None:
                drawn = DrawnBase.read(self._base, chunk.shape[:-1], tape)
                chunk = replace(chunk, base=drawn)
            latents = code.code(tape, None)
            if not stack.empty:
                raise CorruptFile("a chunk holds more than its latents; the file is damaged")
            made = chunk.values(latents, self._outline.dtype)
        yield made.reshape(end - begin, *self._outline.shape[1:])

    def learned(self) -> ContextNetwork | None:
        """The network."""
        return self._network

    def begin_with(self, learned: ContextNetwork | None) -> None:
        """Begin with the network of another sequence."""
        self._network = learned
