"""The float network that is trained and the integer one that codes give the same code lengths."""

import numpy as np
import pytest
import torch

from vdsc.codecs.lossless.video.edges import Edges
from vdsc.codecs.lossless.video.law import ALL, BUMPS, PixelDistribution
from vdsc.codecs.lossless.video.learning_network import Network, known_channels
from vdsc.codecs.lossless.video.passes import PASSES
from vdsc.train.video import pixel_samples
from vdsc.train.video import train_network as fit
from vdsc.train.video.float_network import exported


def clip(channels, frames=4, size=24):
    rng = np.random.default_rng(0)
    ground = rng.normal(0, 1, (size + frames, size, channels)).cumsum(axis=0).cumsum(axis=1)
    ground = np.clip(128 + 4 * ground, 0, 255)
    return np.stack([ground[t : t + size] for t in range(frames)]).astype(np.uint8)


def drawn(channels, number):
    rng = np.random.default_rng(1)
    parts = pixel_samples.of_clip(clip(channels), [1.0] * PASSES, rng)[number]
    return {name: np.concatenate([part[name] for part in parts]) for name in fit.FIELDS}


def integer_bits(network, data, order, *, related):
    """Mean bits (C,) of each channel under the integer laws."""
    network.look(data["features"])
    bits = []
    for i, channel in enumerate(order):
        before = list(order[:i])
        parts = (data[name][..., before] for name in ("values", "base", "copies"))
        base, expected = data["base"][:, channel].astype(np.float64), None
        centres = np.tile(base, (BUMPS, 1))
        if related and before:
            expected = data["expected"][:, i - 1].T.astype(np.float64)
            centres = np.concatenate((centres, base + expected / 16))
        known = known_channels(*parts, expected)
        law = PixelDistribution.of(network.outputs(known), centres)
        edges = np.stack((data["low"][:, channel], data["high"][:, channel]), axis=1)
        cells = data["copies"][:, :, channel].astype(np.int64)
        first = data["low"][:, channel].astype(np.int64)
        mass = law.below(Edges.of(edges), cells, first, 1)
        share = (mass[:, 1] - mass[:, 0]) / ALL
        bits.append(-np.log2(share + 2.0**-16).mean())  # no row gives less
    return np.array(bits)


@pytest.mark.parametrize(("channels", "related"), [(1, False), (3, False), (3, True)])
@pytest.mark.parametrize("number", [0, 3, 4])
def test_the_integer_twin_costs_the_same(channels, number, related):
    torch.manual_seed(0)
    data = drawn(channels, number)
    tensors = {name: torch.from_numpy(array) for name, array in data.items()}
    network = fit.new(tensors, related=related)
    sizes = {name: torch.ones_like(p) for name, p in network.named_parameters()}
    twin = Network(exported(network, sizes))
    expected = fit.bits(network, tensors)
    found = integer_bits(twin, data, network.order, related=related)
    assert found == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("related", [False, True])
def test_a_network_begins_as_its_teacher(related):
    """Whether or not either of them makes use of how channels go together."""
    torch.manual_seed(0)
    tensors = {name: torch.from_numpy(array) for name, array in drawn(3, 4).items()}
    teacher, pupil = fit.new(tensors, related=not related), fit.new(tensors, related=related)
    untaught = fit.bits(pupil, tensors)
    pupil.learn_from(teacher)
    assert fit.bits(pupil, tensors)[0] == pytest.approx(fit.bits(teacher, tensors)[0])
    again = fit.new(tensors, related=related)
    again.learn_from(pupil)
    assert fit.bits(again, tensors) == pytest.approx(fit.bits(pupil, tensors), rel=0.02)
    assert (fit.bits(pupil, tensors)[1:] != untaught[1:]).all()


def test_training_lowers_the_cost(tmp_path):
    torch.manual_seed(0)
    tensors = {name: torch.from_numpy(array) for name, array in drawn(1, 4).items()}
    network = fit.new(tensors)
    before = fit.bits(network, tensors).sum()
    roots = fit.train(network, tensors, tmp_path / "state.pt", seconds=2.0)
    assert fit.bits(network, tensors).sum() < before
    assert set(roots) == {name for name, _ in network.named_parameters()}
    again = fit.new(tensors)
    fit.train(again, tensors, tmp_path / "state.pt", seconds=2.0)
    assert fit.bits(again, tensors) == pytest.approx(fit.bits(network, tensors))
