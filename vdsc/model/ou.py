"""The Ornstein-Uhlenbeck prior: its density, and its mean between two knots.

Chen et al. 2022 (arXiv 2212.13659): dz = -1/2 nu^2 z dt + nu dW, stationary N(0, I).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

LOG_2PI = math.log(2 * math.pi)


def transition(nu: Tensor, gap: Tensor) -> tuple[Tensor, Tensor]:
    """Decay exp(-nu^2 d / 2) and variance 1 - exp(-nu^2 d) of z(t + d) given z(t), equation (15).

    nu (D,), gap (..., 1) seconds, both results (..., D).
    """
    power = nu.square() * gap
    return torch.exp(-0.5 * power), -torch.expm1(-power)


def log_density(
    z: Tensor, times: Tensor, nu: Tensor, *, cell: Tensor | float = 0.0, real: Tensor | None = None
) -> Tensor:
    """Return log p(z(t_0), ..., z(t_M)) in nats for each path, equation (15).

    z (B, M, D), times (B, M) seconds, nu (D,); result (B,). `cell` (D,) is the width that values
    are known to: its variance cell^2 / 12 is added to the transition's, so that the density of a
    constant path stays bounded (0 gives the exact equation). `real` (B, M) bool leaves out the
    knots that only pad a batch.
    """
    blur = torch.as_tensor(cell, dtype=z.dtype, device=z.device).square() / 12
    decay, variance = transition(nu, times.diff(dim=1).unsqueeze(-1))
    variance = variance + blur
    first = normal_log_density(z[:, 0], torch.zeros_like(z[:, 0]), torch.ones_like(z[:, 0]) + blur)
    if real is not None:
        variance = torch.where(real[:, 1:, None], variance, torch.ones_like(variance))
    rest = normal_log_density(z[:, 1:], decay * z[:, :-1], variance).sum(-1)
    if real is not None:
        rest = rest * real[:, 1:]
    return first.sum(-1) + rest.sum(-1)


def normal_log_density(x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """Return log N(x; mean, variance), elementwise, in nats."""
    return -0.5 * (LOG_2PI + variance.log() + (x - mean).square() / variance)


def bridge_weights(nu: Tensor, before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """Weights of the two knots around a time in the mean of the OU bridge, equation (21).

    before, after (..., 1): seconds since the last knot and until the next; nu (D,).
    With r = nu^2 / 2: sinh(r after) / sinh(r gap) and sinh(r before) / sinh(r gap), which tend to
    the straight line as r -> 0. Written with exponentials of non-positive numbers only, so that
    no gap is too long.
    """
    rate = 0.5 * nu.square()
    gap = before + after
    short = rate * gap < 1e-4
    safe = torch.where(short, torch.ones_like(rate * gap), rate * gap)
    scale = -torch.expm1(-2 * safe)
    share = before / gap.clamp_min(1e-12)
    left = torch.exp(-safe * share) * -torch.expm1(-2 * safe * (1 - share)) / scale
    right = torch.exp(-safe * (1 - share)) * -torch.expm1(-2 * safe * share) / scale
    return torch.where(short, 1 - share, left), torch.where(short, share, right)
