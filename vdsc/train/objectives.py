"""What training minimises: equation (22), lossy or lossless, and its gradients, equation (23)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from vdsc.model import ou, tpp
from vdsc.model.latent_sde import LatentSDE

Objective = Literal["lossy", "lossless"]


@dataclass(frozen=True, slots=True)
class Terms:
    """Per-sequence terms of (22), each (B,) in nats, and what to minimise, a scalar."""

    loss: Tensor
    distortion: Tensor
    rate: Tensor
    grid: Tensor
    knots: Tensor


@dataclass(frozen=True, slots=True)
class StepPlan:
    """How one step is taken.

    learned: draw knots from the process (stage two) or take every frame (stage one). settled: take
    the posterior's mean path, and for splines fit the knots to it, as the encoder of a file does;
    else the path is a sample of the SDE. density: wanted knot density in [0, 1]. coarse: factor on
    observation scale and cell width, so that one network serves the whole curve. frames: how many
    random frames are reconstructed.
    """

    learned: bool
    settled: bool = False
    density: float = 1.0
    coarse: float = 1.0
    frames: int | None = None
    objective: Objective = "lossy"


def elbo(model: LatentSDE, x: Tensor, plan: StepPlan, generator: torch.Generator) -> Terms:
    """Equation (22) for frames x (B, T, ...) in network units, with its surrogate gradient.

    REINFORCE (23) with the batch-mean baseline reaches the knot process only: its hidden states
    are detached, and its samples carry no gradient.
    """
    batch, count = x.shape[:2]
    tick = 1.0 / model.config.fps
    hidden = model.encoder(x)
    path = model.infer(hidden, tick, None if plan.settled else generator)
    density = torch.full((batch,), plan.density)
    if plan.learned:
        share = torch.rand(batch, count, generator=generator)
        drawn = model.knots(hidden.detach(), tick, density, share)
    else:
        full = torch.ones(batch, count, dtype=torch.bool)
        drawn = tpp.Sample(full, torch.zeros(batch), torch.full((batch,), count - 2.0))
    at, real = padded(drawn.mask)
    cell = model.log_cell.exp() * plan.coarse
    fitted = plan.settled and plan.learned and model.config.interpolation == "spline"
    exact = model.fit(path, at, real) if fitted else pick_rows(path, at)
    noise = cell * (torch.rand(exact.shape, generator=generator) - 0.5)
    values = exact + noise if plan.settled else exact
    distortion = reconstruction(model, x, at, values, plan, generator)
    if plan.objective == "lossy":
        rate = cross_entropy(model, values, at * tick, real, cell if plan.settled else None)
    else:
        rate = path_kl(model, hidden, exact, at, real, tick)
    grid = grid_kl(model, drawn, density, (count - 1) * tick) if plan.learned else 0 * rate
    total = distortion + rate + grid
    loss = (distortion + rate).mean()
    if plan.learned:
        cost = total.detach()
        spread = cost.std() if batch > 1 else cost.new_zeros(())
        advantage = (cost - cost.mean()) / (spread + 1e-6)
        loss = loss / x[0].numel() + (advantage * drawn.log_q).mean() * 1e-2
    else:
        loss = loss / x[0].numel()
    return Terms(loss, distortion.detach(), rate.detach(), grid.detach(), drawn.count)


def pick_rows(values: Tensor, at: Tensor) -> Tensor:
    """Pick values (B, T, D) at frame numbers at (B, M): (B, M, D)."""
    return values.gather(1, at.unsqueeze(-1).expand(-1, -1, values.shape[-1]))


def padded(mask: Tensor) -> tuple[Tensor, Tensor]:
    """Frame numbers of the knots (B, M), padded with the last, and which of them are real."""
    counts = mask.sum(1)
    order = torch.sort((~mask).to(torch.int8), dim=1, stable=True).indices
    width = int(counts.max())
    real = torch.arange(width, device=mask.device) < counts.unsqueeze(1)
    return torch.where(real, order[:, :width], mask.shape[1] - 1), real


def reconstruction(
    model: LatentSDE,
    x: Tensor,
    at: Tensor,
    values: Tensor,
    plan: StepPlan,
    generator: torch.Generator,
) -> Tensor:
    """-sum_i log p(x_i | z^(t_i)) without constants, (B,) nats, from a random subset of frames."""
    count, tick = x.shape[1], 1.0 / model.config.fps
    pick = torch.arange(count)
    if plan.frames is not None and plan.frames < count:
        pick = torch.randperm(count, generator=generator)[: plan.frames].sort().values
    times = (pick * tick).expand(len(x), -1)
    bridged = model.bridge(times, at * tick, values) if plan.learned else values[:, pick]
    drawn: Tensor = model.decoder(bridged)
    error = (drawn - x[:, pick]) / (model.config.obs_scale * plan.coarse)
    each = error.abs() if model.config.noise == "laplace" else 0.5 * error.square()
    return each.flatten(1).sum(1) * (count / len(pick))


def cross_entropy(
    model: LatentSDE, values: Tensor, times: Tensor, real: Tensor, cell: Tensor | None
) -> Tensor:
    """E[-log p(z at the knots)], equation (14), (B,) nats; of cells where `cell` (D,) is given.

    Without cells this is the continuous cross entropy of the paper, which rewards a nu as small as
    the path allows; with them, the bits that cells of that width will really take.
    """
    if cell is None:
        return -ou.log_density(values, times, model.nu, real=real)
    density = ou.log_density(values, times, model.nu, cell=cell, real=real)
    return -density - real.sum(1) * cell.log().sum()


def path_kl(
    model: LatentSDE, hidden: Tensor, values: Tensor, at: Tensor, real: Tensor, tick: float
) -> Tensor:
    """KL of the knot values with q's Euler pseudo-likelihood, equations (16)-(17), (B,) nats."""
    prior = ou.log_density(values, at * tick, model.nu, real=real)
    seen = pick_rows(hidden, at)
    drift = model.posterior.speed(seen) * (model.posterior.goal(seen) - values)
    gap = (at.diff(dim=1) * tick).unsqueeze(-1)
    live = real[:, 1:, None]
    variance = torch.where(live, gap * model.nu.square(), torch.ones_like(gap))
    step = ou.normal_log_density(values[:, 1:], values[:, :-1] + gap * drift[:, :-1], variance)
    start = ou.normal_log_density(
        values[:, 0], model.posterior.goal(hidden[:, 0]), model.posterior.first_variance()
    )
    return start.sum(-1) + (step * live).sum((-1, -2)) - prior


def grid_kl(model: LatentSDE, drawn: tpp.Sample, density: Tensor, duration: float) -> Tensor:
    """One-sample estimate of KL(q(T^ | x) || p(T^)), (B,) nats, equations (18)-(19)."""
    prior = tpp.poisson_log_density(drawn.count, model.knots.rate(density), duration)
    return drawn.log_q - prior
