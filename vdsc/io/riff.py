"""The chunks of a RIFF WAVE file: what its header says, checked against what is there."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.io.spool import available

HEAD_BYTES = 1 << 20
"""Bytes of chunks that may stand before the samples."""

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
_TYPES = {
    (PCM, 8): "u1", (PCM, 16): "<i2", (PCM, 24): "<i4", (PCM, 32): "<i4",
    (FLOAT, 32): "<f4", (FLOAT, 64): "<f8",
}  # fmt: skip
_NAMES = {2: "ADPCM", 6: "A-law", 7: "mu-law", 17: "ADPCM", 80: "MPEG", 85: "MP3"}
_GUID = b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
_UNKNOWN = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Wave:
    """Where the samples of a file are and what they are.

    begin, end: bytes of the samples. head: all bytes before them. bits: of one sample as it is
    stored; those of 24 bits are read into int32. rate: frames a second.
    """

    channels: int
    rate: int
    bits: int
    kind: int
    begin: int
    end: int
    head: bytes

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The type that samples are read into."""
        return np.dtype(_TYPES[self.kind, self.bits])

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return self.channels * self.bits // 8


def read_wave(stream: BinaryIO, name: str) -> Wave:
    """What the chunks up to the samples say; raises InvalidInput where they lie."""
    riff = _exactly(stream, 12, name)
    if riff[:4] == b"RF64":
        raise InvalidInput(f"{name} is an RF64 file of more than 4 GiB; cut it into .wav files")
    if riff[:4] != b"RIFF" or riff[8:] != b"WAVE":
        raise InvalidInput(f"{name} is no .wav file: it has no RIFF WAVE header; convert it to one")
    form: bytes | None = None
    while True:
        mark, size = struct.unpack("<4sI", _exactly(stream, 8, name))
        if mark == b"data":
            break
        if stream.tell() + size > HEAD_BYTES:
            words = f"{name} has a chunk of {size} bytes before its samples"
            raise LimitExceeded(f"{words}, above the limit of {HEAD_BYTES}; save it without")
        body = _exactly(stream, size + size % 2, name)
        form = body[:size] if mark == b"fmt " else form
    if form is None:
        raise InvalidInput(f"{name} has samples before its format; save it again")
    return _samples(stream, name, form, size)


def _samples(stream: BinaryIO, name: str, form: bytes, size: int) -> Wave:
    """The file whose samples begin here, of which the header says that they have `size` bytes."""
    kind, channels, rate, bits, block = _format(form, name)
    begin = stream.tell()
    there = available(stream, begin + size) - begin
    if size == _UNKNOWN:  # as it is written to a pipe, before the length is known
        size = there = available(stream, _UNKNOWN) - begin
    if size > there:
        raise InvalidInput(
            f"{name} is truncated: {there} of {size} bytes of samples; copy it again"
        )
    if size % block:
        words = f"{name} has {size} bytes of samples, which are no whole frames of {block}"
        raise InvalidInput(f"{words}; save it again")
    if not size:
        raise InvalidInput(f"{name} holds no samples; was it written to the end?")
    stream.seek(0)
    head = _exactly(stream, begin, name)
    return Wave(channels, rate, bits, kind, begin, begin + size, head)


def _format(form: bytes, name: str) -> tuple[int, int, int, int, int]:
    """Kind, channels, rate, bits and bytes of a frame; raises InvalidInput for unsound ones."""
    if len(form) < 16:
        raise InvalidInput(f"{name} has a format of {len(form)} bytes, not 16; save it again")
    kind, channels, rate, _, block, bits = struct.unpack("<HHIIHH", form[:16])
    if kind == EXTENSIBLE and len(form) >= 40:
        kind = struct.unpack("<H", form[24:26])[0] if form[26:40] == _GUID else kind
    if (kind, bits) not in _TYPES:
        words = _NAMES.get(kind, f"format {kind}")
        raise InvalidInput(f"{name} holds {bits}-bit {words}; convert it to PCM or float samples")
    if not channels or not rate:
        what = "no channels" if not channels else "a rate of 0"
        raise InvalidInput(f"{name} says that it has {what}; save it again")
    if block != channels * bits // 8:
        words = f"{name} says that a frame has {block} bytes, but {channels} x {bits} bits"
        raise InvalidInput(f"{words}; save it again")
    return kind, channels, rate, bits, block


def header(kind: int, bits: int, channels: int, rate: int, size: int) -> bytes:
    """The bytes before `size` bytes of samples; raises InvalidInput for what no file can have."""
    block = channels * bits // 8
    if channels > 0xFFFF or block > 0xFFFF or not 0 < rate <= _UNKNOWN // block:
        words = f"a .wav has at most 65535 bytes a frame, not {channels} channels of {bits} bits"
        raise InvalidInput(f"{words} at {rate}/s; write .npy")
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, bits)
    if channels > 2 or bits > 16:
        form = struct.pack("<HHIIHH", EXTENSIBLE, channels, rate, rate * block, block, bits)
        form += struct.pack("<HHIH", 22, bits, 0, kind) + _GUID
    fact = b"" if kind == PCM else struct.pack("<4sII", b"fact", 4, size // block)
    chunks = struct.pack("<4sI", b"fmt ", len(form)) + form + fact
    total = 4 + len(chunks) + 8 + size + size % 2
    if total > _UNKNOWN - 8:
        raise InvalidInput(f"a .wav has at most 4 GiB, and this has {size} bytes; write .npy")
    return (
        struct.pack("<4sI4s", b"RIFF", total, b"WAVE") + chunks + struct.pack("<4sI", b"data", size)
    )


def _exactly(stream: BinaryIO, count: int, name: str) -> bytes:
    """The next bytes; raises InvalidInput if there are fewer."""
    parts = io.BytesIO()
    while parts.tell() < count and (part := stream.read(count - parts.tell())):
        parts.write(part)
    if parts.tell() < count:
        raise InvalidInput(f"{name} is truncated: its header is cut off; copy it again")
    return parts.getvalue()
