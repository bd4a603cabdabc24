"""The posterior SDE: torchsde's path against the recursion it stands for."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vdsc.model.tpp import inverse_softplus


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def hidden_of(net, batch, frames):
    return torch.randn(batch, frames, net.encoder.width, generator=seeded(7))


@pytest.mark.parametrize(("fps", "frames"), [(10.0, 7), (60.0, 121), (7.3, 300)])
def test_the_path_is_the_exact_recursion(network, fps, frames):
    """z_i+1 = z_i + pull (goal - z_i) / fps + nu sqrt(1 / fps) e_i, step by step."""
    net, tick = network(fps=fps).double(), 1 / fps
    hidden = hidden_of(net, 2, frames).double()
    noise = torch.randn(frames, 2, 3, generator=seeded(1)).double()
    with torch.no_grad():
        goal, speed = net.posterior.goal(hidden), net.posterior.speed(hidden)
        z = goal[:, 0] + net.posterior.first_variance().sqrt() * noise[-1]
        expected = [z]
        for i in range(frames - 1):
            z = z + tick * speed[:, i] * (goal[:, i] - z) + net.nu * tick**0.5 * noise[i]
            expected.append(z)
        exact = torch.stack(expected, 1)
        assert torch.allclose(net.infer(hidden, tick, seeded(1)), exact, atol=1e-9)
        single = net.float().infer(hidden.float(), tick, seeded(1)).double()
    assert (single - exact).abs().max() < 0.03  # its clock is rounded to float32
    assert (single - exact).abs().mean() < 0.003


def test_equal_seeds_give_equal_paths(network):
    """The path is a function of the seed; another seed gives another path; none gives the mean."""
    net = network()
    hidden = hidden_of(net, 1, 20)
    with torch.no_grad():
        paths = [net.infer(hidden, 0.1, seeded(s)) for s in (4, 4, 5)]
        still = [net.infer(hidden, 0.1, None) for _ in range(2)]
    assert torch.equal(paths[0], paths[1])
    assert not torch.equal(paths[0], paths[2])
    assert torch.equal(*still)


def test_without_noise_the_path_is_the_mean(network):
    """The drift is linear in z, so the noiseless path is the mean of many samples."""
    net, count = network(), 20_000
    hidden = hidden_of(net, 1, 12)
    with torch.no_grad():
        mean = net.infer(hidden, 0.1, None)[0]
        many = net.infer(hidden.expand(count, -1, -1), 0.1, seeded(2))
    error = 5.5 * many.std(0) / count**0.5
    assert ((many.mean(0) - mean).abs() < error + 1e-5).all()


def test_the_diffusion_is_the_priors(network):
    """Posterior and prior share nu: g is nu, and so is the paths' quadratic variation."""
    net, frames = network(fps=500.0), 2001
    assert torch.equal(net.posterior.g(torch.tensor(0.3), torch.zeros(4, 3)), net.nu.expand(4, 3))
    hidden = torch.zeros(40, frames, net.encoder.width)
    with torch.no_grad():
        net.posterior.pull.bias.fill_(-8.0)
        path = net.infer(hidden, 1 / 500, seeded(3))
    squares = path.diff(dim=1).square().sum((0, 1)) / (40 * (frames - 1) / 500)
    error = 5.5 * np.sqrt(2 / (40 * (frames - 1)))
    assert squares.numpy() == pytest.approx(net.nu.square().detach().numpy(), rel=error + 0.005)


def test_a_still_sde_stays_where_it_begins(network):
    """With no pull and almost no diffusion every path is the constant z_0."""
    net = network()
    with torch.no_grad():
        net.posterior.pull.weight.zero_()
        net.posterior.pull.bias.fill_(-40.0)
        net.posterior.raw_nu.fill_(-30.0)
        path = net.infer(hidden_of(net, 2, 9), 0.1, seeded(6))
    assert torch.allclose(path, path[:, :1].expand_as(path), atol=1e-6)


def test_one_frame_is_one_point(network):
    """A single frame needs no solver: its path is z_0 alone."""
    net = network()
    hidden = hidden_of(net, 2, 1)
    with torch.no_grad():
        assert torch.equal(net.infer(hidden, 0.1, None), net.posterior.goal(hidden))


def test_dimensions_that_do_not_move_are_global(network):
    """A dimension is global where nu is below 0.001, and only there."""
    net = network()
    with torch.no_grad():
        net.posterior.raw_nu.copy_(inverse_softplus(torch.tensor([0.00099, 0.00101, 0.5])))
    assert net.is_global.tolist() == [True, False, False]
