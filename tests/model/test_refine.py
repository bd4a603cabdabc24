"""Knot values found again from the frames that they made."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vdsc.model import curve, refine
from vdsc.model.network_frames import PixelFrames
from vdsc.model.path_model import Inference, PathModel
from vdsc.model.price import Price

KNOTS = np.array([0, 4, 5, 11, 17, 24])
TIMES = np.arange(25) / 10


def seen_of(frames, path):
    """What `infer` would say: the frames, and a first guess of their path."""
    return Inference(frames, TIMES, path, torch.zeros(len(TIMES), 1))


def decoded(net, values):
    with torch.no_grad():
        path = refine.path_at(net, TIMES[KNOTS], torch.as_tensor(values).float(), TIMES)
        return net.decoder(path)


@pytest.fixture
def truth():
    return np.random.default_rng(5).normal(size=(len(KNOTS), 3))


def test_knots_of_the_linear_path_come_back(network, truth):
    """Frames that W and the spline made give their knots back, from any first guess."""
    net = network().requires_grad_(requires_grad=False)
    guess = np.random.default_rng(6).normal(size=(25, 3))
    found = refine.least_squares(net, seen_of(decoded(net, truth), guess), KNOTS, None)
    assert found == pytest.approx(truth, abs=1e-4)


def test_a_bend_is_followed(network, truth):
    """With a network beside the linear path a few rounds still find knots that decode right."""
    net = network().requires_grad_(requires_grad=False)
    with torch.no_grad():
        net.decoder.bend[-1].weight.normal_(0, 0.1)
    frames = decoded(net, truth)
    found = refine.least_squares(net, seen_of(frames, np.zeros((25, 3))), KNOTS, None)
    assert (decoded(net, found) - frames).square().mean() < 1e-4 * frames.var()


def test_a_pinned_first_knot_stays(network, truth):
    """The knot shared with the window before keeps its value; the others still decode best."""
    net = network().requires_grad_(requires_grad=False)
    seen = seen_of(decoded(net, truth), np.zeros((25, 3)))
    assert refine.least_squares(net, seen, KNOTS, truth[0]) == pytest.approx(truth, abs=1e-4)
    other = refine.least_squares(net, seen, KNOTS, truth[0] + 1)
    assert (other[0] == truth[0] + 1).all()
    best = np.linalg.lstsq(
        curve.spline_matrix(TIMES[KNOTS], TIMES)[:, 1:],
        curve.spline_matrix(TIMES[KNOTS], TIMES) @ truth
        - np.outer(curve.spline_matrix(TIMES[KNOTS], TIMES)[:, 0], truth[0] + 1),
    )[0]
    assert other[1:] == pytest.approx(best, abs=1e-4)


def price_of(dims, cell=0.2, spread=0.3):
    """Knots that cost what logistic steps of one spread would."""
    steps = len(KNOTS) - 1
    decay, wide = np.full((steps, dims), 0.8), np.full((steps, dims), spread)
    return Price(cell=np.full(dims, cell), spread0=np.ones(dims), decay=decay, spread=wide)


SPRITES = {"decoder": "sprites", "frame": (32, 32, 1), "latent": 6, "glimpse": 8}


@pytest.fixture
def sprites(network):
    """A network of moving sprites, one of whose dimensions stands still."""
    net = network(interpolation="bridge", **SPRITES)
    with torch.no_grad():
        net.posterior.raw_nu[2] = -20.0
        net.decoder.sprite[-1].weight.mul_(10)
    return net.requires_grad_(requires_grad=False)


@pytest.fixture
def scene(sprites):
    """Knots of a short scene, and its frames."""
    values = np.random.default_rng(8).normal(0, 0.3, (len(KNOTS), 6))
    values[:, 2] = values[0, 2]
    return values, decoded(sprites, values)


def test_descent_brings_frames_closer(sprites, scene):
    """From a wrong guess the error falls; dimensions that stand still keep one value."""
    _, frames = scene
    start = np.zeros((len(KNOTS), 6))
    found = refine.descend(sprites, seen_of(frames, None), KNOTS, start, None, price_of(6, 0.1))
    error = (decoded(sprites, found) - frames).square().sum()
    assert error < 0.5 * (decoded(sprites, start) - frames).square().sum()
    assert np.ptp(found[:, 2]) == 0
    assert np.ptp(found, axis=0)[[0, 1, 3, 4, 5]].min() > 0


def test_descent_keeps_a_pinned_first_knot(sprites, scene):
    """The first knot stays where it is told, and with it what never moves."""
    values, frames = scene
    first = values[0] + 0.1
    found = refine.descend(sprites, seen_of(frames, None), KNOTS, values, first, price_of(6))
    assert found[0] == pytest.approx(first, abs=1e-6)
    assert found[:, 2] == pytest.approx(np.full(len(KNOTS), first[2]), abs=1e-6)


def test_dear_steps_become_smaller(sprites, scene):
    """Where a prior makes steps expensive the fitted knots lie closer to what it expects."""
    values, frames = scene
    strides = []
    for spread in (0.01, 100.0):
        price = price_of(6, cell=0.3, spread=spread)
        found = refine.descend(sprites, seen_of(frames, None), KNOTS, values, None, price)
        strides.append(np.abs(found[1:] - 0.8 * found[:-1])[:, [0, 1, 3, 4, 5]].mean())
    assert strides[0] < 0.9 * strides[1]


def test_a_linear_decoder_is_solved_only_behind_a_spline(network, truth):
    """Along a bridge the spline's least squares would be wrong: the path's own values start."""
    frames = decoded(network(), truth)
    guess = np.random.default_rng(9).normal(size=(25, 3))
    for interpolation in ("spline", "bridge"):
        model = PathModel(network(interpolation=interpolation), PixelFrames())
        found = model.fit(seen_of(frames, guess), KNOTS)
        expected = truth if interpolation == "spline" else guess[KNOTS]
        assert found == pytest.approx(expected, abs=1e-4)
        paid = model.fit(seen_of(frames, guess), KNOTS, found[0], price_of(3, cell=0.01))
        assert paid == pytest.approx(found, abs=0.1)
