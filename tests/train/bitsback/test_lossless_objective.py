"""The lossless objective: its KL against the coder's own, and a baseline within each clip."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from tests.untrained_bitsback import FRAMES, SPRITES, clip, network
from vdsc.model import ou
from vdsc.train.bitsback import lossless_objective as objective
from vdsc.twin.inference import Twin
from vdsc.twin.layers import UNIT


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def net():
    """A network whose weights nobody trained."""
    return network(SPRITES).eval()


def features(net, count, batch=2):
    """Features (B, T, F) of made clips, and those as the networks see them."""
    x = torch.from_numpy(np.stack([clip(SPRITES, count, seed) for seed in range(batch)])) / 255.0
    with torch.no_grad():
        return net.encoder.features(x), x


def test_with_a_knot_at_every_frame_both_sums_agree(net):
    """The sum tick by tick and the sum over knots are one where all frames are knots."""
    with torch.no_grad():
        drawn = objective.draw(net, net.encoder.join(features(net, 12)[0]), seeded(1))
        rows, mask = torch.arange(2), torch.ones(2, 12, dtype=torch.bool)
        assert torch.allclose(
            objective.chain_kl(net, drawn), objective.knot_kl(net, drawn, rows, mask), rtol=1e-4
        )


def test_between_knots_the_law_is_that_of_the_coder(net):
    """Means and scales at the knots, from the integer twin, give the same KL in floats."""
    knots = [0, 3, 4, 11]
    seen, x = features(net, 12)
    with torch.no_grad():
        drawn = objective.draw(net, net.encoder.join(seen), seeded(2))
        mask = torch.zeros(2, 12, dtype=torch.bool)
        mask[:, knots] = True
        found = objective.knot_kl(net, drawn, torch.tensor([1]), mask[1:])
        first = objective.first_kl(net, drawn)[1]
    twin = Twin(net.config.as_dict(), {k: v.numpy() for k, v in net.state_dict().items()})
    units = (np.rint(x[1].numpy() * 255).astype(np.int64) * UNIT + 127) // 255
    told, total = twin.see(units.astype(np.float64)), float(first)
    path = drawn.path[1].double()
    for begin, end in pairwise(knots):
        value = (path[begin].numpy() * 65536).astype(np.int64)
        mean, scale = (
            torch.from_numpy(part / 65536) for part in twin.step(told, value, begin, end)
        )
        decay, variance = ou.transition(
            net.nu.detach().double(), torch.tensor((end - begin) / 10.0)
        )
        q = torch.distributions.Normal(mean, scale)
        p = torch.distributions.Normal(decay * path[begin], variance.sqrt())
        total += float(torch.distributions.kl_divergence(q, p)[~net.is_global].sum())
    still = net.is_global.sum().item()
    assert still == 1
    assert found.item() == pytest.approx(total, rel=0.02, abs=1.5)


def test_first_values_cost_their_divergence(net):
    """Of z_0 against N(0, I), from torch's own formula."""
    with torch.no_grad():
        drawn = objective.draw(net, net.encoder.join(features(net, 4)[0]), seeded(3))
        q = torch.distributions.Normal(drawn.goals[:, 0], net.posterior.first_variance().sqrt())
        expected = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0))
    assert torch.allclose(objective.first_kl(net, drawn), expected.sum(1), rtol=1e-4)


def test_grids_are_compared_within_their_clip():
    """What all grids of a clip share is no advantage; one grid alone has none."""
    cost = torch.tensor([10.0, 500.0, 12.0, 504.0])  # two grids of two clips
    found = objective.advantage(cost, 2)
    assert torch.allclose(found, torch.tensor([-1.0, -2.0, 1.0, 2.0]) / 2.5**0.5)
    assert not objective.advantage(cost, 1).any()


@pytest.mark.parametrize("density", [None, 0.5])
def test_gradients_reach_what_they_should(density):
    """All networks learn from drawn knots, the process from their cost; full grids leave it."""
    net = network(SPRITES)
    seen, x = features(net, 12)
    pick = torch.tensor([1, 5, 9])
    found = objective.terms(
        net, seen, x[:, pick], pick, grids=3 if density else 1, density=density,
        generator=seeded(4),
    )  # fmt: skip
    found.loss.backward()
    moved = {name for name, part in net.named_parameters() if part.grad is not None}
    moved = {name for name in moved if net.get_parameter(name).grad.abs().sum() > 0}
    assert {"posterior.raw_nu", "posterior.spread", "pixels.blank"} <= moved
    assert any(name.startswith("decoder.") for name in moved)
    assert any(name.startswith("encoder.gru") for name in moved)
    assert any(name.startswith("knots.") for name in moved) == (density is not None)
    assert len(found.knots) == (6 if density else 2)
    assert all(part.isfinite().all() for part in (found.observations, found.values, found.times))


def test_sprites_have_one_channel():
    """The network of these tests is one of grey frames."""
    assert FRAMES[SPRITES][2] == 1
