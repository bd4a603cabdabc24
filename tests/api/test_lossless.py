"""Every bit of every array comes back, through the whole path."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import vdsc
from tests import tiny
from vdsc.codecs.lossless import chunk
from vdsc.codecs.lossless.coder import LosslessCoder
from vdsc.codecs.lossless.methods import coders
from vdsc.container.header import DTYPES
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, InvalidInput, VdscError
from vdsc.model import store

shapes = arrays.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=7)
quick = settings(max_examples=60, deadline=None)


def bits(values):
    """The values' bytes in their own order of bytes, row after row."""
    return np.ascontiguousarray(values).tobytes()


def there_and_back(values, **options):
    """The file of `values`, once it has given them back bit for bit."""
    data = vdsc.compress(values, lossless=True, **options)
    again = vdsc.decompress(data).values
    assert again.shape == values.shape
    assert again.dtype == values.dtype
    assert bits(again) == bits(values)
    facts = vdsc.info(data)
    assert facts.codec in {"lossless", "packed"}
    assert sum(facts.budget.values()) == facts.size == len(data)
    return data


@pytest.mark.parametrize("dtype", [dtype.str for dtype in DTYPES])
def test_every_type(dtype):
    """A ramp, with the extremes of the type, as each type of each byte order."""
    values = np.zeros((30, 5), dtype)
    ramp = np.arange(150).reshape(30, 5) % 100
    values[:] = (
        ramp.astype(np.uint16).view("V2") if values.dtype.kind == "V" else ramp.astype(dtype)
    )
    if values.dtype.kind in "fc":
        limits = np.finfo(dtype)
        values[3, :4] = [limits.max, limits.min, limits.smallest_subnormal, -0.0]
        values[4, :3] = [np.nan, np.inf, -np.inf]
    elif values.dtype.kind in "iu":
        limits = np.iinfo(dtype)
        values[3, :2] = [limits.max, limits.min]
    there_and_back(values)


@given(
    arrays.arrays(
        arrays.scalar_dtypes().filter(lambda d: d.kind in "fiub" and d.itemsize <= 8), shapes
    )
)
@quick
def test_any_array(values):
    """Whatever numbers, of whatever shape."""
    there_and_back(values)


