"""Files of the linear codec: any array of numbers, and words for what it cannot take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import vdsc
from tests.battery import check_codec, same
from tests.forge import forged, opened
from vdsc.codecs.linear import linear_params as params
from vdsc.codecs.linear import rounding
from vdsc.codecs.linear.linear_decoder import LinearFileDecoder
from vdsc.core.instants import Instants
from vdsc.errors import CorruptFile, InvalidInput, UnsupportedVersion, VdscError
from vdsc.quant.held import held

TYPES = ["<f4", ">f8", "<f2", "u1", "i1", "<i4", ">u8", "<i8"]
RNG = np.random.default_rng(0)


def walk(frames, channels, seed=0):
    return np.random.default_rng(seed).normal(size=(frames, channels)).cumsum(0)


def linear(values, **options):
    return vdsc.compress(values, codec="linear", **options)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_numbers_of_any_shape(data):
    """The file decodes to what the report says, or one line says why there is none."""
    dtype = data.draw(st.sampled_from(TYPES))
    shape = data.draw(arrays.array_shapes(min_dims=1, max_dims=4, max_side=7))
    elements = {"allow_nan": False, "allow_infinity": False} if dtype[1] == "f" else None
    values = data.draw(arrays.arrays(dtype, shape, elements=elements))
    quality = data.draw(st.integers(1, 100))
    try:
        made, report = linear(values, quality=quality, report=True)
    except InvalidInput:  # the ends of float64; below is what is said
        reject()
    found = vdsc.decompress(made).values
    assert (found.shape, found.dtype) == (values.shape, values.dtype)
    off = np.abs(found.astype(float) - values.astype(float))
    assert report.groups[0].max == off.max()


@pytest.mark.parametrize(
    "values",
    [
        walk(1, 4), walk(2, 4), walk(3, 1), walk(300, 1), walk(700, 50).astype("f4"),
        walk(30, 2000), np.zeros((40, 3)), np.full((50, 2), 7, "i2"), RNG.normal(size=(200, 5)),
        np.repeat([[0.0], [1e6]], 30, axis=0), np.arange(200, dtype="u1"),
        walk(24, 48).reshape(24, 4, 4, 3), np.asfortranarray(walk(40, 6)),
    ],
)  # fmt: skip
def test_odd_arrays_pass_the_battery(values):
    check_codec("linear", values, damage=4, quality=70)


def test_irregular_times_pass_the_battery():
    times = np.cumsum(np.random.default_rng(3).uniform(0.2, 2, 150)) + 1e6
    check_codec("linear", walk(150, 4), damage=4, times=times)


def test_more_quality_is_no_worse():
    """Along the dial files grow and errors shrink."""
    values = walk(400, 8).cumsum(axis=0)
    made = [linear(values, quality=q, report=True) for q in range(5, 101, 19)]
    sizes = [len(data) for data, _ in made]
    errors = [report.groups[0].mean for _, report in made]
    assert sizes == sorted(sizes)
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 100


def test_the_error_is_a_share_of_the_step():
    """Even noise, which nothing predicts, is off by at most about a step."""
    values = RNG.normal(size=(500, 3))
    for quality in (40, 60, 80):
        report = linear(values, quality=quality, report=True)[1]
        step = 2 ** ((30 - quality) / 10)
        assert 0.15 * step < report.groups[0].mean < 0.45 * step


def test_chunks_join_without_a_seam(monkeypatch):
    """Chunks share a frame; the decoder gives it once, and laws go on."""
    values = walk(300, 4).cumsum(axis=0)
    whole = linear(values)
    monkeypatch.setattr("vdsc.codecs.linear.linear_encoder.LONGEST", 100)
    data = check_codec("linear", values, damage=4)
    header, bodies = opened(data)
    assert len(bodies) == 4
    assert len(data) < 1.5 * len(whole) + 60
    wanted = Instants(header.outline, own=True)
    decoder = LinearFileDecoder(header)
    counts = [sum(map(len, decoder.decode(body, wanted))) for body in bodies]
    assert counts == [74, 75, 75, 76]


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8", "i1", "<i8", "<u8"])
def test_the_ends_of_a_type_are_not_passed(dtype):
    """Its largest and smallest finite values come back finite, and of their own sign."""
    ends = np.finfo(dtype) if dtype[1] == "f" else np.iinfo(dtype)
    channels = np.array([[float(ends.max)], [float(ends.min)], [np.inf], [-np.inf], [3.0]])
    made = held(channels, np.dtype(dtype)).ravel()
    assert made.tolist() == [ends.max, ends.min, ends.max, ends.min, 3]


def test_knots_can_be_looked_at(monkeypatch):
    """Their times are as many as the report counts, from the first frame to the last."""
    monkeypatch.setattr("vdsc.codecs.linear.linear_encoder.LONGEST", 100)
    data, report = linear(walk(300, 4).cumsum(axis=0), fps=50, report=True)
    times = vdsc.inspect_knots(data)
    assert report.made_by == f"linear, {len(times)} knots"
    assert (times[0], times[-1]) == (0, 299 / 50)
    assert (np.diff(times) >= 0.1).all()


def test_integers_stay_within_their_type():
    """Overshoot ends at the type's own ends."""
    values = np.where(np.arange(90)[:, None] // 10 % 2, 255, 0).astype("u1")
    found = vdsc.decompress(linear(values, quality=30)).values
    assert {0, 255} <= set(found.ravel().tolist())
    assert np.abs(found.astype(int) - values).mean() < 60


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.array([[1.0], [np.nan]]), r"values\[1, 0\] is nan; fill it in"),
        (np.array([[1.0, 2.0], [3.0, np.inf]]), r"values\[1, 1\] is inf"),
        (np.array([[True], [False]]), "is bool; use --lossless"),
        (np.array([[1e300], [-1e300]]), "near the limit"),
        (np.array([[1e12], [1e12 + 1e-3]]), "too large for such fine steps"),
    ],
)
def test_what_it_cannot_take_is_refused_with_advice(values, words):
    with pytest.raises(InvalidInput, match=words):
        linear(values)


