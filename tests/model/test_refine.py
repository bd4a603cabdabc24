"""Knot values found again from the frames that they made."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vdsc.model import refine
from vdsc.model.frames import PixelFrames
from vdsc.model.path_model import Inference, PathModel

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


def test_behind_a_bridge_values_fit_the_bridge(network, truth):
    """Whatever path the config names, the fitted knots decode to the frames along that path."""
    net = network(interpolation="bridge")
    model, frames = PathModel(net, PixelFrames()), decoded(net, truth)
    with torch.no_grad():
        path = refine.path_at(net, TIMES[KNOTS], torch.tensor(truth).float(), TIMES).double()
    found = model.fit(seen_of(frames, path.numpy()), KNOTS, None)
    assert (decoded(net, found) - frames).square().mean() < 1e-6


@pytest.mark.parametrize("decoder", ["linear", "sprites"])
def test_a_pinned_first_knot_stays(network, truth, decoder):
    """The knot shared with the window before keeps its value; the others still decode best."""
    changes = {"frame": (32, 32, 1), "latent": 6, "objects": 2, "glimpse": 8}
    net = network(decoder=decoder, **(changes if decoder == "sprites" else {}))
    values = truth if decoder == "linear" else np.repeat(truth, 2, axis=1)
    frames = decoded(net, values)
    seen = seen_of(frames, np.zeros((25, values.shape[1])))
    found = PathModel(net, PixelFrames()).fit(seen, KNOTS, values[0])
    assert found[0] == pytest.approx(values[0], abs=1e-6)
    if decoder == "linear":
        assert found == pytest.approx(truth, abs=1e-4)
    other = PathModel(net, PixelFrames()).fit(seen, KNOTS, values[0] + 1)
    assert other[0] == pytest.approx(values[0] + 1, abs=1e-6)


def test_descent_brings_frames_closer(network):
    """Gradient descent from a wrong guess lowers the error; still dimensions keep one value."""
    net = network(decoder="sprites", frame=(32, 32, 1), latent=6, glimpse=8, interpolation="bridge")
    with torch.no_grad():
        net.posterior.raw_nu[2] = -20.0
        net.decoder.sprite[-1].weight.mul_(10)
    truth = np.random.default_rng(8).normal(0, 0.3, (len(KNOTS), 6))
    truth[:, 2] = truth[0, 2]
    frames = decoded(net, truth)
    guess = np.zeros((25, 6))
    found = refine.descend(net, seen_of(frames, guess), KNOTS, None)
    error = (decoded(net, found) - frames).square().sum()
    assert error < 0.5 * (decoded(net, guess[KNOTS]) - frames).square().sum()
    assert np.ptp(found[:, 2]) == 0
    assert np.ptp(found, axis=0)[[0, 1, 3, 4, 5]].min() > 0
