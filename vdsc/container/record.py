"""Records: kind | length | body | crc, each crc started from the one before it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO
from zlib import crc32

from vdsc.container import varint
from vdsc.container.limits import BODY_BYTES, VARINT_BYTES
from vdsc.core import memory
from vdsc.errors import CorruptFile, LimitExceeded, TruncatedFile

HEAD, BRIEF, TIMES, CHUNK, META = b"H", b"B", b"T", b"C", b"m"
SOLE, USUAL = b"S", b"U"
"""The only record of a small file: its header and its chunk, in full or beside its checkpoint."""

COLLECTION, NAMES, CLIP, OWN, INDEX, TAIL = b"K", b"N", b"I", b"J", b"X", b"Z"
"""Records of collections: the shared header, clips' names, clips, and where they are."""

VARIANT, VARIED = b"V", b"W"
"""Another codec, model and parameters for clips of a collection, and a clip that has them."""

CRC_BYTES = 4
_PIECE = 2**20


@dataclass(frozen=True, slots=True)
class Record:
    """One record whose crc is right; `framing` is the size of its kind and length."""

    kind: bytes
    body: bytes
    framing: int

    @property
    def skippable(self) -> bool:
        """Whether a reader that does not know the kind may go past it."""
        return b"a" <= self.kind <= b"z"


class RecordWriter:
    """Puts records on a stream; `seed` is the crc of the prelude."""

    def __init__(self, stream: BinaryIO, seed: int) -> None:
        self._stream = stream
        self._crc = seed

    def write(self, kind: bytes, body: bytes) -> int:
        """Write one record, return its size; LimitExceeded if the body is above 1 GiB."""
        _check_length(len(body), BODY_BYTES)
        start = kind + varint.put(len(body))
        self._crc = crc32(body, crc32(start, self._crc))
        self._stream.write(start)
        self._stream.write(body)
        self._stream.write(self._crc.to_bytes(CRC_BYTES, "little"))
        return len(start) + len(body) + CRC_BYTES

    @property
    def crc(self) -> int:
        """That of the last record, or the seed."""
        return self._crc


class RecordReader:
    """Takes records off a stream that need not seek.

    Args:
        stream: from its first record on.
        seed: the crc of the prelude.
        memlimit: bytes that one body may take while it is read.
    """

    def __init__(self, stream: BinaryIO, seed: int, memlimit: int = memory.DEFAULT) -> None:
        self._stream = stream
        self._crc = seed
        self._memlimit = memlimit
        self._ahead = b""

    def read(self, limit: int = BODY_BYTES, *, beside: int = 0) -> Record:
        """The next record, its crc checked.

        Args:
            limit: of the body's bytes.
            beside: bytes that what is made of the body takes; they count against the memory limit.

        Raises:
            LimitExceeded: the body is above `limit`, or too large for memory; it was not read.
            CorruptFile: the length or the crc cannot be right, or the stream ends early.
        """
        kind = self._whole(1)
        length = self._length()
        size = varint.get(length, 0)[0]
        _check_length(size, limit)
        memory.check(_reading(size) + beside, self._memlimit, f"a record of {size} bytes")
        body = self._whole(size)
        self._crc = crc32(body, crc32(kind + length, self._crc))
        if self._whole(CRC_BYTES) != self._crc.to_bytes(CRC_BYTES, "little"):
            raise CorruptFile("a checksum does not match; the file is damaged, copy it again")
        return Record(kind, body, 1 + len(length))

    @property
    def crc(self) -> int:
        """That of the last record, or the seed."""
        return self._crc

    def at_end(self) -> bool:
        """Whether no byte follows; one that does is kept for the next record."""
        self._ahead = self._ahead or self._stream.read(1)
        return not self._ahead

    def finish(self) -> None:
        """Raise CorruptFile if the stream goes on."""
        if not self.at_end():
            raise CorruptFile("bytes follow the last chunk; was the file joined to another?")

    def _length(self) -> bytes:
        raw = self._whole(1)
        while raw[-1] > 0x7F and len(raw) < VARINT_BYTES:
            raw += self._whole(1)
        return raw

    def _whole(self, count: int) -> bytes:
        data = self._ahead[:count] + take(self._stream, count - len(self._ahead[:count]))
        self._ahead = self._ahead[count:]
        if len(data) < count:
            raise TruncatedFile("the file ends before its last chunk does; copy it again")
        return data


def take(stream: BinaryIO, count: int) -> bytes:
    """Up to `count` bytes, fewer only at the end; `_reading` bounds what is allocated."""
    held = io.BytesIO()
    while count and (piece := stream.read(min(count, _PIECE))):
        held.write(piece)
        count -= len(piece)
    return held.getvalue()


def _reading(size: int) -> int:
    """Bytes at the peak of `take`: a BytesIO grows by eighths and hands its buffer on."""
    return size + (size >> 3) + 2 * _PIECE


def _check_length(length: int, limit: int) -> None:
    if length > limit:
        raise LimitExceeded(f"a record of {length} bytes is above the limit of {limit}")
