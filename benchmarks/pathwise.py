"""Gradients of the knot process: pathwise through the gaps, and REINFORCE over several grids.

    VDSC_DATA=... python -m benchmarks.pathwise

The paper names the first as its next step. Both are of one cost of knots at any real times, that
of a spline through the path: absolute error in cells, and nats of the steps under the prior.
Pathwise gradients do not see that a knot more or less may fit into a window. Writes
benchmarks/pathwise.json: how far estimates scatter, where their means point, and what training by
each comes to.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from benchmarks.motion_study import BURSTY
from vdsc.bench.clips import NoData, motion
from vdsc.bench.runner import conditions, to_stderr, write_json
from vdsc.model.motion_process import LIMIT, MotionProcess, motion_of
from vdsc.model.ou import transition
from vdsc.model.path_model import PathModel
from vdsc.model.step_costs import EACH, SHARE
from vdsc.model.store import by_name
from vdsc.model.tpp import gap_at, gap_cdf, inverse_softplus

OUT = Path(__file__).with_suffix(".json")
GRIDS, WINDOW, COARSE = 8, 121, 2.0
ESTIMATES, STEPS, RATE = 60, 150, 2e-3


@dataclass(frozen=True, slots=True)
class Stretch:
    """A window's path (T, D) in cells, its motion (T, F) and the nats that its error is worth."""

    path: Tensor
    motion: Tensor
    worth: float


