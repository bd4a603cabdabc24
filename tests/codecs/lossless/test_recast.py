"""Narrowed values: all bits return, what can be narrowed is, and forged recasts are refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vdsc.codecs.lossless.recast import ALL, CAST, DIVIDED, FIRST, LAST, MULTIPLIED, Recast
from vdsc.errors import CorruptFile

WIDE = ["<f2", "<f4", "<f8", "u1", "i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8"]
NUMBERS = [np.dtype(name) for name in WIDE]
SMALL = st.integers(-3, 300).map(float) | st.floats(width=16)


@st.composite
def _narrow_values(draw):
    """Arrays of a wide type that often fit a narrow one: cast, scaled, or with a constant alpha."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=5))
    wide = draw(st.sampled_from(NUMBERS))
    with np.errstate(all="ignore"):
        values = draw(hnp.arrays(np.float64, shape, elements=SMALL)).astype(wide)
        if wide.kind == "f" and draw(st.booleans()):
            values = np.abs(np.nan_to_num(values)).astype(np.uint8).astype(wide) / wide.type(255)
    if len(shape) == 4 and draw(st.booleans()):
        values = np.concatenate((values, np.ones((*shape[:3], 4), wide)), axis=-1)[..., -7:-3]
    return np.ascontiguousarray(values)


@settings(max_examples=300, deadline=None)
@given(_narrow_values())
def test_all_bits_return(values):
    """Whatever is narrowed is widened to the same bits, by the bytes alone."""
    recast = Recast.find(values)
    if recast is None:
        return
    narrow = recast.narrow(values)
    assert narrow is not None
    read, rest = Recast.read(recast.to_bytes() + b"rest", values.dtype, values.shape[1:])
    assert read == recast
    assert rest == b"rest"
    assert narrow.shape[1:] == recast.frame(values.shape[1:])
    assert narrow.nbytes < values.nbytes
    assert recast.widen(narrow, values.dtype).tobytes() == values.tobytes()


ROUGH = np.random.default_rng(0).normal(size=(6, 5, 7))
LEVELS = np.random.default_rng(1).integers(0, 256, (3, 5, 7, 3), dtype=np.uint8)
ALPHA = np.concatenate((LEVELS, np.full((3, 5, 7, 1), 200, np.uint8)), axis=-1)


@pytest.mark.parametrize(
    ("values", "way", "dtype", "channel"),
    [
        (ROUGH.astype("f4").astype("f8"), CAST, "<f4", ALL),
        (ROUGH.astype("f2").astype("f8"), CAST, "<f2", ALL),
        (ROUGH.astype("f2").astype("f4"), CAST, "<f2", ALL),
        (np.arange(256, dtype="i8"), CAST, "u1", ALL),
        (np.arange(257, dtype="i8"), CAST, "<u2", ALL),
        (np.arange(-128, 128, dtype="i8"), CAST, "i1", ALL),
        (np.arange(0, 1 << 32, 1 << 24, dtype="u8"), CAST, "<u4", ALL),
        (np.arange(300, dtype="f8"), CAST, "<u2", ALL),
        (LEVELS / np.float32(255), DIVIDED, "u1", ALL),
        (LEVELS / np.float64(255), DIVIDED, "u1", ALL),
        (LEVELS.astype("f4") * np.float32(1 / 255), MULTIPLIED, "u1", ALL),
        (np.arange(0, 65536, 5) / np.float64(65535), DIVIDED, "<u2", ALL),
        (ALPHA, CAST, "u1", LAST),
        (np.moveaxis(ALPHA, -1, 1), CAST, "u1", FIRST),
        (ALPHA / np.float32(255), DIVIDED, "u1", LAST),
    ],
)
def test_what_can_be_narrowed_is(values, way, dtype, channel):
    """Each kind of value that the module names is found."""
    recast = Recast.find(np.ascontiguousarray(values))
    assert recast is not None
    assert (recast.way, recast.dtype, recast.channel) == (way, np.dtype(dtype), channel)


@pytest.mark.parametrize(
    "values",
    [
        ROUGH,
        np.array([1e-300, 1.0]),
        np.array([1.5, np.nan]),
        np.array([1, np.iinfo("i8").max]),
        np.arange(9, dtype=np.uint8),
        LEVELS,
        np.array([True, False]),
    ],
)
def test_what_cannot_be_narrowed_is_not(values):
    """Values that need their width, NaNs, and what is narrow already are left alone."""
    assert Recast.find(values) is None


def test_negative_zero_is_no_integer():
    """-0.0 keeps its sign: whole numbers with it become narrow floats."""
    recast = Recast.find(np.array([-0.0, 1.0, 2.0]))
    assert recast is not None
    assert recast.dtype == np.dtype("<f2")


@pytest.mark.parametrize(
    ("fields", "dtype", "frame"),
    [
        ((3, 1, 0, 0), "<f8", (5,)),  # no such way
        ((0, 11, 0, 0), "<f8", (5,)),  # bool
        ((0, 2, 0, 0), "<f8", (5,)),  # as wide as it was, for nothing
        ((0, 0, 0, 0), "<i8", (5,)),  # integers are no floats
        ((0, 1, 7, 0), "<i8", (5,)),  # a divisor for nothing
        ((1, 1, 0, 0), "<f8", (5,)),  # by zero
        ((1, 7, 255, 0), "<f8", (5,)),  # i1 is not divided
        ((1, 1, 255, 0), "<i8", (5,)),  # integers are not divided
        ((0, 1, 0, 1), "u1", (5, 5, 3)),  # no fourth channel
        ((0, 1, 0, 2), "u1", (3, 5, 4)),
        ((0, 1, 0, 1), "u1", (4,)),
        ((0, 1, 0, 3), "u1", (5, 5, 4)),
        ((0, 1, 0, 0), "u1", (5, 5, 4)),
        ((0, 1, 0, 0), "?", (5,)),
    ],
)
def test_forged_recasts_are_refused(fields, dtype, frame):
    """What no writer writes is a corrupt file."""
    with pytest.raises(CorruptFile):
        Recast.read(struct.pack("<BBHB", *fields) + bytes(9), np.dtype(dtype), frame)


def test_every_cut_is_refused():
    """A recast that ends early is a corrupt file."""
    data = Recast(CAST, np.dtype("u1"), 0, LAST, b"\xff").to_bytes()
    for end in range(len(data)):
        with pytest.raises(CorruptFile):
            Recast.read(data[:end], np.dtype("u1"), (5, 5, 4))
