"""Header <-> the body of the HEAD record: one canonical msgpack map."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

import msgpack
import numpy as np

from vdsc.container.header import (
    DIGEST_BYTES,
    DTYPES,
    OLD_DIGEST_BYTES,
    Header,
    ModelRef,
    check_shape,
)
from vdsc.container.limits import HEAD_BYTES, PARAMETERS
from vdsc.core.sequence import Clock, Outline, Times
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded, UnsupportedVersion

CODEC, SHAPE, DTYPE, RATE, START, OLD_MODEL, CHUNKS, MODEL = range(8)

_ENTRIES = MODEL + 1 + PARAMETERS
_DIGESTS = {OLD_MODEL: OLD_DIGEST_BYTES, MODEL: DIGEST_BYTES}

Fields = dict[object, object]
T = TypeVar("T")


def pack(header: Header) -> bytes:
    """The body for `header`; what has its default is left out."""
    clock = header.outline.clock
    fields: Fields = {
        CODEC: header.codec,
        SHAPE: list(header.outline.shape),
        DTYPE: DTYPES.index(header.outline.dtype) or None,
        RATE: clock.rate and _ratio(clock.rate),
        START: _shortest(clock.start) if clock.rate else None,
        OLD_MODEL: _named(header.model, OLD_MODEL),
        CHUNKS: header.chunks if header.chunks > 1 else None,
        MODEL: _named(header.model, MODEL),
    }
    fields |= {key: header.params[key] for key in sorted(header.params)}
    packed: bytes = msgpack.packb({k: v for k, v in fields.items() if v is not None})
    return packed


def minor(header: Header) -> int:
    """The oldest minor version of the format that has all of this header's fields."""
    return int(_named(header.model, MODEL) is not None)


def unpack(body: bytes, read_times: Callable[[int], Times]) -> Header:
    """The header in `body`; `read_times(frames)` is called if the frames have no rate."""
    try:
        header = _header(_fields(body), read_times)
    except InvalidInput as error:
        raise CorruptFile(f"the header cannot be right: {error}") from error
    if pack(header) != body:
        raise CorruptFile("the header is not in its canonical form")
    return header


def _fields(body: bytes) -> Fields:
    """The map in `body`, with strict limits; its keys are known integers or strings."""
    if len(body) > HEAD_BYTES:
        raise LimitExceeded(f"a header of {len(body)} bytes is above the limit of {HEAD_BYTES}")
    try:
        tree = msgpack.unpackb(body, strict_map_key=False, max_map_len=_ENTRIES, max_ext_len=0)
    except (ValueError, TypeError) as error:
        raise CorruptFile(f"the header is not a msgpack map: {error}") from error
    fields: Fields = _of(dict, tree)
    for key in fields:
        if type(key) is int and key > MODEL:
            raise UnsupportedVersion(f"the header has the unknown field {key}; upgrade vdsc")
    return fields


def _header(fields: Fields, read_times: Callable[[int], Times]) -> Header:
    shape = tuple(_of(int, size) for size in _of(list, fields.get(SHAPE)))
    dtype = _dtype(_of(int, fields.get(DTYPE, 0)))
    check_shape(shape, dtype)
    return Header(
        codec=_of(str, fields.get(CODEC)),
        model=_model(fields),
        outline=Outline(shape, dtype, _clock(fields, shape[0], read_times)),
        params={k: _of(int, v) for k, v in fields.items() if isinstance(k, str)},
        chunks=_of(int, fields.get(CHUNKS, 1)),
    )


def _clock(fields: Fields, frames: int, read_times: Callable[[int], Times]) -> Clock:
    if RATE not in fields:
        return Clock(times=read_times(frames))
    start = fields.get(START, 0)
    return Clock(_rate(fields[RATE]), float(start if type(start) is int else _of(float, start)))


def _rate(value: object) -> Fraction:
    pair = [_of(int, part) for part in (value if isinstance(value, list) else [value, 1])]
    if len(pair) != 2 or pair[1] < 1:
        raise InvalidInput(f"the frame rate cannot be {pair}")
    return Fraction(*pair)


def _ratio(rate: Fraction) -> int | list[int]:
    return rate.numerator if rate.denominator == 1 else [rate.numerator, rate.denominator]


def _shortest(start: float) -> int | float | None:
    return (int(start) if start.is_integer() and abs(start) < 2**53 else start) or None


def _dtype(number: int) -> np.dtype[np.generic]:
    if not 0 <= number < len(DTYPES):
        raise UnsupportedVersion(f"the values have the unknown type {number}; upgrade vdsc")
    return DTYPES[number]


def _named(model: ModelRef | None, field: int) -> bytes | None:
    """The value of OLD_MODEL or of MODEL: only one of them holds digests of this length."""
    if model is None or len(model.digest) != _DIGESTS[field]:
        return None
    return model.digest + model.name.encode()


def _model(fields: Fields) -> ModelRef | None:
    field = MODEL if MODEL in fields else OLD_MODEL
    if field not in fields:
        return None
    raw, size = _of(bytes, fields[field]), _DIGESTS[field]
    return ModelRef(raw[size:].decode("ascii", "replace"), raw[:size])


def _of(kind: type[T], value: object) -> T:
    """`value` if it is exactly of this type, else InvalidInput."""
    if type(value) is not kind:
        raise InvalidInput(f"a field is {type(value).__name__} and should be {kind.__name__}")
    return value