@given(st.binary(min_size=8, max_size=800), st.sampled_from(["<f2", "<f4", "<f8", ">f8"]))
@quick
def test_any_bits_of_a_float(raw, dtype):
    """NaNs keep their payloads, signalling ones too, zeros their signs."""
    size = np.dtype(dtype).itemsize
    values = np.frombuffer(raw[: len(raw) // size * size], dtype)
    data = vdsc.compress(values, lossless=True)
    again = vdsc.decompress(data).values
    assert again.dtype == values.dtype
    assert again.tobytes() == values.tobytes()


@pytest.mark.parametrize("frames", [1, 2, 3, 1000])
@pytest.mark.parametrize("kind", ["constant", "noise", "walk"])
def test_any_length(frames, kind):
    """One frame, a few, many; nothing to say, nothing to gain, and what is in between."""
    rng = np.random.default_rng(frames)
    noise = rng.normal(size=(frames, 6))
    made = {"constant": 0 * noise + 7.25, "noise": noise, "walk": noise.cumsum(0).round(4)}[kind]
    data = there_and_back(made.astype(np.float32))
    floor = {"constant": 200, "noise": made.size * 4 + 100, "walk": made.size * 4 + 60}[kind]
    assert len(data) <= floor


def test_memory_layout_does_not_matter():
    """Fortran order and strides give the file of the plain array."""
    values = np.random.default_rng(0).integers(0, 50, (40, 6, 4)).astype(np.int16)
    plain = there_and_back(values)
    wide = np.zeros((40, 12, 4), np.int16)
    wide[:, ::2] = values
    for same in (np.asfortranarray(values), wide[:, ::2], values[::-1][::-1]):
        assert vdsc.compress(same, lossless=True) == plain


def test_several_chunks(monkeypatch):
    """Chunks follow one another, each with as many frames as it may hold."""
    monkeypatch.setattr(chunk, "VALUES", 64)
    values = np.random.default_rng(1).normal(size=(50, 5)).cumsum(0).astype(np.float32)
    data = vdsc.compress(values, codec="lossless")
    assert bits(vdsc.decompress(data).values) == bits(values)
    assert len(vdsc.info(data).chunks) == -(-50 // (64 // 5))


def test_times_come_back():
    """Listed times and rates are kept as they were given."""
    values = np.arange(20.0).reshape(10, 2)
    times = np.sort(np.random.default_rng(2).uniform(0, 9, 10))
    assert (vdsc.decompress(vdsc.compress(values, lossless=True, times=times)).times == times).all()
    assert vdsc.info(vdsc.compress(values, lossless=True, fps=29.97)).fps == 29.97
    assert vdsc.info(vdsc.compress(values, lossless=True)).fps == 1
    known = tiny.clip(tiny.VECTORS, 20)
    assert vdsc.info(vdsc.compress(known, lossless=True)).fps == vdsc.info(vdsc.compress(known)).fps


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((0, 3)), "no frames"),
        (np.zeros((3, 0)), "empty"),
        (np.array(3.0), "no frames"),
        (np.zeros(3, "m8[h]"), "timedelta64\\[s\\]"),
        (np.zeros(3, "U3"), "without loss"),
        (np.array([{}]), "never unpickled"),
        (np.array(["a"]), "without loss"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(values, words):
    with pytest.raises(InvalidInput, match=words):
        vdsc.compress(values, lossless=True)


def test_damage_is_seen():
    """Every cut and every flipped byte is an error that vdsc explains."""
    data = vdsc.compress(np.random.default_rng(3).normal(size=(20, 3)), codec="lossless")
    for at in range(len(data)):
        with pytest.raises(CorruptFile):
            vdsc.decompress(data[:at])
        flipped = data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :]
        with pytest.raises(VdscError):
            vdsc.decompress(flipped)


def test_a_body_that_decodes_to_other_values_is_refused():
    """Each chunk names the checksum of its values; a wrong answer is never given."""
    values = np.random.default_rng(4).integers(0, 9, (30, 2))
    outline = Outline(values.shape, values.dtype, Clock(rate=Fraction(1)))
    body = LosslessCoder(outline, coders(None)).encode(values)
    wrong = body[:1] + bytes(4) + body[5:]
    with pytest.raises(CorruptFile, match="does not decode"):
        LosslessCoder(outline, coders(None)).decode(wrong, 30)
    for damaged in (body[:3], body[:-1], bytes([200]) + body[1:]):
        with pytest.raises(VdscError):
            LosslessCoder(outline, coders(None)).decode(damaged, 30)


def test_verification_catches_a_broken_method(monkeypatch):
    """A method that does not give its values back never makes a file."""

    def broken(self, body, frames):
        return np.zeros(frames, np.int64)

    monkeypatch.setattr(LosslessCoder, "decode", broken)
    with pytest.raises(VdscError, match="report this input"):
        vdsc.compress(np.arange(40), codec="lossless")
    _, report = vdsc.compress(np.arange(40), codec="lossless", verify=False, report=True)
    assert not report.verified


def test_the_names_of_methods_are_those_of_the_coders():
    """Each has a number in files; a checkpoint brings the one of its kind."""
    kinds = {c.kind: c for c in store.installed()}
    made = coders(kinds[store.PATHS], kinds[store.VIDEO])
    names = (*chunk.METHODS[: chunk.RECAST], "fronts")
    assert tuple(method.name for method in made) == names
    assert [method.checkpoint is None for method in made] == [True, True, False, False, True]
    assert [method.name for method in coders(None)] == ["floor", "arrays", "fronts"]