class RealCost:
    """Error and nats of knots at real times, in frames, differentiable in them."""

    def __init__(self, nu: Tensor, cell: Tensor, tick: float) -> None:
        self.nu, self.cell, self.tick = nu, cell, tick

    def of(self, one: Stretch, at: Tensor) -> Tensor:
        """Nats of knots at times (M,), those of the error among them."""
        error, nats = self.parts(one.path, at)
        return one.worth * error + nats

    def parts(self, path: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
        """Error in cells, and nats of the steps."""
        values = between(path, at)
        error = (spline(at, values, len(path)) - path).abs().sum()
        decay, variance = transition(self.nu, at.diff()[:, None] * self.tick)
        blurred = (variance / self.cell**2 + decay**2 / 12).sqrt()
        off = (values[1:] - decay * values[:-1]).abs() / blurred
        each = blurred.log() + off + 2 * torch.log1p(torch.exp(-off))
        return error, (SHARE * each.clamp_min(0) + EACH).sum()


def between(rows: Tensor, at: Tensor) -> Tensor:
    """Rows (T, D) at real places (M,), by straight lines."""
    low = at.detach().long().clamp(0, len(rows) - 2)
    share = (at - low)[:, None]
    return rows[low] * (1 - share) + rows[low + 1] * share


def spline(at: Tensor, values: Tensor, frames: int) -> Tensor:
    """The natural cubic spline through values (M, D) at places (M,), at all frames."""
    gap, count = at.diff(), len(at)
    inner = torch.diag(2 * (gap[:-1] + gap[1:])) if count > 2 else gap.new_zeros(0, 0)
    if count > 3:
        inner = inner + torch.diag(gap[1:-1], 1) + torch.diag(gap[1:-1], -1)
    slope = values.diff(dim=0) / gap[:, None]
    bend = values.new_zeros(count, values.shape[1])
    if count > 2:
        bend = torch.cat([bend[:1], torch.linalg.solve(inner, 6 * slope.diff(dim=0)), bend[:1]])
    time = torch.arange(frames, dtype=at.dtype)
    left = (torch.searchsorted(at.detach(), time, right=True) - 1).clamp(0, count - 2)
    right, wide = (time - at[left]) / gap[left], gap[left][:, None] ** 2 / 6
    near, far = 1 - right[:, None], right[:, None]
    line = near * values[left] + far * values[left + 1]
    return line + wide * ((near**3 - near) * bend[left] + (far**3 - far) * bend[left + 1])


def drawn(process: MotionProcess, one: Stretch, tick: float, shares: Sequence[float]) -> Tensor:
    """Knots (M,) at real times, differentiable in the process: each gap has its own share."""
    knots, last = [torch.zeros(())], len(one.path) - 1
    for share in shares:
        law = process.law(between(one.motion, knots[-1][None])[0])
        after = knots[-1] + (gap_at(torch.tensor(float(share)), *law, LIMIT) / tick).clamp_min(0.5)
        if after.item() >= last - 0.5:
            break
        knots.append(after)
    return torch.stack([*knots, torch.tensor(float(last))])


def log_chance(process: MotionProcess, one: Stretch, at: Tensor, tick: float) -> Tensor:
    """Log density of knots (M,), equation (20); the last gap is one that would reach the end."""
    mu, scale = process.law(between(one.motion, at[:-1]))
    gap = at.diff() * tick
    z = (inverse_softplus(gap) - mu) / scale
    whole = gap_cdf(torch.full_like(mu, LIMIT), mu, scale, LIMIT)
    density = logsigmoid(z) + logsigmoid(-z) - scale.log() - torch.log(-torch.expm1(-gap))
    beyond = (whole[-1] - gap_cdf(gap[-1:], mu[-1:], scale[-1:], LIMIT)).clamp_min(1e-7)
    return density[:-1].sum() + beyond.log().sum()


def pathwise(
    process: MotionProcess, cost: RealCost, one: Stretch, rng: np.random.Generator
) -> Tensor:
    """A surrogate whose gradient is that of the mean cost of grids, gap by gap."""
    shares = rng.uniform(size=(GRIDS, len(one.path)))
    return torch.stack([cost.of(one, drawn(process, one, cost.tick, s)) for s in shares]).mean()


def reinforced(
    process: MotionProcess, cost: RealCost, one: Stretch, rng: np.random.Generator
) -> Tensor:
    """The same by REINFORCE (23) with a leave-one-out baseline."""
    with torch.no_grad():
        shares = rng.uniform(size=(GRIDS, len(one.path)))
        grids = [drawn(process, one, cost.tick, s) for s in shares]
        costs = torch.stack([cost.of(one, grid) for grid in grids])
    off = (costs - costs.mean()) * GRIDS / (GRIDS - 1)
    logs = torch.stack([log_chance(process, one, grid, cost.tick) for grid in grids])
    return (off * logs).mean() + costs.mean() - (off * logs).mean().detach()


WAYS: dict[str, Callable[..., Tensor]] = {"pathwise": pathwise, "reinforce": reinforced}


def main() -> None:
    """Measure both; without data say so."""
    torch.set_num_threads(1)
    try:
        cost, stretches = _stretches()
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")
        return
    held, seen = stretches[::3], [one for i, one in enumerate(stretches) if i % 3]
    scattered = [_scatter(_fresh(), cost, one) for one in seen[:3]]
    trained = {way: _trained(make, cost, seen, held) for way, make in WAYS.items()}
    both = _trained(lambda *a: (pathwise(*a) + reinforced(*a)) / 2, cost, seen, held)
    write_json(
        OUT,
        {
            "conditions": conditions(), "grids": GRIDS, "estimates": ESTIMATES, "steps": STEPS,
            "scatter": scattered, "trained": trained | {"mean of both": both},
        },
    )  # fmt: skip


def _fresh() -> MotionProcess:
    torch.manual_seed(3)
    return MotionProcess()


def _stretches() -> tuple[RealCost, list[Stretch]]:
    """Windows of the bursty clips; error is worth what makes it as dear as nats with even knots."""
    model = PathModel.load(by_name("cmu"), "cpu")
    net, tick = model.net, 1 / model.config.fps
    cell = (net.log_cell.detach().exp() * COARSE).float()
    cost, found = RealCost(net.nu.detach().float(), cell, tick), []
    for clip in motion("train"):
        if clip.name not in BURSTY or len(clip.values) < 3 * WINDOW:
            continue
        for begin in (WINDOW, len(clip.values) - 2 * WINDOW):
            x = model.frames.to_network(clip.values[begin : begin + WINDOW])
            with torch.no_grad():
                path = net.encoder.skip(torch.from_numpy(x)).double().numpy()
            path = path - path.mean(axis=0)
            scaled = torch.from_numpy((path / cell.numpy()).astype(np.float32))
            error, nats = cost.parts(scaled, torch.linspace(0, WINDOW - 1, 17))
            reading = motion_of(path, cell.double().numpy(), tick)
            found.append(Stretch(scaled, reading, float(nats / error)))
    return cost, found


def _scatter(process: MotionProcess, cost: RealCost, one: Stretch) -> dict[str, Any]:
    """Of the gradient of the last layer: variance over squared mean, and where means point."""
    last = process.net[-1]
    means, out = {}, {}
    for way, make in WAYS.items():
        rng, rows = np.random.default_rng(0), []
        for _ in range(ESTIMATES):
            process.zero_grad()
            make(process, cost, one, rng).backward()
            rows.append(torch.cat([last.weight.grad.flatten(), last.bias.grad]))
        grads = torch.stack(rows)
        means[way] = grads.mean(0)
        noise = float(grads.var(0).sum())
        true = max(float(means[way].square().sum()) - noise / ESTIMATES, 1e-9)
        out[way] = {"norm": float(true**0.5), "variance_by_square": noise / true}
    out["cosine"] = float(torch.cosine_similarity(means["pathwise"], means["reinforce"], dim=0))
    to_stderr(str(out))
    return out


def _trained(
    make: Callable[..., Tensor], cost: RealCost, seen: list[Stretch], held: list[Stretch]
) -> list[float]:
    """Mean cost of held windows before training by an estimator, half way, and after."""
    process, rng = _fresh(), np.random.default_rng(1)
    optimiser = torch.optim.Adam(process.parameters(), lr=RATE)
    found = [_mean_cost(process, cost, held)]
    for step in range(1, STEPS + 1):
        optimiser.zero_grad()
        for which in rng.integers(0, len(seen), 2):
            (make(process, cost, seen[which], rng) / 2000).backward()
        optimiser.step()
        if step % (STEPS // 2) == 0:
            found.append(_mean_cost(process, cost, held))
            to_stderr(f"{make}: {found}")
    return found


def _mean_cost(process: MotionProcess, cost: RealCost, held: list[Stretch]) -> float:
    rng = np.random.default_rng(2)
    with torch.no_grad():
        one = partial(drawn, process, tick=cost.tick)
        costs = [
            float(cost.of(s, one(s, shares=rng.uniform(size=len(s.path)))))
            for s in held
            for _ in range(GRIDS)
        ]
    return float(np.mean(costs))


if __name__ == "__main__":
    sys.exit(main())
