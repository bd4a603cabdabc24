"""A whole codec as small as can be: the example of "Add a codec" in CONTRIBUTING.md.

Chunks of 64 frames, each one zlib stream of the values' bytes, little-endian in C order. HEAD has
no model and no parameters. It is no codec of vdsc: only tests register it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vdsc.codecs.base import ChunkFacts, Coded, Facts, Group
from vdsc.codecs.windows import apart
from vdsc.container import Header
from vdsc.core import memory
from vdsc.core.instants import Instants
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.io.source import Source

FRAMES = 64
"""Frames of a chunk, at most."""


@dataclass(frozen=True, slots=True)
class ToySettings:
    """level: how hard zlib tries, 1 to 9. Raises InvalidInput for others."""

    level: int = 9

    def __post_init__(self) -> None:
        if not 1 <= self.level <= 9:
            raise InvalidInput(f"level must be from 1 to 9, not {self.level}")


class ToyEncoder:
    """Encodes the chunks of one sequence in order."""

    groups: ClassVar[tuple[Group, ...]] = (Group("values", ""),)

    def __init__(self, outline: Outline, settings: ToySettings) -> None:
        self._outline, self._level = outline, settings.level
        self.spans = list(apart(outline.frames, FRAMES))
        self._begins = iter(self.spans)

    def encode(self, frames: Values) -> Coded:
        """Pack the frames (n, ...) of the next span."""
        begin, _ = next(self._begins)
        little = frames.astype(frames.dtype.newbyteorder("<"))
        return Coded(zlib.compress(little.tobytes(), self._level), frames, begin)

    def header(self) -> Header:
        """The outline is all there is to say."""
        return Header("toy", None, self._outline, {}, len(self.spans))

    def learned(self) -> None:
        """Nothing."""

    def begin_with(self, learned: None, *, fresh: bool = False) -> None:
        """As always."""

    def words(self) -> str:
        """How, in words."""
        return f"zlib at level {self._level}"


class ToyDecoder:
    """Decodes the chunks of one file in order; raises CorruptFile."""

    def __init__(self, header: Header) -> None:
        self._outline = header.outline
        spans = list(apart(header.outline.frames, FRAMES))
        if len(spans) != header.chunks:
            raise CorruptFile(f"{header.chunks} chunks cannot hold the file's frames")
        self._spans = iter(spans)

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) of the next chunk; a file holds its own frames only."""
        begin, end = next(self._spans)
        shape = (end - begin, *self._outline.shape[1:])
        size = math.prod(shape) * self._outline.dtype.itemsize
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress(body, size + 1)
        except zlib.error as error:
            raise CorruptFile("a chunk is no zlib stream; the file is damaged") from error
        if len(data) != size or not unpacker.eof or unpacker.unused_data:
            raise CorruptFile("a chunk does not hold its frames; the file is damaged")
        little = np.frombuffer(data, self._outline.dtype.newbyteorder("<"))
        yield little.astype(self._outline.dtype).reshape(shape)

    def learned(self) -> None:
        """Nothing."""

    def begin_with(self, learned: None) -> None:
        """As always."""


class ToyCodec:
    """See `vdsc.codecs.base.Codec`."""

    id: ClassVar[str] = "toy"
    continuous: ClassVar[bool] = False
    Settings: ClassVar[type[ToySettings]] = ToySettings

    def encoder(self, source: Source, outline: Outline, settings: ToySettings) -> ToyEncoder:
        """Begin to encode a source."""
        return ToyEncoder(outline, settings)

    def fixed(self, source: Source, outline: Outline, settings: ToySettings) -> ToySettings:
        """They always do."""
        return settings

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> ToyDecoder:
        """Begin to decode a file; every chunk needs what `memory` says, and no more."""
        return ToyDecoder(header)

    def memory(self, header: Header) -> int:
        """Bytes of a chunk's values, three times: unpacked, as an array, in its own order."""
        shape = (min(FRAMES, header.outline.frames), *header.outline.shape[1:])
        return 3 * math.prod(shape) * header.outline.dtype.itemsize

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """The size of each chunk."""
        chunks = tuple(ChunkFacts(len(body), method="zlib") for body in bodies)
        return Facts(chunks, {"values": sum(chunk.size for chunk in chunks)})
