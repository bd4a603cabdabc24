"""How finely each channel of a skeleton is told, so that few steps move no point too far.

An error u of a frame's channels moves the points by D u. With weights of the points, the squares
of these moves sum to |R u|^2, R upper triangular (leaves first, the root last): what R[i, i] says
is how far channel i moves the body once the channels below it have made up for what they can. Steps
are equal in that measure, and weights are such that all points move equally far on average: the
largest ellipsoid of errors that fits (a D-optimal design).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from vdsc.codecs.bounded.joint_body import JointBody
from vdsc.core.types import Floats

ROUNDS = 12
LEAST = 1e-4
"""Of the mean weight: no point is forgotten."""

RIDGE = 1e-9
"""Of the mean square: what moves nothing has steps all the same."""


@dataclass(frozen=True, eq=False)
class JointSteps:
    """Weights of a body's points (P,), and how far a unit of each free channel (F,) moves them.

    What counts is what is left once other channels make up for it.
    """

    body: JointBody
    weights: Floats
    shaped: Floats

    @classmethod
    def of(cls, body: JointBody, frames: Floats) -> Self:
        """Measured on some frames (n, C) of a motion."""
        moves = body.moves(frames)
        weights = np.ones(moves.shape[1] // 3)
        if not body.free.size:
            return cls(body, weights, np.ones(0))
        for _ in range(ROUNDS):
            root = np.swapaxes(roots(moves, weights), 1, 2)
            share = np.linalg.solve(root, moves[:, :, ::-1].swapaxes(1, 2))
            found = np.square(share).sum(axis=1).reshape(len(moves), -1, 3).sum(axis=2)
            weights = weights * found.mean(axis=0)
            weights = np.maximum(weights / weights.mean(), LEAST)
        diagonal = np.diagonal(roots(moves, weights), axis1=1, axis2=2)[:, ::-1]
        return cls(body, weights, np.exp(np.log(diagonal).mean(axis=0)))


def roots(moves: Floats, weights: Floats) -> Floats:
    """R (n, L, L) of moves (n, 3 P, L) with weights (P,) or (n, P); the last channel is first."""
    scale = np.repeat(np.sqrt(weights), 3, axis=-1)[..., None]
    weighed = scale * moves[:, :, ::-1]
    squares = weighed.swapaxes(1, 2) @ weighed
    mean = np.trace(squares, axis1=1, axis2=2)[:, None, None] / squares.shape[1]
    lower = np.linalg.cholesky(squares + RIDGE * np.maximum(mean, 1e-30) * np.eye(moves.shape[2]))
    return np.swapaxes(lower, 1, 2)


def rounded(root: Floats, wanted: Floats, steps: Floats, likely: Floats, pull: Floats) -> Floats:
    """Whole steps (n, L) whose errors below make up for those above; from the root to the leaves.

    wanted (n, L) in channels' units; each is drawn by up to `pull` (L,) steps to what is likely
    (n, L), before it is rounded.
    """
    made, off = np.zeros(wanted.shape), np.zeros(wanted.shape)
    last = wanted.shape[1] - 1
    for channel in range(last + 1):
        at = last - channel  # R begins with the last channel
        above = root[:, at, None, at + 1 :] @ off[:, :channel][:, ::-1, None]
        aim = (wanted[:, channel] - above[:, 0, 0] / root[:, at, at]) / steps[channel]
        away = aim - likely[:, channel]
        away = np.sign(away) * np.maximum(np.abs(away) - pull[channel], 0)
        made[:, channel] = np.rint(likely[:, channel] + away)
        off[:, channel] = made[:, channel] * steps[channel] - wanted[:, channel]
    return made
