"""Files of sequences in which values are missing, behind the one contract of all codecs.

frames -filled-> frames without gaps -wrapped codec-> body        gaps -Corrections-> body
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar

import numpy as np

from vdsc.codecs import registry
from vdsc.codecs.base import Coded, Decoder, Encoder, Facts, Group
from vdsc.codecs.corrections import Corrections
from vdsc.codecs.gaps.filling import Filling
from vdsc.codecs.gaps.gap_params import ID, outer, wrapped
from vdsc.container import Header, varint
from vdsc.core import memory
from vdsc.core.instants import Instants
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.io.source import Source

COPIES = 16
"""Numbers of 8 bytes that each value of a chunk takes while its gaps are decoded."""


@dataclass(frozen=True, slots=True)
class GapSettings:
    """codec: the id of what codes the rest, with its own settings."""

    codec: str = "linear"
    settings: Any = None


class GapEncoder:
    """Encodes one sequence; see `codecs.base.Encoder`."""

    def __init__(self, source: Source, outline: Outline, settings: GapSettings) -> None:
        filling = Filling.of(source)
        if filling is None:
            raise InvalidInput(f"{source.name} misses no values; leave --missing out")
        self._filling, codec = filling, registry.codec_to_write(settings.codec)
        asked = codec.Settings() if settings.settings is None else settings.settings
        self._inner: Encoder = codec.encoder(filling.source(source), outline, asked)
        self._gaps = Corrections(outline.shape[1:])
        self._done = 0

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """First and one-past-last frame of each chunk: those of the codec that is wrapped."""
        return self._inner.spans

    @property
    def groups(self) -> tuple[Group, ...]:
        """Those of the codec that is wrapped."""
        return self._inner.groups

    def encode(self, frames: Values) -> Coded:
        """Encode the frames (n, ...) of the next span."""
        begin, _ = self.spans[self._done]
        self._done += 1
        coded = self._inner.encode(self._filling.filled(frames))
        gaps = np.isnan(frames[coded.first - begin :][: len(coded.decoded)])
        stream = self._gaps.to_bytes(gaps.reshape(len(gaps), -1).astype(np.int64))
        body = varint.put(len(stream)) + stream + coded.body
        return replace(coded, body=body, decoded=holed(coded.decoded, gaps))

    def learned(self) -> Any:
        """The laws of gaps, and what the codec that is wrapped has learned."""
        return self._gaps, self._inner.learned()

    def begin_with(self, learned: Any, *, fresh: bool = False) -> None:
        """Begin with the laws of another sequence."""
        if learned is not None and not fresh:
            self._gaps = copy.deepcopy(learned[0])
        self._inner.begin_with(None if learned is None else learned[1], fresh=fresh)

    def header(self) -> Header:
        """What the file says of itself."""
        return outer(self._inner.header())

    def words(self) -> str:
        """What the rest was coded with."""
        return f"{self._inner.words()}, with gaps"


class GapDecoder:
    """Decodes a file's chunks in order; see `codecs.base.Decoder`."""

    def __init__(self, header: Header, memlimit: int) -> None:
        inner = wrapped(header)
        self._inner: Decoder = registry.codec_of_file(inner.codec).decoder(inner, memlimit=memlimit)
        self._wanted = Instants(header.outline, own=True)
        self._gaps = Corrections(header.outline.shape[1:])

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) of the next chunk, at the file's own times."""
        size, at = varint.get(body, 0)
        frames = np.concatenate(list(self._inner.decode(body[at + size :], self._wanted)))
        gaps = self._gaps.from_bytes(body[at : at + size], len(frames))
        if ((gaps < 0) | (gaps > 1)).any():
            raise CorruptFile("a chunk's gaps cannot be right; the file is damaged")
        yield holed(frames, gaps.reshape(frames.shape) > 0)

    def learned(self) -> Any:
        """The laws of gaps, and what the codec that is wrapped has learned."""
        return self._gaps, self._inner.learned()

    def begin_with(self, learned: Any) -> None:
        """Begin with the laws of another sequence."""
        if learned is not None:
            self._gaps = copy.deepcopy(learned[0])
        self._inner.begin_with(None if learned is None else learned[1])


class GapsCodec:
    """See `codecs.base.Codec`."""

    id: ClassVar[str] = ID
    continuous: ClassVar[bool] = False
    Settings: ClassVar[type[GapSettings]] = GapSettings

    def encoder(self, source: Source, outline: Outline, settings: GapSettings) -> GapEncoder:
        """Begin to encode a source of floats that misses some; raises InvalidInput."""
        return GapEncoder(source, outline, settings)

    def fixed(self, source: Source, outline: Outline, settings: GapSettings) -> GapSettings:
        """Those of the codec that is wrapped, for the sequence without gaps."""
        filling, codec = Filling.of(source), registry.codec_to_write(settings.codec)
        whole = source if filling is None else filling.source(source)
        return replace(settings, settings=codec.fixed(whole, outline, settings.settings))

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> GapDecoder:
        """Begin to decode a file; raises CorruptFile, ModelMissing or UnsupportedVersion."""
        return GapDecoder(header, memlimit)

    def memory(self, header: Header) -> int:
        """Bytes for what is wrapped, and for the gaps of a chunk."""
        inner, frames = wrapped(header), header.outline.frames
        chunk = min(frames, -(-frames // header.chunks) + 1)
        own = prod(header.outline.shape[1:]) * chunk * 8 * COPIES
        return registry.codec_of_file(inner.codec).memory(inner) + own

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """Bytes of gaps, and of what is wrapped."""
        inner, sizes, spent = wrapped(header), list[int](), 0

        def rest() -> Iterator[bytes]:
            nonlocal spent
            for body in bodies:
                size, at = varint.get(body, 0)
                sizes.append(len(body))
                spent += at + size
                yield body[at + size :]

        facts = registry.codec_of_file(inner.codec).describe(inner, rest())
        pairs = zip(facts.chunks, sizes, strict=True)
        chunks = tuple(replace(one, size=size) for one, size in pairs)
        settings = (("wrapped", inner.codec), *facts.settings)
        return replace(
            facts, chunks=chunks, budget={"gaps": spent, **facts.budget}, settings=settings
        )


def holed(frames: Values, gaps: Values) -> Values:
    """Frames (n, ...) with NaN where there are gaps (n, ...)."""
    return np.where(gaps, np.array(np.nan, frames.dtype), frames)
