"""The lossless objective: -log p(x | z^) and what the latents cost net, equations (16)-(17), (22).

A sample of the posterior is drawn tick after tick. Of each clip several grids of knots are tried on
one sample, so that what a grid costs is compared with what the others cost (leave-one-out).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vdsc.model import ou
from vdsc.model.latent_sde import LatentSDE
from vdsc.train.objectives import grid_kl, padded, pick_rows

SPARSE = 8
"""Of the frames, every eighth one teaches what is drawn where there are no latents."""


@dataclass(frozen=True, slots=True)
class LosslessTerms:
    """Terms of each clip and grid, (B * grids,) nats, and what to minimise, a scalar."""

    loss: Tensor
    observations: Tensor
    values: Tensor
    times: Tensor
    knots: Tensor


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample of the posterior and what its law was.

    path (B, T, D); goals (B, T, D) and pulls (B, T, D), the share of the way to the goal that a
    tick goes; noise (D,), the variance that a tick adds. moving (D,): 0 for global dimensions,
    which stay where they begin and cost nothing after that, else 1.
    """

    path: Tensor
    goals: Tensor
    pulls: Tensor
    noise: Tensor
    moving: Tensor


def draw(model: LatentSDE, hidden: Tensor, generator: torch.Generator) -> Drawn:
    """A path of the posterior SDE given hidden states (B, T, H), equations (11)-(13)."""
    tick = 1.0 / model.config.fps
    goals = model.posterior.goal(hidden)
    pulls = model.posterior.speed(hidden) * tick
    noise = model.nu.square() * tick
    moving = (~model.is_global).to(goals)
    draws = torch.randn(goals.shape, generator=generator).to(goals)
    z = goals[:, 0] + model.posterior.first_variance().sqrt() * draws[:, 0]
    path = [z]
    for t in range(goals.shape[1] - 1):
        step = pulls[:, t] * (goals[:, t] - z) + noise.sqrt() * draws[:, t + 1]
        z = z + moving * step
        path.append(z)
    return Drawn(torch.stack(path, 1), goals, pulls, noise, moving)


def terms(
    model: LatentSDE,
    features: Tensor,
    x: Tensor,
    pick: Tensor,
    *,
    grids: int,
    density: float | None,
    generator: torch.Generator,
    bf16: bool = False,
) -> LosslessTerms:
    """Equation (22) for clips with features (B, T, F), whose frames pick (F,) are x (B, F, ...).

    density: of the knots that are drawn, 0 to 1; None for a knot at every frame. bf16: frames are
    drawn in bfloat16.
    """
    batch, count = features.shape[:2]
    tick = 1.0 / model.config.fps
    hidden = model.encoder.join(features)
    drawn = draw(model, hidden, generator)
    rows = torch.arange(batch, device=x.device).repeat(grids)
    path, nothing = drawn.path[rows], torch.zeros(len(rows), device=x.device)
    if density is None:
        at = torch.arange(count, device=x.device).expand(len(rows), -1)
        values, times = chain_kl(model, drawn), nothing
        knots, score = nothing + count, nothing
    else:
        wanted = nothing + density
        share = torch.rand(len(rows), count, generator=generator).to(x.device)
        some = model.knots(hidden.detach()[rows], tick, wanted, share)
        at, _ = padded(some.mask)
        values = knot_kl(model, drawn, rows, some.mask)
        times = grid_kl(model, some, wanted, (count - 1) * tick)
        knots, score = some.count + 2, some.log_q
    between = model.bridge((pick * tick).expand(len(rows), -1), at * tick, pick_rows(path, at))
    seen = observation_nats(model, between, x[rows], bf16=bf16) * (count / len(pick))
    cost = (seen + values).mean() + blank_nats(model, x[:, ::SPARSE]) * (count / len(pick))
    if density is not None:
        cost = cost + (advantage(seen + values + times, grids) * score).mean()
    return LosslessTerms(cost, seen.detach(), values.detach(), times.detach(), knots)


def observation_nats(model: LatentSDE, path: Tensor, x: Tensor, *, bf16: bool = False) -> Tensor:
    """-log p(x | z) of frames x (N, F, H, W, C) at latents (N, F, D): (N,)."""
    assert model.pixels is not None
    with torch.autocast(x.device.type, torch.bfloat16, enabled=bf16):
        planes: Tensor = model.decoder(path)
    return model.pixels.nats(planes, x).flatten(1).sum(1)


def blank_nats(model: LatentSDE, x: Tensor) -> Tensor:
    """-log p of some frames (B, F, H, W, C) without latents, a scalar: a mean over clips."""
    assert model.pixels is not None
    planes = model.pixels.blank.sigmoid().expand(*x.shape[:2], -1, -1, -1)
    return model.pixels.nats(planes, x).sum() / len(x)


def chain_kl(model: LatentSDE, drawn: Drawn) -> Tensor:
    """KL of the values with a knot at every frame, (B,) nats; equation (17) tick by tick."""
    path, noise = drawn.path, drawn.noise
    mean = path[:, :-1] + drawn.pulls[:, :-1] * (drawn.goals[:, :-1] - path[:, :-1])
    decay, variance = ou.transition(model.nu, torch.full_like(model.nu, 1 / model.config.fps))
    ratio = noise / variance
    off = (mean - decay * path[:, :-1]).square() / variance
    steps = 0.5 * (ratio - 1 - ratio.log() + off)
    return first_kl(model, drawn) + (steps * drawn.moving).sum((1, 2))


def knot_kl(model: LatentSDE, drawn: Drawn, rows: Tensor, mask: Tensor) -> Tensor:
    """KL of the values at knots mask (N, T) of clips rows (N,): (N,) nats.

    Between two knots q is the marginal of the Euler scheme, tick after tick: over one tick it is
    equation (17); over more, one Euler step would overshoot where the drift is as fast as a tick.
    """
    path, goals, pulls = drawn.path[rows], drawn.goals[rows], drawn.pulls[rows]
    mean = last = path[:, 0]
    spread, gap = torch.zeros_like(mean), torch.zeros_like(mean[:, :1])
    total = first_kl(model, drawn)[rows]
    for t in range(1, path.shape[1]):
        pull = pulls[:, t - 1]
        mean = mean + pull * (goals[:, t - 1] - mean)
        spread = spread * (1 - pull).square() + drawn.noise
        gap = gap + 1 / model.config.fps
        knot = mask[:, t, None]
        decay, variance = ou.transition(model.nu, gap)
        ratio = spread / variance
        cost = 0.5 * (ratio - 1 - ratio.log() + (mean - decay * last).square() / variance)
        total = total + torch.where(knot, cost * drawn.moving, torch.zeros_like(cost)).sum(1)
        last = torch.where(knot, path[:, t], last)
        mean, gap = torch.where(knot, path[:, t], mean), torch.where(knot, 0 * gap, gap)
        spread = torch.where(knot, torch.zeros_like(spread), spread)
    return total


def first_kl(model: LatentSDE, drawn: Drawn) -> Tensor:
    """KL of z_0 against N(0, I), (B,) nats."""
    variance = model.posterior.first_variance()
    return 0.5 * (variance + drawn.goals[:, 0].square() - 1 - variance.log()).sum(1)


def advantage(cost: Tensor, grids: int) -> Tensor:
    """How much more each grid costs than the others of its clip, in their own spread."""
    if grids < 2:
        return torch.zeros_like(cost)
    each = cost.detach().view(grids, -1)
    off = (each - each.mean(0)) * grids / (grids - 1)
    return (off / off.square().mean().sqrt().clamp_min(1e-6)).flatten()
