"""Fixed point: exact sums in any order, and functions near their real ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vdsc.errors import InvalidInput
from vdsc.twin import layers as fixed
from vdsc.twin import reals
from vdsc.twin.layers import UNIT, Conv, Dense

X = np.rint(np.linspace(-30, 30, 4001) * UNIT)


@pytest.mark.parametrize(
    ("made", "real"),
    [
        (fixed.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
        (fixed.tanh, np.tanh),
        (fixed.silu, lambda x: x / (1 + np.exp(-x))),
    ],
)
def test_functions_are_near_the_real_ones(made, real):
    """Sigmoid, tanh and SiLU hold whole numbers of units, within 3e-5."""
    found = made(X)
    assert (found == np.rint(found)).all()
    assert np.abs(found / UNIT - real(X / UNIT)).max() < 3e-5


@pytest.mark.parametrize("x", [-18.5, -1.0, 2.0**-20, 0.3, 7.6])
def test_reals_have_twenty_digits(x):
    """Exponential, logarithm and softplus agree with the library to its own precision."""
    one = 2.0**96
    assert reals.exp(reals.fine(x)) / one == pytest.approx(math.exp(x), rel=1e-15)
    assert reals.softplus(x) / one == pytest.approx(math.log1p(math.exp(x)), rel=1e-12)
    log = reals.log(reals.fine(abs(x))) / one
    assert log == pytest.approx(math.log(abs(x)), rel=1e-15)


def test_a_layer_does_not_depend_on_order_or_batch():
    """A permuted sum, one row alone and all rows together are equal to the last bit."""
    rng = np.random.default_rng(1)
    weight, bias = (rng.normal(size=s).astype(np.float32) for s in ((40, 300), (40,)))
    x = np.rint(rng.normal(size=(17, 300)) * 40 * UNIT)
    whole = Dense.of(weight, bias)(x)
    order = rng.permutation(300)
    assert (Dense.of(weight[:, order], bias)(x[:, order]) == whole).all()
    assert (np.stack([Dense.of(weight, bias)(row) for row in x]) == whole).all()
    near = np.clip(x / UNIT, -128, 128) @ weight.T.astype(float) + bias
    assert np.abs(whole / UNIT - near).max() < 0.02


def test_huge_weights_are_refused():
    """A layer whose sums could pass 2**52 cannot be made."""
    with pytest.raises(InvalidInput, match="too large"):
        Dense.of(np.full((1, 64), 4096, np.float32), np.zeros(1, np.float32))


@pytest.mark.parametrize(("stride", "padding"), [(1, 1), (2, 1), (4, 0)])
def test_convolutions_are_torchs(stride, padding):
    """Unfolding and multiplying is the convolution that the network has."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    kernel, bias = (rng.normal(size=s).astype(np.float32) for s in ((5, 3, 4, 4), (5,)))
    made = Conv.of({"c.weight": kernel, "c.bias": bias}, "c", stride, padding)
    x = rng.normal(size=(2, 12, 16, 3))
    real = torch.nn.functional.conv2d(
        torch.from_numpy(x).permute(0, 3, 1, 2),
        torch.from_numpy(kernel).double(), torch.from_numpy(bias).double(), stride, padding,
    ).permute(0, 2, 3, 1)  # fmt: skip
    assert np.abs(made(np.rint(x * UNIT)) / UNIT - real.numpy()).max() < 1e-4
