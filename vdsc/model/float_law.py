"""The learned law of a knot given the knots before it, and of its values one after another.

A float twin of `vdsc.twin.knot_law`, which states the formulas and decides how files are read: this
one is differentiated, that one is exact.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, logsigmoid, pad

from vdsc.core import law_limits as limit

SHAPES = 3
"""Logistic laws in a mixture."""

_RARE = -16 * math.log(2.0)
"""Log of the share that the coder gives to the least likely symbol."""


class FloatLaw(nn.Module):
    """Logarithms of the shares of cells: what the entropy coder will charge, differentiable.

    Args:
        latent: dimensions D. hidden: width H of the layer that remembers.
    """

    def __init__(self, latent: int, hidden: int) -> None:
        super().__init__()
        self.recall = nn.Linear(3 * latent + 4, hidden)
        self.line = nn.Linear(2 * latent, latent)
        self.bend = nn.Linear(hidden + 4, 2 * latent)
        self.first = nn.Linear(1, 2 * latent)
        self.gate = nn.Linear(hidden, latent)
        self.pace = nn.Linear(1, latent)
        self.within = nn.ParameterDict(
            {name: nn.Parameter(torch.zeros(latent, latent)) for name in limit.WITHIN}
        )
        self.weights = nn.Parameter(torch.zeros(latent, SHAPES))
        self.widths = nn.Parameter(torch.linspace(-1.7, 1.7, SHAPES).repeat(latent, 1))
        self.drop = nn.Dropout(0.1)
        for layer in (self.line, self.bend, self.first, self.gate):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        nn.init.constant_(self.pace.weight, 0.7)
        nn.init.constant_(self.pace.bias, -2.2)

    def forward(self, z: Tensor, step: Tensor, lag: Tensor, still: Tensor) -> Tensor:
        """Nats (B, M, D) of the cells of width step (B, D) around values z (B, M, D).

        lag (B, M): ticks since the knot before, 0 at the first. still (D,) bool: dimensions that
        cost nothing after the first knot. Padding after the last knot does no harm.
        """
        moving = torch.cat([torch.ones_like(z[:, :1]), (~still).to(z).expand_as(z[:, 1:])], 1)
        mean, size = self._before(z, step, lag)
        off = (z - mean).clamp(-limit.LOUD, limit.LOUD) * moving
        base = 2.0 ** size.clamp(limit.NARROWEST, limit.WIDEST) + limit.BLUR * step[:, None]
        loud = (torch.log2(off.abs() / base + limit.FAINT) + limit.MEAN_SIZE) * moving
        more, wide = self._within(off, loud)
        gate = 1 + self.gate(self.hidden) * (torch.arange(z.shape[1]) > 0)[:, None]
        mean = mean + more.clamp(-limit.MOST, limit.MOST) * gate.clamp(-limit.GATED, limit.GATED)
        scale = (
            2.0 ** (size + wide).clamp(limit.NARROWEST, limit.WIDEST) + limit.LEAST * step[:, None]
        )
        return -self._shares(z - mean, step[:, None] / 2, scale) * moving

    def _before(self, z: Tensor, step: Tensor, lag: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log2 scales (B, M, D) from the knots before."""
        last, move = _later(z), _later(z) - _later(z, 2)
        move[:, :2] = 0
        before, after = _later(lag), pad(lag[:, 1:], (0, 1))
        slope = move * (lag / before.clamp(min=1))[..., None]
        last, move = last.clamp(-limit.FAR, limit.FAR), move.clamp(-limit.QUICK, limit.QUICK)
        slope = slope.clamp(-limit.STEEP, limit.STEEP)
        fine = (torch.log2(step.mean(-1)) + limit.USUAL)[:, None].expand_as(lag)
        gaps = [torch.log2(1 + g) - limit.USUAL for g in (lag, before, after)]
        pace = torch.stack([*gaps, fine], -1)
        seen = torch.cat([self.drop(torch.cat([last, slope, move], -1)), pace], -1)
        self.hidden = self.drop(torch.tanh(self.recall(seen)))
        bent, size = self.bend(torch.cat([self.hidden, pace], -1)).chunk(2, -1)
        root = 2.0 ** (gaps[0] / 2)
        mean = last + self.line(torch.cat([last, slope], -1)) + bent * root[..., None]
        size = size + self.pace(gaps[0][..., None])
        start = self.first(fine[:, :1, None]).chunk(2, -1)
        mean, size = (torch.cat([a, b[:, 1:]], 1) for a, b in zip(start, (mean, size), strict=True))
        return mean, size

    def _within(self, off: Tensor, loud: Tensor) -> tuple[Tensor, Tensor]:
        """What earlier values of the same knot add to means and log2 scales (B, M, D)."""
        parts = []
        for one, kind in ((off, "off"), (loud, "loud")):
            first, later = (self.within[f"{when}_{kind}"].tril(-1) for when in ("first", "later"))
            parts.append(torch.cat([linear(one[:, :1], first), linear(one[:, 1:], later)], 1))
        return parts[0], parts[1]

    def _shares(self, off: Tensor, half: Tensor, scale: Tensor) -> Tensor:
        """Log of the share of each cell under its mixture of logistic laws."""
        far = off.abs()
        weights = torch.log_softmax(self.weights, 1)
        parts = []
        for k in range(SHAPES):
            wide = scale * 2.0 ** self.widths[:, k]
            high, low = (half - far) / wide, (-half - far) / wide
            inside = torch.log(-torch.expm1(low - high).clamp(max=-1e-12))
            parts.append(logsigmoid(high) + logsigmoid(-low) + inside + weights[:, k])
        return torch.logaddexp(torch.logsumexp(torch.stack(parts), 0), torch.tensor(_RARE))


def _later(values: Tensor, by: int = 1) -> Tensor:
    """Values (B, M, ...) as they were `by` knots before, zeros at first."""
    count = values.shape[1]
    return pad(values, (0, 0) * (values.dim() - 2) + (by, 0))[:, :count]
