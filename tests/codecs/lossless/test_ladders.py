"""Channels that climb in steps of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from tests.docs.lossless_page import decoder
from vdsc.codecs.lossless.ladders import Ladders
from vdsc.codecs.lossless.stairs import stair
from vdsc.errors import CorruptFile


def series(count=9, length=300, seed=0, dtype="<f4"):
    """Whole readings (count, length), each series of mean 0 and deviation 1; the last is noise."""
    rng = np.random.default_rng(seed)
    made = np.rint(rng.normal(size=(count, length)).cumsum(axis=1) * 40)
    made[-1] = rng.normal(size=length)
    made -= made.mean(axis=1, keepdims=True)
    return (made / made.std(axis=1, keepdims=True)).astype(dtype)


@pytest.mark.parametrize("dtype", ["<f4", "<f8"])
@pytest.mark.parametrize("turned", [False, True])
def test_all_bits_return_and_the_file_is_smaller(dtype, turned):
    """Series along either axis, as text or as they are; the page decodes the same."""
    values = series(dtype=dtype)
    if dtype == "<f8":
        values = np.array([[float(f"{x:.6g}") for x in row] for row in values])
    values = np.ascontiguousarray(values.T) if turned else values
    found = Ladders.find(values)
    assert found is not None
    assert found.axis == int(not turned)
    assert sum(step > 0 for step in found.steps) == 8
    data = vdsc.compress(values, fps=30, codec="lossless")
    assert vdsc.decompress(data).values.tobytes() == values.tobytes()
    met = set()
    assert decoder.decode(data, met=met).tobytes() == values.tobytes()
    assert ("recast", 4, 0) in met
    assert len(data) < 0.7 * values.nbytes * (4 / values.itemsize)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_steps_are_found(data):
    """Rounded multiples of any step from anywhere lie on the stairs that are found."""
    step = data.draw(st.floats(1e-3, 1e3))
    start = data.draw(st.floats(-1e3, 1e3))
    whole = data.draw(st.lists(st.integers(-400, 400), min_size=150, max_size=200))
    rng = np.random.default_rng(len(whole))
    values = start + step * np.append(whole, rng.integers(-400, 400, 200))
    found = stair(values)
    assert found is not None
    times = step / found[1]  # a larger step of which all are multiples is as good
    assert abs(times - round(times)) < 1e-6 or abs(1 / times - round(1 / times)) < 1e-6


def test_noise_has_no_steps():
    """Values at random lie on no stairs."""
    rng = np.random.default_rng(0)
    assert sum(stair(rng.normal(size=200)) is not None for _ in range(200)) == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(allow_nan=False, width=32), max_size=6), st.integers(0, 5))
def test_strays_return(strays, channel):
    """Any numbers among those of a channel, zeros of both signs too, come back bit for bit."""
    values = series(6)
    for at, one in enumerate(strays):
        values[channel, 20 + 3 * at] = one
    found = Ladders.find(values)
    narrow = None if found is None else found.narrow(values)
    if found is not None and narrow is not None:
        read, rest = Ladders.read(found.to_bytes() + b"x", values.dtype, values.shape)
        assert (read, read.strays, rest) == (found, found.strays, b"x")
        assert read.widen(narrow, values.dtype).tobytes() == values.tobytes()


def test_the_next_chunk_goes_on():
    """Other values on the same stairs are narrowed alike."""
    values = np.ascontiguousarray(series(length=900).T)
    found = Ladders.find(values[:600])
    again = found.again(values[600:])
    assert again == found
    assert again.widen(again.narrow(values[600:]), values.dtype).tobytes() == values[600:].tobytes()


def test_every_cut_and_other_shapes_are_refused():
    """Bytes that are cut, or of other channels, are corrupt; other numbers are noticed."""
    values = series()
    found = Ladders.find(values)
    data = found.to_bytes()
    for size in range(1, len(data), 7):
        with pytest.raises(CorruptFile):
            Ladders.read(data[:size], values.dtype, values.shape)
    for shape, dtype in (((9, 30), "<f4"), ((9, 300), "<i4"), ((9, 300), "<f2"), ((8, 300), "<f4")):
        with pytest.raises(CorruptFile):
            Ladders.read(data, np.dtype(dtype), shape)
    with pytest.raises(CorruptFile):
        found.widen(np.zeros(values.shape, found.dtype), values.dtype)


def test_flipped_bytes_are_noticed():
    """A file of such channels in which a byte is not as it was is refused."""
    data = vdsc.compress(series(5), fps=30, codec="lossless")
    for at in range(40, len(data), max(1, len(data) // 60)):
        wrong = data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :]
        with pytest.raises(vdsc.VdscError):
            vdsc.decompress(wrong)


@pytest.mark.parametrize("scale", [1e308, 1e-308, 5e-324])
def test_the_ends_of_float64_have_no_steps(scale):
    """The largest and the smallest numbers there are are looked at without a warning."""
    values = np.linspace(-1, 1, 300) * scale
    assert stair(values) is None
    assert Ladders.find(values.reshape(-1, 3)) is None
