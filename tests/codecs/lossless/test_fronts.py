"""Whole numbers on boards come back, cost less than by other methods, and damage is noticed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import vdsc
from tests.surface import drifting
from vdsc.codecs.lossless import chunk, footprint
from vdsc.codecs.lossless.fronts_method import Fronts
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded, VdscError


def outline(shape, dtype):
    """The outline of such a sequence."""
    return Outline(shape, np.dtype(dtype), Clock(rate=Fraction(1)))


def test_weather_is_coded_by_fronts():
    """A promised error counts whole steps, and these cost less by fronts than on a path."""
    values = drifting(120, 24, 30, 40).astype("f4") / 100
    data, report = vdsc.compress(values, max_error=0.05, report=True)
    assert "fronts" in report.made_by
    other = vdsc.compress(values, max_error=0.05, base="linear")
    assert len(data) < len(other)
    assert np.abs(vdsc.decompress(data).values - values.astype("f8")).max() <= 0.05


@pytest.mark.parametrize("dtype", ["u1", "i1", "<u2", "<i4", "<u4"])
def test_every_type_comes_back(dtype):
    """Numbers near the ends of the type, too."""
    limits, numbers = np.iinfo(dtype), drifting(7, 16, 16, 2) % 50
    for values in ((limits.max - numbers).astype(dtype), (limits.min + numbers).astype(dtype)):
        payload, _ = Fronts().encode(values, ())
        back, _ = Fronts().decode(payload, values.shape, values.dtype, ())
        assert back.tobytes() == values.tobytes()


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((9, 3, 90), "i2"), ((9, 15, 17), "i2"), ((9, 16, 16), "f4"), ((9, 16, 16), "i8"),
     ((9, 16, 16, 3), "u1"), ((9, 256), "u1"), ((2, 513, 512), "u1")],
)  # fmt: skip
def test_what_lies_on_no_board_is_not_taken(shape, dtype):
    """Narrow or small or huge frames, floats, wide integers, colours and rows."""
    assert Fronts().start(outline(shape, dtype)) is None


def test_numbers_too_far_apart_are_not_taken():
    """Other methods have them."""
    values = drifting(4, 16, 16, 1).astype("i4")
    values[2, 3, 3] = 1 << 23
    with pytest.raises(InvalidInput, match="another"):
        Fronts().encode(values, ())
    assert vdsc.decompress(vdsc.compress(values, lossless=True)).values.tolist() == values.tolist()


def test_damage_is_noticed():
    """Every prefix and every flipped bit of a byte is refused, or gives numbers of the type."""
    values = drifting(3, 16, 16, 3).astype("i2")
    payload, _ = Fronts().encode(values, ())
    for end in range(0, len(payload), 7):
        with pytest.raises(VdscError):
            Fronts().decode(payload[:end], values.shape, values.dtype, ())
    for at in range(0, len(payload), 5):
        wrong = payload[:at] + bytes([payload[at] ^ 1 << at % 8]) + payload[at + 1 :]
        try:
            back, _ = Fronts().decode(wrong, values.shape, values.dtype, ())
            assert back.shape == values.shape
        except VdscError:
            pass
    with pytest.raises(CorruptFile):
        Fronts().decode(b"\1" + payload[1:], values.shape, values.dtype, ())


def test_memory_is_weighed():
    """A limit below the estimate refuses a chunk before it is decoded."""
    values = drifting(4, 16, 16, 1).astype("i2")
    payload, _ = Fronts().encode(values, ())
    most = footprint.fronts(values.shape)
    assert Fronts(most).decode(payload, values.shape, values.dtype, ())[0].shape == values.shape
    with pytest.raises(LimitExceeded):
        Fronts(most - 1).decode(payload, values.shape, values.dtype, ())


def test_its_number_in_files_stays():
    """Readers of older files know it by its place."""
    assert chunk.METHODS.index("fronts") == 6
