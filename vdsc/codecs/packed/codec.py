"""The packed codec behind the one contract of all codecs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from vdsc.codecs.base import ChunkFacts, Coded, Facts, Group
from vdsc.codecs.packed import frame_packing as packing
from vdsc.codecs.packed.frame_packing import ID, WAY, FramePacker, FrameUnpacker
from vdsc.codecs.packed.ways import PLAIN, WORDS
from vdsc.container import Header
from vdsc.core import memory
from vdsc.core.instants import Instants
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.io.source import Source


@dataclass(frozen=True, slots=True)
class PackedSettings:
    """plain: pack the bytes as they are, as xz does; else in the way that makes them smallest.

    Of a sequence of several spans the first one decides, so the plain way may still be smaller.
    """

    plain: bool = False


class PackedEncoder:
    """Encodes the spans of one sequence in order; see `codecs.base.Encoder`."""

    def __init__(self, outline: Outline, settings: PackedSettings) -> None:
        self._packer = FramePacker(outline, [PLAIN] if settings.plain else None)
        self._next = 0

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and one-past-last frame of each span."""
        return self._packer.spans

    @property
    def groups(self) -> tuple[Group, ...]:
        """All values together: no error is measured but that there is none."""
        return (Group("values", ""),)

    def encode(self, frames: Values) -> Coded:
        """Take the frames (n, ...) of the next span; the compressor may hold their bytes back."""
        first = self.spans[self._next][0]
        self._next += 1
        return Coded(self._packer.encode(frames), frames, first)

    def header(self) -> Header:
        """The header, with the way that was chosen."""
        return self._packer.header()

    def learned(self) -> None:
        """Nothing: each sequence is coded by itself."""

    def begin_with(self, learned: None, *, fresh: bool = False) -> None:
        """As always."""

    def words(self) -> str:
        """The way, in words."""
        return WORDS[self._packer.way or PLAIN]


class PackedDecoder:
    """Decodes the bodies of one file in order; see `codecs.base.Decoder`.

    Raises CorruptFile for a header that no encoder makes.
    """

    def __init__(self, header: Header) -> None:
        self._unpacker = FrameUnpacker(header)

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) that are complete with the next body; the file's own ones only."""
        return self._unpacker.decode(body)

    def learned(self) -> None:
        """Nothing: each sequence is packed by itself."""

    def begin_with(self, learned: None) -> None:
        """As always."""


class PackedCodec:
    """See `codecs.base.Codec`."""

    id: ClassVar[str] = ID
    continuous: ClassVar[bool] = False
    Settings: ClassVar[type[PackedSettings]] = PackedSettings

    def encoder(self, source: Source, outline: Outline, settings: PackedSettings) -> PackedEncoder:
        """Begin to encode a source of any numbers."""
        return PackedEncoder(outline, settings)

    def fixed(self, source: Source, outline: Outline, settings: PackedSettings) -> PackedSettings:
        """They always do."""
        return settings

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> PackedDecoder:
        """Begin to decode a file; raises CorruptFile."""
        return PackedDecoder(header)

    def memory(self, header: Header) -> int:
        """Bytes of the compressor's dictionary, a body and some frames."""
        return packing.memory(header)

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """Bytes of each body, and the way."""
        chunks = tuple(ChunkFacts(len(body), method="packed") for body in bodies)
        way = header.params.get(WAY, PLAIN)
        words = WORDS[way] if 0 <= way < len(WORDS) else f"way {way}, which is not known"
        spent = {"values, packed": sum(one.size for one in chunks)}
        return Facts(chunks, spent, settings=(("packed", words),))
