"""The codec of fields behind the one contract of all codecs."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import TYPE_CHECKING, ClassVar

from vdsc.codecs import windows
from vdsc.codecs.base import ChunkFacts, Facts
from vdsc.codecs.field.field_params import ID, SENT, START, FieldParams
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.in_between.frame_between import follows
from vdsc.container import Header
from vdsc.core import memory
from vdsc.core.sequence import Outline
from vdsc.io.source import Source

if TYPE_CHECKING:
    from vdsc.codecs.field.field_decoder import FieldDecoder
    from vdsc.codecs.field.field_encoder import FieldEncoder

COPIES = 40
"""Numbers of 8 bytes that each latent of a chunk takes while it is decoded."""

TABLES = 48 << 20
"""Bytes of the laws and of what is made at once."""

BASE = 64 << 20
"""Bytes of a model and of what is made of it."""

HELD = 12
"""Frames, and copies of them, that are kept for instants near the next chunk."""

BETWEEN, SEARCH = 512, 32 << 20
"""Bytes of a pixel, and of the search, while the frame between two others is made."""

PAIRS = 64
"""Bytes that each pair of places of a block takes, while it is found which are near."""


class FieldCodec:
    """See `codecs.base.Codec`."""

    id: ClassVar[str] = ID
    continuous: ClassVar[bool] = True
    Settings: ClassVar[type[FieldSettings]] = FieldSettings

    def encoder(self, source: Source, outline: Outline, settings: FieldSettings) -> FieldEncoder:
        """Begin to encode a source of finite numbers; raises InvalidInput."""
        from vdsc.codecs.field.field_encoder import FieldEncoder

        return FieldEncoder(source, outline, settings)

    def fixed(self, source: Source, outline: Outline, settings: FieldSettings) -> FieldSettings:
        """The step and the checkpoint that all parts of the sequence have."""
        return self.encoder(source, outline, settings).fixed()

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> FieldDecoder:
        """Begin to decode a file; raises CorruptFile or UnsupportedVersion."""
        from vdsc.codecs.field.field_decoder import FieldDecoder

        return FieldDecoder(header, memlimit)

    def memory(self, header: Header) -> int:
        """Bytes for the latents of a chunk, those of blocks that reach beyond it, too."""
        params, shape = FieldParams.from_header(header), header.outline.shape
        frames = -(-shape[0] // header.chunks)
        axes = (frames, *shape[1 : len(params.blocks)])
        whole = [-(-n // size) * size for n, size in zip(axes, params.blocks, strict=True)]
        channels = prod(shape[len(params.blocks) :])
        pairs = (prod(params.blocks) * channels) ** 2
        held = HELD * prod(whole[1:]) * channels  # frames whose neighbours are still to come
        base = BASE if params.base else 0
        if follows(shape, header.outline.dtype):
            base += BETWEEN * prod(shape[1:3]) + SEARCH
        return TABLES + base + PAIRS * pairs + 8 * (COPIES * prod(whole) * channels + held)

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """Bytes of the network, of chunks that are a base alone, and of all others; knots."""
        from vdsc.codecs.field import network_bytes

        params, spent, alone, chunks = FieldParams.from_header(header), 0, 0, []
        spans = windows.parts(header.outline.frames, header.chunks)
        for body, (begin, end) in zip(bodies, spans, strict=True):
            knots = _knots(body, end - begin) if params.rungs else None
            chunks.append(ChunkFacts(len(body), knots=knots))
            if body[:1] == network_bytes.NONE and not params.rungs:
                alone += len(body)
            else:
                spent += network_bytes.spent(body)
        words: tuple[tuple[str, str], ...] = (
            ("step", f"{params.unit:.4g}"),
            ("blocks", " x ".join(map(str, params.blocks))),
        )
        if params.base:
            words = (*words, ("base", f"model {params.base.to_bytes(START, 'little').hex()}"))
        if params.rungs == SENT:
            words = (*words, ("motion", "sent"))
        rest = sum(one.size for one in chunks) - spent - alone
        parts = {"network": spent, "latents": rest} | ({"base alone": alone} if alone else {})
        found = sum(one.knots or 0 for one in chunks)
        return Facts(tuple(chunks), parts, found, settings=words)


def _knots(body: bytes, count: int) -> int:
    """How many of so many frames of a chunk are knots; raises CorruptFile."""
    from vdsc.codecs.field import network_bytes
    from vdsc.codecs.field.rungs.frame_grid import FrameGrid
    from vdsc.entropy import BitStack
    from vdsc.entropy.tape import ReadingTape

    stack = BitStack.from_bytes(body[network_bytes.spent(body) :])
    return int(FrameGrid.coded(count, ReadingTape(stack), None).knots.size)
