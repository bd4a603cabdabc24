"""The codec of fields: the battery on all kinds of arrays, and what its parts promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from tests.battery import check_codec
from tests.forge import opened
from vdsc.codecs.field.lapped import PLACES, Lapped
from vdsc.codecs.field.latent_law import LatentLaws, ranges
from vdsc.codecs.field.latent_order import LatentOrder, phases
from vdsc.codecs.field.pyramid import Pyramid
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.errors import CorruptFile, InvalidInput


def waves(*shape, seed=0):
    """A smooth array with some noise."""
    rng = np.random.default_rng(seed)
    axes = np.meshgrid(*(np.linspace(0, 3, n) for n in shape), indexing="ij")
    return sum(np.sin((i + 2) * x + i) for i, x in enumerate(axes)) + rng.normal(0, 0.05, shape)


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i2", "u1", ">u8"])
@pytest.mark.parametrize("quality", [10, 70])
def test_the_field_codec_passes_the_battery(dtype, quality):
    values = np.abs(waves(24, 11) * 20) if dtype[1] == "u" else waves(24, 11) * 20
    check_codec("field", values.astype(dtype), damage=6, quality=quality)


@pytest.mark.parametrize(
    "shape", [(1,), (2,), (3, 1), (1, 9, 7, 3), (5, 1, 6), (3, 4, 5, 6), (3, 4, 5, 6, 2), (70, 2)]
)
def test_arrays_of_any_shape(shape):
    check_codec("field", waves(*shape), damage=4)


def test_errors_are_as_large_as_the_step_says():
    values = waves(40, 33, 20)
    for step in (0.5, 0.1, 0.01):
        decoded = vdsc.decompress(vdsc.compress(values, codec="field", step=step)).values
        off = np.sqrt(np.square(decoded - values).mean())
        assert 0.05 * step < off < 0.6 * step


def test_ten_more_of_quality_is_half_the_step():
    values = waves(60, 30)
    steps = [
        opened(vdsc.compress(values, codec="field", quality=q))[0].params["j"] for q in (40, 50)
    ]
    assert steps[0] - steps[1] == 8


def test_a_smooth_field_takes_less_than_its_rows_alone():
    """What neighbours along all axes say is used: against the codec of paths at equal error."""
    values = waves(48, 40, 36).astype("f4")
    mine = vdsc.compress(values, codec="field", quality=60)
    off = np.square(vdsc.decompress(mine).values - values).mean()
    for quality in range(40, 100, 2):
        other = vdsc.compress(values, codec="linear", quality=quality)
        if np.square(vdsc.decompress(other).values - values).mean() <= off:
            break
    assert len(mine) < len(other)


def test_what_it_does_not_take_is_said():
    for values, words in (
        (np.zeros((2, 3, 4, 5, 6)), "1 to 4 coordinates"),
        (np.array([1.0, np.inf]), "is inf"),
        (np.full(9, 1e300), "--lossless"),
    ):
        with pytest.raises(InvalidInput, match=words):
            vdsc.compress(values, codec="field")
    for options in (
        {"quality": 0},
        {"step": -1.0},
        {"blocks": (3, 3)},
        {"blocks": (64, 64)},
        {"price": 2.0},
        {"effort": 10},
    ):
        with pytest.raises(InvalidInput):
            vdsc.compress(np.zeros((90, 90)), codec="field", **options)
    with pytest.raises(InvalidInput, match="fine steps"):
        vdsc.compress(np.array([0.0, 1e9]), codec="field", step=1e-6)


@pytest.mark.parametrize("size", [2, 3, 4, 8, 16, 24, 32])
def test_the_transform_is_orthonormal_and_its_inverse_is_exact(size):
    lapped = Lapped.of(size)
    whole = [lapped.waves] if lapped.fold is None else [lapped.waves, lapped.fold]
    for matrix in whole:
        real = matrix * 0.5**PLACES
        assert np.abs(real @ real.T - np.eye(size)).max() < 1e-3
    n = np.arange(size)
    exact = np.sqrt(2 / size) * np.cos(np.pi * n[:, None] * (2 * n + 1) / (2 * size))
    exact[0] *= 0.5**0.5
    assert np.abs(lapped.waves * 0.5**PLACES - exact).max() <= 0.5**PLACES
    samples = np.random.default_rng(size).normal(size=(3, 4 * size)) * 1000
    back = lapped.inverse(np.rint(lapped.forward(samples, 1)), 1)
    assert np.abs(back - samples).max() < 4
    assert (back == np.rint(back)).all()


def test_impossibly_large_coefficients_are_damage():
    with pytest.raises(CorruptFile):
        Lapped.of(8).inverse(np.full((1, 8), 1e12), 1)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=3),
    st.integers(1, 3), st.integers(0, 3), st.integers(0, 99),
)  # fmt: skip
def test_a_pyramid_gives_back_what_it_is_made_of(shape, channels, log, seed):
    sizes = tuple(min(1 << log, 1 << n.bit_length() - 1) for n in shape)
    pyramid = Pyramid.of(tuple(shape), sizes, channels)
    values = np.random.default_rng(seed).normal(size=(*shape, channels)) * 1e5
    back = pyramid.inverse([np.rint(part) for part in pyramid.forward(values)], pyramid.regions())
    assert back.shape == values.shape
    assert np.abs(back - values).max() < 16


@pytest.mark.parametrize("sizes", [(16, 16), (8,), (2, 4, 8), (1, 8, 8)])
@pytest.mark.parametrize("channels", [1, 3])
def test_each_place_and_each_block_is_coded_once(sizes, channels):
    level = Pyramid.of(tuple(5 * n for n in sizes), sizes, channels).levels[0]
    order = LatentOrder.of(level)
    assert sorted(order.places) == list(range(channels, level.latents))
    assert [g.begin for g in order.groups[1:]] == [g.end for g in order.groups[:-1]]
    blocks = np.concatenate([phase.blocks for phase in phases(level.grid, level.axes)])
    assert sorted(blocks) == list(range(level.blocks))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(1 << 24), 1 << 24), min_size=1, max_size=40), st.integers(0, 99))
def test_any_latents_are_coded_under_any_laws(latents, seed):
    laws = LatentLaws.of(np.random.default_rng(seed).normal(0, 9000, (len(latents), 3)))
    tape, stack, wanted = WritingTape(), BitStack(), np.array(latents)
    laws.code(tape, wanted)
    tape.push(stack)
    bits, ideal = stack.bits, laws.costs(wanted).sum()
    assert (laws.code(ReadingTape(stack), None) == wanted).all()
    assert stack.empty
    assert bits < ideal + 0.02 * len(latents) + 64


def test_ranges_are_two_an_octave():
    edges = ranges()
    assert (np.diff(edges) > 0).all()
    assert edges[:9].tolist() == list(range(9))
    assert edges[-1] == 1 << 24
