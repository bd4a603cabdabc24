"""Channels in fixed point: exact sums at any size of latents, near the network in floats."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.errors import InvalidInput
from vdsc.twin.channel_decoder import Channels, ExactSums, exponents

rows = st.tuples(st.integers(0, 2**32 - 1), st.integers(-20, 11), st.integers(0, 40))


@given(rows)
def test_sums_are_exact(sizes):
    """Digits and shifts give the exact sum, rounded as the format says, for inputs to 2^40."""
    seed, power, far = sizes
    rng = np.random.default_rng(seed)
    weight, bias = rng.normal(size=(5, 7)) * 2.0**power, rng.normal(size=5) * 100
    part, z = ExactSums.of(weight, bias), rng.integers(-(2**far), 2**far, (4, 7), endpoint=True)
    for c in range(5):
        bits = int(part.bits[c])
        whole = [round(Fraction(w) * 2**bits) for w in weight[c].tolist()]
        moved = round(Fraction(bias[c]) * 2**24)
        for t in range(4):
            total = sum(w * int(v) for w, v in zip(whole, z[t], strict=True)) >> 15
            shift = bits - 19
            expected = floor(Fraction(total + (1 << shift >> 1), 1 << shift)) + moved
            assert int(part(z[t : t + 1].astype(float))[0, c]) == expected


@given(rows)
def test_weights_have_as_many_places_as_fit(sizes):
    """One place more would not fit, or is more than the finest."""
    seed, power, _ = sizes
    weight = np.random.default_rng(seed).normal(size=(5, 7)) * 2.0**power
    for row, bits in zip(weight, ExactSums.of(weight, np.zeros(5)).bits.tolist(), strict=True):
        assert sum(abs(round(w * 2.0**bits)) for w in row.tolist()) < 2**37
        more = sum(abs(round(w * 2.0 ** (bits + 1))) for w in row.tolist())
        assert bits == 36 or more >= 2**37


@pytest.mark.parametrize(("weight", "bias"), [(2.0**18, 0.0), (np.nan, 0.0), (1.0, 2.0**36)])
def test_weights_that_do_not_fit_are_refused(weight, bias):
    """Weights and offsets beyond exact sums raise, as do those that are no numbers."""
    with pytest.raises(InvalidInput, match="too large"):
        ExactSums.of(np.full((1, 1), weight), np.full(1, bias))


def network(rng, *, width=8, channels=3, dims=4):
    """Float32 weights of a small `LinearDecoder`."""
    shapes = {
        "linear": (channels, dims), "bend.0": (width, dims), "bend.2": (width, width),
        "bend.4": (channels, width),
    }  # fmt: skip
    made = {}
    for name, shape in shapes.items():
        made[f"decoder.{name}.weight"] = rng.normal(size=shape).astype(np.float32)
        made[f"decoder.{name}.bias"] = rng.normal(size=shape[0]).astype(np.float32)
    return made


def in_floats(weights, z, scale, offset):
    """What the network says in float64."""

    def layer(x, name):
        return (
            x @ weights[f"decoder.{name}.weight"].T.astype(float) + weights[f"decoder.{name}.bias"]
        )

    bent = z
    for name in ("bend.0", "bend.2"):
        bent = layer(bent, name)
        bent = bent / (1 + np.exp(-np.maximum(bent, -600)))
    return (layer(z, "linear") + layer(bent, "bend.4")) * scale + offset


@given(st.integers(0, 2**32 - 1), st.sampled_from([1e-9, 1e-3, 0.3, 10.0, 1000.0, 1e5, 1e9]))
def test_channels_are_near_the_floats_in_every_unit(seed, unit):
    """Whatever a channel's unit, the error is below 1e-3 of its scale."""
    rng = np.random.default_rng(seed)
    weights, z = network(rng), rng.integers(-(2**18), 2**18, (6, 4)).astype(float)
    scale = (unit * np.array([1, 1.7, 0.6])).astype(np.float32)
    offset = (scale * rng.normal(size=3)).astype(np.float32)
    draw = Channels(weights, scale, offset)
    found = np.ldexp(draw(z).astype(float), draw.exponents - 16)
    expected = in_floats(weights, z / 2**16, scale, offset)
    assert (np.abs(found - expected) < 1e-3 * scale).all()


def test_large_latents_are_not_clipped():
    """Latents of 2^15, far beyond what the bend takes, reach the channels in full."""
    rng = np.random.default_rng(5)
    weights = network(rng)
    weights["decoder.bend.4.weight"][:] = 0
    z = rng.integers(-(2**31), 2**31, (6, 4)).astype(float)
    scale, offset = np.full(3, 10, np.float32), np.zeros(3, np.float32)
    expected = in_floats(weights, z / 2**16, scale, offset)
    assert np.abs(Channels(weights, scale, offset)(z) / 2**16 - expected).max() < 0.01


def test_exponents_are_zero_for_common_scales():
    """From 1/4 to just below 1024 a channel is in its own unit, beyond in a power of two of it."""
    scale = np.array([0.25, 1, 3.5, 1023.9, 0.2499, 1024, 1e-3, 1e6], np.float32)
    assert exponents(scale).tolist() == [0, 0, 0, 0, -3, 10, -10, 19]
