"""A context network of an array's own: trained on samples of its latents, and sent with them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vdsc.core.types import Floats, Ints

BATCH, RATE = 1 << 14, 1e-2
RARE, STEEP = (-4.0, 11.0), 0.01
"""The range of the third output, and the last share of the rate."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Latents (n,), what is seen around each (n, inputs), and how many each stands for (n,)."""

    inputs: Floats
    latents: Ints
    weights: Floats


def fitted(
    samples: Samples,
    hidden: tuple[int, int],
    start: list[Floats] | None,
    steps: int,
    *,
    last_only: bool = False,
) -> list[Floats]:
    """Layers (in + 1, out), the bias last, that make the samples' bits few.

    start: layers to go on from. steps: of Adam, whose rate falls to nearly 0. last_only: the others
    stay as they are.
    """
    inputs, latents, weights = (
        torch.from_numpy(part.astype(np.float32))
        for part in (samples.inputs, samples.latents, samples.weights)
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = network(inputs.shape[1], hidden)
        if start is not None:
            load(net, start)
        trained = _layers(net)[-1] if last_only else net
        if last_only:
            net.requires_grad_(requires_grad=False)
            trained.requires_grad_(requires_grad=True)
        rule = torch.optim.Adam(trained.parameters(), lr=RATE)
        for step in range(steps):
            for group in rule.param_groups:
                group["lr"] = RATE * max(1 - step / steps, STEEP)
            some = torch.randint(len(latents), (min(len(latents), BATCH),))
            share = weights[some]
            loss = (nats(net(inputs[some]), latents[some]) * share).sum() / share.sum()
            rule.zero_grad()
            loss.backward()
            rule.step()
    return layers_of(net)


def nats(outputs: Tensor, latents: Tensor) -> Tensor:
    """Nats (n,) of latents (n,) under the law of `latent_law` with outputs (n, 3)."""
    size = latents.abs()
    some, large = (size > 0).float(), (size > 1).float()
    zero, one, rest = outputs.unbind(1)
    rest = rest.clamp(*RARE)
    spent = functional.softplus(zero) - some * zero + some * math.log(2)
    spent = spent + some * functional.softplus(one) - large * one
    above = (size - 2).clamp(min=0)
    return spent + large * (above * functional.softplus(-rest) + functional.softplus(rest))


def layers_of(net: nn.Sequential) -> list[Floats]:
    """Layers (in + 1, out), the bias last."""
    return [_layer(one) for one in _layers(net)]


def network(inputs: int, hidden: tuple[int, int]) -> nn.Sequential:
    """A network that is not trained yet."""
    first, second = hidden
    net = nn.Sequential(
        nn.Linear(inputs, first), nn.ReLU(), nn.Linear(first, second), nn.ReLU(),
        nn.Linear(second, 3),
    )  # fmt: skip
    _layers(net)[-1].bias.data.copy_(torch.tensor([-2.0, -1.0, 0.0]))
    return net


def _layers(net: nn.Sequential) -> list[nn.Linear]:
    return [one for one in net if isinstance(one, nn.Linear)]


def _layer(linear: nn.Linear) -> Floats:
    weight, bias = linear.weight.detach().numpy(), linear.bias.detach().numpy()
    return np.concatenate((weight.T, bias[None])).astype(np.float64)


def load(net: nn.Sequential, layers: list[Floats]) -> None:
    """Give a network these layers (in + 1, out), the bias last."""
    with torch.no_grad():
        for linear, layer in zip(_layers(net), layers, strict=True):
            linear.weight.copy_(torch.from_numpy(layer[:-1].T.astype(np.float32)))
            linear.bias.copy_(torch.from_numpy(layer[-1].astype(np.float32)))
