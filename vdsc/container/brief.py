"""Header <-> the body of the BRIEF record: the same as HEAD in a third of its bytes.

    flags | codec | dimensions, sizes | [type] | [rate] | [start] | [model] | [chunks] | params

All are varints but flags (1 byte), start (float64) and the model: 16 bytes of its hash, the length
of its name, and the name. A parameter is its letter and a signed varint; they end with the body.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from vdsc.container import varint
from vdsc.container.header import DIGEST_BYTES, DTYPES, Header, ModelRef, check_shape
from vdsc.container.limits import DIMENSIONS
from vdsc.container.record_fields import Fields
from vdsc.core.sequence import Clock, Outline, Times
from vdsc.errors import CorruptFile, InvalidInput, UnsupportedVersion

CODECS = ("knots", "lossless", "packed", "linear", "bounded", "gaps", "sprites", "solids", "field")
"""Codecs that a brief header may name; the place of a name is its number: append only."""

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
    return head + b"".join(parts.values()) + pack_params(header.params)


def _rate(rate: Fraction) -> bytes:
    per = varint.put(rate.denominator) if rate.denominator > 1 else b""
    return varint.put(rate.numerator) + per


def _named(model: ModelRef) -> bytes:
    name = model.name.encode()
    return model.digest + varint.put(len(name)) + name


def pack_params(params: Mapping[str, int]) -> bytes:
    """Parameters of one letter each, in ascending order."""
    pairs = sorted(params.items())
    return b"".join(key.encode() + varint.put_signed(value) for key, value in pairs)


def unpack(body: bytes, read_times: Callable[[int], Times]) -> Header:
    """The header in `body`; `read_times(frames)` is called if the frames have no rate."""
    try:
        header = _Header(body).header(read_times)
    except InvalidInput as error:
        raise CorruptFile(f"the header cannot be right: {error}") from error
    if pack(header) != body:
        raise CorruptFile("the header is not in its canonical form")
    return header


class _Header:
    """Takes the fields of a brief header off its body, one after another."""

    def __init__(self, body: bytes) -> None:
        self._fields = Fields(body, 1)
        self._flags = body[0] if body else 0
        if not body or self._flags >= 2 * CHUNKED:
            raise UnsupportedVersion("the header has unknown flags; upgrade vdsc")

    def header(self, read_times: Callable[[int], Times]) -> Header:
        number = self._fields.number
        codec, dimensions = number(), number()
        if codec >= len(CODECS):
            raise UnsupportedVersion(f"the header has the unknown codec {codec}; upgrade vdsc")
        if dimensions > DIMENSIONS:
            raise InvalidInput(f"it has {dimensions} dimensions")
        shape = tuple(number() for _ in range(dimensions))
        dtype = type_of(number() if self._flags & TYPED else 0)
        check_shape(shape, dtype)
        rate, start = self._clock()
        model = self._model() if self._flags & MODELLED else None
        chunks = number() if self._flags & CHUNKED else 1
        params = self._params()
        clock = Clock(times=read_times(shape[0])) if rate is None else Clock(rate, start)
        return Header(CODECS[codec], model, Outline(shape, dtype, clock), params, chunks)

    def _clock(self) -> tuple[Fraction | None, float]:
        rate = None
        if not self._flags & LISTED:
            top = self._fields.number()
            rate = ratio(top, self._fields.number() if self._flags & RATIO else 1)
        start = struct.unpack("<d", self._fields.take(8))[0] if self._flags & STARTED else 0.0
        return rate, start

    def _model(self) -> ModelRef:
        digest = self._fields.take(DIGEST_BYTES)
        name = self._fields.take(self._fields.number())
        return ModelRef(name.decode("ascii", "replace"), digest)

    def _params(self) -> dict[str, int]:
        params = {}
        while self._fields.left:
            key, value = self._fields.parameter()
            params[key] = value
        return params


def type_of(number: int) -> np.dtype[np.generic]:
    """The type of values that has a number; raises UnsupportedVersion for an unknown one."""
    if number >= len(DTYPES):
        raise UnsupportedVersion(f"the values have the unknown type {number}; upgrade vdsc")
    return DTYPES[number]


def ratio(top: int, bottom: int) -> Fraction:
    """A rate; raises InvalidInput for the denominator 0."""
    if not bottom:
        raise InvalidInput("its rate has the denominator 0")
    return Fraction(top, bottom)
