"""Curves through points in time: the cubic spline, and the path between knots."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from vdsc.core.types import Floats
from vdsc.model import ou


def spline_matrix(knots: Floats, queries: Floats) -> Floats:
    """(Q, M) matrix S such that S @ y is the natural cubic spline through (knots, y) at queries.

    knots (M,) increasing, queries (Q,) seconds within them. One knot gives a constant, two a line.
    """
    count = len(knots)
    if count == 1:
        return np.ones((len(queries), 1))
    gap = np.diff(knots)
    at = np.clip(np.searchsorted(knots, queries, side="right") - 1, 0, count - 2)
    right = (queries - knots[at]) / gap[at]
    left = 1 - right
    rows = np.arange(len(queries))
    line = np.zeros((len(queries), count))
    line[rows, at], line[rows, at + 1] = left, right
    bend = np.zeros((len(queries), count))
    bend[rows, at] = (left**3 - left) * gap[at] ** 2 / 6
    bend[rows, at + 1] = (right**3 - right) * gap[at] ** 2 / 6
    return line + bend @ second_derivatives(gap)


def second_derivatives(gap: Floats) -> Floats:
    """(M, M) map from a natural cubic spline's values at its knots to its second derivatives."""
    count = len(gap) + 1
    matrix, right = np.eye(count), np.zeros((count, count))
    for i in range(1, count - 1):
        matrix[i, i - 1 : i + 2] = gap[i - 1], 2 * (gap[i - 1] + gap[i]), gap[i]
        right[i, i - 1 : i + 2] = 6 / gap[i - 1], -6 / gap[i - 1] - 6 / gap[i], 6 / gap[i]
    return np.linalg.solve(matrix, right).astype(np.float64, copy=False)


def bridge(times: Tensor, knots: Tensor, values: Tensor, nu: Tensor) -> Tensor:
    """Conditional mean of the OU path at `times` given its knots, equation (21).

    times (B, Q) and knots (B, M) seconds, values (B, M, D), nu (D,); result (B, Q, D).
    Padding knots repeat the last one.
    """
    last = knots.shape[1] - 1
    after = torch.searchsorted(knots, times.contiguous(), right=True).clamp(min(1, last), last)
    before = (after - 1).clamp_min(0)
    depth = values.shape[-1]
    left, right = ou.bridge_weights(
        nu,
        (times - knots.gather(1, before)).clamp_min(0).unsqueeze(-1),
        (knots.gather(1, after) - times).clamp_min(0).unsqueeze(-1),
    )
    pick = values.gather(1, before.unsqueeze(-1).expand(-1, -1, depth))
    next_pick = values.gather(1, after.unsqueeze(-1).expand(-1, -1, depth))
    return left * pick + right * next_pick


def line_matrix(knots: Floats, queries: Floats) -> Floats:
    """(Q, M) matrix of linear interpolation between knots (M,), constant outside them."""
    return np.stack([np.interp(queries, knots, unit) for unit in np.eye(len(knots))], axis=1)