@pytest.mark.parametrize("settings", [{"quality": 0}, {"quality": 50.0}, {"knots": "learned"}])
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(InvalidInput):
        linear(walk(5, 2), **settings)


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"z": 1}, UnsupportedVersion), ({"j": 4001}, CorruptFile), ({"j": -4001}, CorruptFile),
        ({"f": 25}, CorruptFile), ({"f": -1}, CorruptFile), ({"t": 2}, CorruptFile),
    ],
)  # fmt: skip
def test_parameters_that_cannot_be_are_refused(params, error):
    data = linear(walk(50, 3))
    with pytest.raises(error):
        vdsc.decompress(forged(data, params=dict(opened(data)[0].params) | params))


@pytest.mark.parametrize(
    ("shape", "fits"),
    [
        ((100, 3), True), ((101, 3), False), ((90, 10), True), ((91, 10), False),
        ((2, 999), True), ((3, 999), False),
    ],
)  # fmt: skip
def test_limits_of_chunks(monkeypatch, shape, fits):
    """As many frames and values as the page says are allowed, one frame more is not."""
    assert (params.FRAMES, params.VALUES) == (1 << 13, 1 << 20)
    monkeypatch.setattr(params, "FRAMES", 100)
    monkeypatch.setattr(params, "VALUES", 900)
    data = linear(walk(50, 3))
    outline = replace(opened(data)[0].outline, shape=shape)
    made = forged(data, outline=outline, bodies=[b""])
    if fits:
        assert not np.ptp(vdsc.decompress(made).values)
    else:
        with pytest.raises(CorruptFile, match="cannot hold its frames"):
            vdsc.decompress(made)


def test_forged_bodies_are_answered():
    """Bodies with bytes changed, cut and added, behind right checksums: values or an error."""
    rng = np.random.default_rng(5)
    data = linear(walk(60, 5) * 40, quality=60)
    (body,) = opened(data)[1]
    failed = 0
    for _ in range(150):
        wrong = bytearray(body)
        for at in rng.integers(0, len(body), rng.integers(1, 4)).tolist():
            wrong[at] = int(rng.integers(256))
        wrong = wrong[: rng.integers(1, len(wrong) + 1)] + rng.bytes(int(rng.integers(3)))
        try:
            found = vdsc.decompress(forged(data, bodies=[bytes(wrong)])).values
        except VdscError:
            failed += 1
        else:
            assert found.shape == (60, 5)
    assert failed > 100


def test_rounding_takes_the_cheapest_of_near_integers():
    """Error and bits together, against all integers around."""
    rng = np.random.default_rng(1)
    wanted = rng.laplace(size=30) * 3
    rows = rng.integers(1, 3000, (30, 16))
    rows[:, 0] += (1 << 16) - rows.sum(axis=1)
    shift = np.zeros(30, dtype=np.int64)
    found = rounding.Rounding(wanted)(rows, shift)
    for i in range(30):
        tried = np.unique(
            [0, int(np.trunc(wanted[i])), int(np.trunc(wanted[i]) + np.sign(wanted[i]))]
        )
        costs = [
            (wanted[i] - v) ** 2
            + rounding.EXCHANGE * rounding.bits(np.array([abs(v)]), rows[i : i + 1], shift[:1])[0]
            for v in tried
        ]
        assert found[i] == tried[int(np.argmin(costs))]
    assert same(rounding.Rounding(-wanted)(rows, shift), -found)
