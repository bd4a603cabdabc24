"""`.wav`: samples (T, C) of any channels, in 8, 16, 24 or 32 bits, or floats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.riff import FLOAT, PCM, Wave, header, read_wave
from vdsc.io.source import Fetch, Source, make_source
from vdsc.io.spool import available

KEPT_BYTES = 1 << 20
"""Bytes behind the samples that are kept; of longer ones the note says so."""

_LIMIT24 = 1 << 23


@contextmanager
def open_wav(
    stream: BinaryIO,
    name: str,
    key: str | None = None,
    *,
    exact: bool | None = False,
    limit: int | None = None,
) -> Iterator[Source]:
    """Source of samples (T, C): uint8, int16, int32 (24 bits, too) or floats, as they are stored.

    The rate is the clock, and all other chunks are metadata. Raises InvalidInput for samples that
    are packed, and for headers that lie.
    """
    if key is not None:
        raise InvalidInput(f"{name} is one recording; leave out ':{printable(key)}'")
    wave = read_wave(stream, name)
    tail, note = _tail(stream, wave)
    fields = {
        "channels": wave.channels, "rate": wave.rate, "bits": wave.bits, "kind": wave.kind,
        "head": wave.head, "tail": tail,
    }  # fmt: skip
    frames = (wave.end - wave.begin) // wave.frame_bytes
    said: Any = {"clock": Clock(Fraction(wave.rate)), "meta": Meta("wav", fields), "note": note}
    fetch = _fetch(stream, wave, name)
    yield make_source(name, (frames, wave.channels), wave.dtype, fetch, exact=exact, **said)


def _tail(stream: BinaryIO, wave: Wave) -> tuple[bytes, str]:
    """What follows the samples, and what is said of it where it is too long to keep."""
    there = available(stream, wave.end + KEPT_BYTES + 1)
    if there > wave.end + KEPT_BYTES:
        return b"", f"what follows the samples is more than {KEPT_BYTES} bytes and is left out"
    stream.seek(wave.end)
    return stream.read(there - wave.end), ""


def _fetch(stream: BinaryIO, wave: Wave, name: str) -> Fetch:
    """Reads frames where they lie."""

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        first = wave.begin + begin * wave.frame_bytes
        last = min(wave.begin + end * wave.frame_bytes, wave.end)
        stream.seek(first)
        data = stream.read(last - first)
        if len(data) != last - first:
            raise InvalidInput(f"{name} became shorter while it was read; compress a copy")
        samples = _widened(data) if wave.bits == 24 else np.frombuffer(data, wave.dtype)
        native = wave.dtype.newbyteorder("=")
        return samples.astype(native).reshape(-1, wave.channels)

    return fetch


def _widened(data: bytes) -> NDArray[np.int32]:
    """Samples of three bytes as int32."""
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
    samples: NDArray[np.int32] = wide.view("<i4").ravel() >> 8
    return samples


@dataclass(frozen=True, slots=True)
class WavSink:
    """Writes samples to `stream` as they come, behind a header that is already there."""

    stream: BinaryIO
    dtype: np.dtype[np.generic]
    bits: int

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append samples (n, C) or (n,).

        Samples beyond 24 bits, which only a file with loss gives, become the nearest that there
        is, which is nearer to the original, too.
        """
        if self.bits == 24:
            limited = np.clip(frames.astype(np.int64), -_LIMIT24, _LIMIT24 - 1).astype("<i4")
            data = np.ascontiguousarray(limited).reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
        else:
            data = np.ascontiguousarray(frames, self.dtype).tobytes()
        self.stream.write(data)


@contextmanager
def wav_sink(stream: BinaryIO, outline: Outline, meta: Meta | None = None) -> Iterator[WavSink]:
    """Sink of samples (T, C) or (T,): uint8, int16, int32 or floats, at a rate of whole frames.

    Where they come from a .wav as they were, its other chunks are written, too. Raises InvalidInput
    for other types, shapes and clocks.
    """
    fields = meta.fields if meta is not None and meta.format == "wav" else {}
    kind, bits = _stored(outline, fields)
    channels = outline.shape[1] if len(outline.shape) == 2 else 1
    rate, size = _rate(outline), outline.values * bits // 8
    before, behind = header(kind, bits, channels, rate, size), b"\0" * (size % 2)
    stated = {"kind": kind, "bits": bits, "channels": channels, "rate": rate}
    if _same(before, fields, stated):
        before, behind = fields["head"], fields["tail"]
    stream.write(before)
    yield WavSink(stream, outline.dtype.newbyteorder("<"), bits)
    stream.write(behind)


def _stored(outline: Outline, fields: Mapping[str, Any]) -> tuple[int, int]:
    """The kind and the bits of the samples; raises InvalidInput for what is no sound."""
    kinds = {"u1": (PCM, 8), "i2": (PCM, 16), "i4": (PCM, 32), "f4": (FLOAT, 32), "f8": (FLOAT, 64)}
    found = kinds.get(outline.dtype.str[1:])
    if found is None or len(outline.shape) > 2:
        words = f"{outline.dtype.name} {outline.shape} is no sound (T, C) of a type that .wav has"
        raise InvalidInput(f"{words}; write it to .npy")
    return (PCM, 24) if found[1] == 32 and fields.get("bits") == 24 else found


def _rate(outline: Outline) -> int:
    rate = outline.clock.rate
    if rate is None or rate.denominator != 1:
        words = f"a .wav has a whole number of frames a second, not {float(outline.mean_rate):g}"
        raise InvalidInput(f"{words}; ask for another --fps, or write .npy")
    return int(rate)


def _same(before: bytes, fields: Mapping[str, Any], stated: dict[str, int]) -> bool:
    """Whether the chunks of the original still tell the truth about the samples."""
    head, tail = fields.get("head"), fields.get("tail")
    if not isinstance(head, bytes) or not isinstance(tail, bytes) or len(head) < 20:
        return False
    known = all(fields.get(key) == value for key, value in stated.items())
    return known and head[-4:] in {before[-4:], b"\xff" * 4}
