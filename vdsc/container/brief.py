"""Header <-> the body of the BRIEF record: the same as HEAD in a third of its bytes.

    flags | codec | dimensions, sizes | [type] | [rate] | [start] | [model] | [chunks] | params

All are varints but flags (1 byte), start (float64) and the model: 16 bytes of its hash, the length
of its name, and the name. A parameter is its letter and a signed varint; they end with the body.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction

from vdsc.container import varint
from vdsc.container.header import DIGEST_BYTES, DTYPES, Header, ModelRef, check_shape
from vdsc.container.limits import DIMENSIONS
from vdsc.core.sequence import Clock, Outline, Times
from vdsc.errors import CorruptFile, InvalidInput, TruncatedFile, UnsupportedVersion

CODECS = ("knots", "lossless", "packed", "linear", "bounded", "gaps")
"""Codecs that a brief header may name; the place of a name is its number: append only."""

_SHORT = "the header ends too early; the file is damaged"

TYPED, LISTED, RATIO, STARTED, MODELLED, CHUNKED = (1 << bit for bit in range(6))
"""What the flags say is there: a type, listed times or a ratio for a rate, a start, ..."""


def pack(header: Header) -> bytes | None:
    """The body for `header`, or None where only HEAD can say it."""
    clock, model = header.outline.clock, header.model
    short = all(len(key) == 1 for key in header.params)
    small = all(-(2**62) <= value < 2**62 for value in header.params.values())
    whole = model is None or len(model.digest) == DIGEST_BYTES
    if header.codec not in CODECS or not (short and small and whole):
        return None
    dtype, rate = DTYPES.index(header.outline.dtype), clock.rate
    parts = {
        TYPED: varint.put(dtype) if dtype else b"",
        LISTED: b"",
        RATIO: b"" if rate is None else _rate(rate),
        STARTED: struct.pack("<d", clock.start) if rate is not None and clock.start else b"",
        MODELLED: b"" if model is None else _named(model),
        CHUNKED: varint.put(header.chunks) if header.chunks > 1 else b"",
    }
    there = {flag: bool(part) for flag, part in parts.items()}
    there |= {LISTED: rate is None, RATIO: rate is not None and rate.denominator > 1}
    flags = sum(flag for flag, is_there in there.items() if is_there)
    sizes = b"".join(map(varint.put, (len(header.outline.shape), *header.outline.shape)))
    head = bytes([flags]) + varint.put(CODECS.index(header.codec)) + sizes
    return head + b"".join(parts.values()) + _params(header)


def _rate(rate: Fraction) -> bytes:
    per = varint.put(rate.denominator) if rate.denominator > 1 else b""
    return varint.put(rate.numerator) + per


def _named(model: ModelRef) -> bytes:
    name = model.name.encode()
    return model.digest + varint.put(len(name)) + name


def _params(header: Header) -> bytes:
    pairs = sorted(header.params.items())
    return b"".join(key.encode() + varint.put_signed(value) for key, value in pairs)


def unpack(body: bytes, read_times: Callable[[int], Times]) -> Header:
    """The header in `body`; `read_times(frames)` is called if the frames have no rate."""
    try:
        header = _Fields(body).header(read_times)
    except InvalidInput as error:
        raise CorruptFile(f"the header cannot be right: {error}") from error
    if pack(header) != body:
        raise CorruptFile("the header is not in its canonical form")
    return header


class _Fields:
    """Takes the fields of a brief header off its body, one after another."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 1
        self._flags = body[0] if body else 0
        if not body or self._flags >= 2 * CHUNKED:
            raise UnsupportedVersion("the header has unknown flags; upgrade vdsc")

    def header(self, read_times: Callable[[int], Times]) -> Header:
        codec, dimensions = self._number(), self._number()
        if codec >= len(CODECS):
            raise UnsupportedVersion(f"the header has the unknown codec {codec}; upgrade vdsc")
        if dimensions > DIMENSIONS:
            raise InvalidInput(f"it has {dimensions} dimensions")
        shape = tuple(self._number() for _ in range(dimensions))
        number = self._number() if self._flags & TYPED else 0
        if number >= len(DTYPES):
            raise UnsupportedVersion(f"the values have the unknown type {number}; upgrade vdsc")
        check_shape(shape, DTYPES[number])
        rate, start = self._clock()
        model = self._model() if self._flags & MODELLED else None
        chunks = self._number() if self._flags & CHUNKED else 1
        params = self._params()
        clock = Clock(times=read_times(shape[0])) if rate is None else Clock(rate, start)
        return Header(CODECS[codec], model, Outline(shape, DTYPES[number], clock), params, chunks)

    def _clock(self) -> tuple[Fraction | None, float]:
        rate = None
        if not self._flags & LISTED:
            top = self._number()
            bottom = self._number() if self._flags & RATIO else 1
            if not bottom:
                raise InvalidInput("its rate has the denominator 0")
            rate = Fraction(top, bottom)
        start = struct.unpack("<d", self._take(8))[0] if self._flags & STARTED else 0.0
        return rate, start

    def _model(self) -> ModelRef:
        digest = self._take(DIGEST_BYTES)
        return ModelRef(self._take(self._number()).decode("ascii", "replace"), digest)

    def _params(self) -> dict[str, int]:
        params = {}
        while self._at < len(self._body):
            key = self._take(1).decode("ascii", "replace")
            params[key] = self._number(varint.get_signed)
        return params

    def _number(self, get: Callable[[bytes, int], tuple[int, int]] = varint.get) -> int:
        try:
            number, self._at = get(self._body, self._at)
        except TruncatedFile as error:
            raise CorruptFile(_SHORT) from error
        return number

    def _take(self, count: int) -> bytes:
        part = self._body[self._at : self._at + count]
        if len(part) < count:
            raise CorruptFile(_SHORT)
        self._at += count
        return part
