"""The header of a file: its codec, model, outline and parameters, and the limits on them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vdsc.container.limits import DIMENSIONS, PARAMETERS, RAW_BYTES
from vdsc.core.numeric_view import BFLOAT16, DATE_UNITS
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput, LimitExceeded

# The position of a type is its number in the file: append only.
_LITTLE = ("<f4", "u1", "<f8", "<f2", "<u2", "<u4", "<u8", "i1", "<i2", "<i4", "<i8")
_BIG = (">f4", ">f8", ">f2", ">u2", ">u4", ">u8", ">i2", ">i4", ">i8")
_COMPLEX = ("<c8", "<c16", ">c8", ">c16")
_DATES = tuple(f"{order}{kind}8[{u}]" for order in "<>" for kind in "Mm" for u in DATE_UNITS)
_TYPES = (*_LITTLE, "?", *_BIG, *_COMPLEX, *_DATES, BFLOAT16.str)
DTYPES = tuple(np.dtype(name) for name in _TYPES)
DIGEST_BYTES, OLD_DIGEST_BYTES = 16, 6  # of files that are written now, and of version 1.0

_CODEC = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PARAM = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A checkpoint by name and by content: `digest` is the first 16 bytes of its SHA-256.

    Files of version 1.0 have the first 6 bytes only.
    """

    name: str
    digest: bytes

    def __post_init__(self) -> None:
        _match(_MODEL, "model name", self.name)
        if len(self.digest) not in {DIGEST_BYTES, OLD_DIGEST_BYTES}:
            raise InvalidInput(f"a model digest has {DIGEST_BYTES} bytes, not {len(self.digest)}")


@dataclass(frozen=True, slots=True)
class Header:
    """The codec, its model and parameters, the outline of the answer, and the number of chunks.

    Raises InvalidInput for what cannot be stored, LimitExceeded for what is too large.
    """

    codec: str
    model: ModelRef | None
    outline: Outline
    params: Mapping[str, int]
    chunks: int = 1

    def __post_init__(self) -> None:
        _match(_CODEC, "codec id", self.codec)
        check_shape(self.outline.shape, self.outline.dtype)
        _check_clock(self.outline)
        if len(self.params) > PARAMETERS:
            raise InvalidInput(f"{len(self.params)} parameters are above the limit of {PARAMETERS}")
        for key, value in self.params.items():
            _match(_PARAM, "parameter name", key)
            _check_int(f"parameter {key}", value, least=-(2**63))
        _check_int("the number of chunks", self.chunks, least=1)


def check_shape(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
    """Raise unless values of `shape` and `dtype` may be stored; allocates nothing."""
    if dtype not in DTYPES:
        raise InvalidInput(f"values of type {dtype.str} cannot be stored; convert them to <f4")
    if len(shape) > DIMENSIONS:
        raise LimitExceeded(f"{len(shape)} dimensions are above the limit of {DIMENSIONS}")
    if not shape or min(shape) < 1:
        raise InvalidInput(f"shape {shape} holds no values")
    if math.prod(shape) * dtype.itemsize > RAW_BYTES:
        raise LimitExceeded(f"shape {shape} is above the limit of {RAW_BYTES} bytes")


def _check_clock(outline: Outline) -> None:
    clock: Clock = outline.clock
    if clock.times is not None and len(clock.times) != outline.frames:
        raise InvalidInput(f"{len(clock.times)} times for {outline.frames} frames")
    if clock.rate is not None:
        _check_int("the numerator of the rate", clock.rate.numerator, least=1)
        _check_int("the denominator of the rate", clock.rate.denominator, least=1)
    if not math.isfinite(clock.start):
        raise InvalidInput(f"the clock cannot start at {clock.start}")


def _check_int(what: str, value: int, *, least: int) -> None:
    if type(value) is not int or not least <= value < 2**64:
        raise InvalidInput(f"{what} must be an int from {least} to 2**64 - 1, not {value!r}")


def _match(pattern: re.Pattern[str], what: str, text: str) -> None:
    if not pattern.fullmatch(text):
        raise InvalidInput(f"{text!r} is not a {what}: it must match {pattern.pattern}")
