"""Where in time the knots lie: the temporal point process and its prior.

Chen et al. 2022, section 3.1, equations (18)-(20) and appendix B.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, softplus

STRAY = 1.5  # how far mu may lie from the prior's mean gap
NARROWEST, WIDEST = 0.03, 0.6  # bounds of s; without them REINFORCE can run off to no grid at all


def inverse_softplus(x: Tensor) -> Tensor:
    """g(x) = log(e^x - 1) for x > 0, without overflow."""
    return x + torch.log(-torch.expm1(-x))


def log_cdf(x: Tensor, mu: Tensor, scale: Tensor) -> Tensor:
    """Return log F(x) of SoftplusLogistic(mu, scale), equation (34)."""
    return logsigmoid((inverse_softplus(x) - mu) / scale)


def log_survival(x: Tensor, mu: Tensor, scale: Tensor, limit: float) -> Tensor:
    """Return log P(gap > x) after truncation to (0, limit]."""
    ratio = (log_cdf(x, mu, scale) - log_cdf(torch.full_like(x, limit), mu, scale)).exp()
    return torch.log((1 - ratio).clamp_min(1e-12))


def log_density(x: Tensor, mu: Tensor, scale: Tensor, limit: float) -> Tensor:
    """Return the log pdf of a gap x, seconds, cut to (0, limit], equations (33) and (35)."""
    y = (inverse_softplus(x) - mu) / scale
    logistic = logsigmoid(y) + logsigmoid(-y) - scale.log()
    slope = -torch.log(-torch.expm1(-x))
    return logistic + slope - log_cdf(torch.full_like(x, limit), mu, scale)


def gap_cdf(x: Tensor, mu: Tensor, scale: Tensor, limit: float) -> Tensor:
    """P(gap <= x) after truncation to (0, limit]; 1 beyond it."""
    x, top = x.clamp_max(limit), torch.full_like(mu, limit)
    return (log_cdf(x, mu, scale) - log_cdf(top, mu, scale)).exp()


def gap_at(share: Tensor, mu: Tensor, scale: Tensor, limit: float) -> Tensor:
    """The gap below which the truncated distribution has probability `share` (inverse cdf)."""
    top = log_cdf(torch.full_like(mu, limit), mu, scale).exp()
    p = (share * top).clamp(1e-6, 1 - 1e-6)
    return softplus(mu + scale * (p.log() - torch.log1p(-p))).clamp(1e-5, limit * (1 - 1e-6))


def poisson_log_density(count: Tensor, rate: Tensor, duration: float) -> Tensor:
    """Return log p(T) of `count` knots inside [0, duration] at `rate` per second, equation (18)."""
    return count * rate.log() - rate * duration


class KnotProcess(nn.Module):
    """Head that reads the hidden state at the last knot and gives the law of the next gap.

        h(t_{j-1}), density --MLP--> (mu, s) --> gap_j ~ SoftplusLogistic on (0, limit]

    `density` in [0, 1] is the wanted density of knots: the prior's rate goes from its lowest to its
    highest on a log scale, so that one head serves the whole rate-distortion curve.
    """

    def __init__(self, hidden: int, *, rates: tuple[float, float], limit: float = 1.0) -> None:
        super().__init__()
        self.limit = limit
        self.log_rates = (math.log(rates[0]), math.log(rates[1]))
        self.net = nn.Sequential(nn.Linear(hidden + 1, 64), nn.SiLU(), nn.Linear(64, 2))
        last = self.net[-1]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    def rate(self, density: Tensor) -> Tensor:
        """Prior knots per second (B,) at `density` (B,)."""
        low, high = self.log_rates
        return torch.exp(low + (high - low) * density)

    def law(self, hidden: Tensor, density: Tensor) -> tuple[Tensor, Tensor]:
        """Give mu and s of the next gap; hidden (..., H), density (...)."""
        out = self.net(torch.cat([hidden, density.unsqueeze(-1)], -1))
        mean_gap = (1 / self.rate(density)).clamp_max(self.limit)
        mu = inverse_softplus(mean_gap) + STRAY * torch.tanh(out[..., 0])
        return mu, NARROWEST * (WIDEST / NARROWEST) ** torch.sigmoid(out[..., 1])

    def walk(self, hidden: Tensor, tick: float, density: float, share: Tensor) -> list[int]:
        """Frame numbers of one window's knots, first and last included, as `forward` draws them.

        hidden (T, H), and share (T,) chooses the gap after a knot at each frame.
        """
        mu, scale = self.law(hidden, torch.full_like(share, density))
        gaps = (gap_at(share, mu, scale, self.limit) / tick).round().clamp_min(1).long().tolist()
        knots, last = [0], len(gaps) - 1
        while (after := knots[-1] + gaps[knots[-1]]) < last:
            knots.append(after)
        return [*knots, last]

    def forward(self, hidden: Tensor, tick: float, density: Tensor, share: Tensor) -> Sample:
        """Walk from 0 to the end of a window, one gap at a time.

        hidden (B, T, H) at ticks 0..T-1 of `tick` seconds, density (B,), share (B, T) uniform
        numbers that choose each gap (0.5 everywhere gives the median grid). Gaps are rounded up to
        whole ticks only for the mask; the log density is that of the drawn gaps.
        """
        batch, frames, _ = hidden.shape
        end = (frames - 1) * tick
        mask = torch.zeros(batch, frames, dtype=torch.bool, device=hidden.device)
        mask[:, 0] = mask[:, -1] = True
        log_q = torch.zeros(batch, device=hidden.device)
        count, time = torch.zeros_like(log_q), torch.zeros_like(log_q)
        rows = torch.arange(batch, device=hidden.device)
        step = 0
        while bool((time < end).any()):
            live = time < end
            at = (time / tick).round().long().clamp_max(frames - 1)
            mu, scale = self.law(hidden[rows, at], density)
            gap = gap_at(share[:, step % frames], mu, scale, self.limit).detach()
            ticks = torch.clamp(torch.round(gap / tick), min=1)
            inside = time + ticks * tick < end - 0.5 * tick
            left = (end - time - 0.5 * tick).clamp(1e-4, self.limit * (1 - 1e-6))
            term = torch.where(
                inside,
                log_density(gap, mu, scale, self.limit),
                log_survival(left, mu, scale, self.limit),
            )
            log_q = log_q + torch.where(live, term, torch.zeros_like(term))
            count = count + (live & inside)
            time = torch.where(live, torch.where(inside, time + ticks * tick, end + tick), time)
            mask[rows[live & inside], (time / tick).round().long()[live & inside]] = True
            step += 1
        return Sample(mask, log_q, count)


class Sample:
    """Knots drawn for a batch: mask (B, T) bool, log q (B,) nats, interior count (B,)."""

    def __init__(self, mask: Tensor, log_q: Tensor, count: Tensor) -> None:
        self.mask = mask
        self.log_q = log_q
        self.count = count
