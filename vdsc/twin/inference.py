"""The integer twin of a checkpoint's inference network: q(z | x) and q(T | x), bit for bit.

frames --Sequences--> h --> goal, pull --> q(z at the knots)        equations (10)-(13), (17)
                         '-> mu, s --> q(gap)                       equations (19)-(20)

A decoder must find the encoder's posterior again from the decoded frames, so all of it is integer
arithmetic on the checkpoint's float32 weights, which are rounded to fixed point once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vdsc.core.fixed import WORK
from vdsc.core.types import Ints
from vdsc.twin import layers as fixed
from vdsc.twin import reals
from vdsc.twin.frame_encoder import Sequences, Weights
from vdsc.twin.gap_process import Gaps
from vdsc.twin.layers import Floats, dense, silu

_VARIANCE = 32  # bits after the point of a variance
_KEEP = 20  # bits after the point of a squared decay
_MOST = 1 << 41  # the largest variance carried, 2**9


@dataclass(frozen=True, eq=False)
class Seen:
    """What q says of one window: hidden (T, H) units, goals (T, D) Q16, pulls (T, D) Q30 a tick."""

    hidden: Floats
    goals: Ints
    pulls: Ints


class Twin:
    """Twin of the encoder side of `LatentSDE`.

    Args:
        net: the checkpoint's `net` settings.
        weights: its float32 tensors by name.

    Raises:
        InvalidInput: a layer's weights are too large for exact sums.
    """

    def __init__(self, net: Mapping[str, Any], weights: Weights) -> None:
        self.image = len(net["frame"]) == 3
        self.latent, self.fps = int(net["latent"]), float(net["fps"])
        self.encoder = Sequences(weights, image=self.image)
        self.target = [dense(weights, f"posterior.target.{i}") for i in (0, 2)]
        self.pull = dense(weights, "posterior.pull")
        self.gaps = Gaps(net, weights)
        self._raw_nu, self._spread = weights["posterior.raw_nu"], weights["posterior.spread"]

    def see(self, frames: Floats) -> Seen:
        """Everything q needs of the frames (T, ...) of one window, as `fixed` holds them."""
        hidden = self.encoder(frames)
        goals = self.target[1](silu(self.target[0](hidden)))
        if not self.image:
            goals = goals + hidden[:, -self.latent :]
        pulls = fixed.sigmoid30(self.pull(hidden))
        goals = np.clip(goals, -fixed.REACH, fixed.REACH)
        return Seen(hidden, fixed.to_q16(goals), pulls)

    @cached_property
    def nu(self) -> list[int]:
        """The diffusion of each dimension, Q96."""
        return [reals.softplus(float(raw)) for raw in self._raw_nu]

    @cached_property
    def spread(self) -> Ints:
        """Standard deviation (D,) of the first knot's value, Q16, at least 1; equation (11)."""
        spread = [reals.softplus(float(raw)) >> (WORK - 16) for raw in self._spread]
        return np.maximum(np.array(spread, dtype=np.int64), 1)

    @cached_property
    def diffusion(self) -> Ints:
        """Variance (D,) that one tick adds, nu^2 / fps, Q32."""
        shift = 2 * WORK - _VARIANCE
        top, bottom = self.fps.as_integer_ratio()
        added = [(nu * nu * bottom // top) >> shift for nu in self.nu]
        return np.minimum(np.array(added, dtype=np.int64), _MOST)

    @cached_property
    def still(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """(D,) bool: dimensions with nu < 0.001, which only the first knot carries."""
        return np.array([1000 * nu < 1 << WORK for nu in self.nu])

    def step(self, seen: Seen, value: Ints, begin: int, end: int) -> tuple[Ints, Ints]:
        """Mean and standard deviation (D,) Q16 of the value at frame `end` given that at `begin`.

        The Euler scheme z' = z + pull (goal - z) + nu sqrt(tick) e, tick after tick. Over one tick
        this is equation (17); over longer gaps it is the scheme's own marginal, where one Euler
        step over the gap would overshoot, the drift being as fast as a tick.
        """
        mean, variance = value.copy(), np.zeros_like(value)
        for goal, pull in zip(seen.goals[begin:end], seen.pulls[begin:end], strict=True):
            mean += (pull * (goal - mean) + (1 << 29)) >> 30
            keep = (1 << 30) - pull
            variance = (variance * ((keep * keep) >> (60 - _KEEP)) >> _KEEP) + self.diffusion
            variance = np.minimum(variance, _MOST)
        spread = np.sqrt(variance.astype(np.float64)).astype(np.int64)
        return mean, np.maximum(spread, 1)
