"""From a first guess of the path to the knot values that decode best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vdsc.core.types import Floats
from vdsc.model import curve
from vdsc.model.adam import Adam
from vdsc.model.frame_decoder import LinearDecoder
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.price import Price, Weights

if TYPE_CHECKING:
    from vdsc.model.path_model import Inference

ROUNDS = 3
WEAKEST = 1e-4
"""Directions of the decoder this much weaker than its strongest are not used to explain frames."""

STEPS = 40
PACE = 0.3  # of a cell, the first step of the descent
SHARP = 0.05  # network units below which an absolute error counts as squared


def path_along(
    net: LatentSDE, knot_times: Floats, times: Floats, like: Tensor
) -> Callable[[Tensor], Tensor]:
    """The map from knot values (M, D), of the kind of `like`, to z^(t) (Q, D), equation (21)."""
    at, knots = (torch.as_tensor(t).to(like) for t in (times, knot_times))
    if len(knots) == 1:
        return lambda values: values.expand(len(at), -1)
    if net.config.interpolation == "spline":
        matrix = torch.as_tensor(curve.spline_matrix(knot_times, times)).to(like)
        return lambda values: matrix @ values
    return lambda values: curve.bridge(at[None], knots[None], values[None], net.nu)[0]


def path_at(net: LatentSDE, knot_times: Floats, values: Tensor, times: Floats) -> Tensor:
    """z^(t) (Q, D) at `times` from knots (M,) with values (M, D), equation (21)."""
    return path_along(net, knot_times, times, values)(values)


def least_squares(
    net: LatentSDE,
    seen: Inference,
    knots: NDArray[np.int64],
    first: Floats | None,
    weights: Weights | None = None,
) -> Floats:
    """Knot values for a decoder x = W z + b + bend(z): Gauss-Newton with W as its slope.

    Each round solves for the step that takes the residual of the frames away, in space through
    the pseudo-inverse of W and in time through the spline's; the bend is small beside W.
    """
    spline = curve.spline_matrix(seen.times[knots], seen.times)
    solve = _solver(spline, weights, fixed=first is not None)
    assert isinstance(net.decoder, LinearDecoder)
    weight = net.decoder.linear.weight.double().cpu().numpy()
    root = np.ones(len(weight)) if weights is None else np.sqrt(weights.channels)
    inverse = np.linalg.pinv(root[:, None] * weight, rcond=WEAKEST) * root
    values = solve(seen.path) if first is None else _pinned(solve, spline, seen.path, first)
    target = seen.x.double().cpu().numpy()
    for _ in range(ROUNDS):
        with torch.no_grad():
            path = torch.as_tensor(spline @ values, dtype=torch.float32, device=seen.x.device)
            drawn = net.decoder(path).double().cpu().numpy()
        values = values + solve((target - drawn) @ inverse.T)
    return values


def _solver(spline: Floats, weights: Weights | None, *, fixed: bool) -> Callable[[Floats], Floats]:
    """(T, D) path to (M, D) knots in least squares; a fixed first knot gets zero."""
    free = spline[:, 1:] if fixed else spline
    root = np.ones(len(spline)) if weights is None else np.sqrt(weights.frames)
    inverse = np.linalg.pinv(root[:, None] * free) * root
    return lambda path: np.concatenate([np.zeros((int(fixed), path.shape[1])), inverse @ path])


def _pinned(
    solve: Callable[[Floats], Floats], spline: Floats, path: Floats, first: Floats
) -> Floats:
    """Knots whose first is `first`, the others in least squares."""
    values = solve(path - np.outer(spline[:, 0], first))
    values[0] = first
    return values


def descend(
    net: LatentSDE,
    seen: Inference,
    knots: NDArray[np.int64],
    start: Floats,
    first: Floats | None,
    price: Price,
    steps: int = STEPS,
) -> Floats:
    """Knot values (M, D) near `start` (M, D) that trade the frames' error against their bits.

    Gradient descent in units of cells on error + exchange * nats, where the exchange is what a
    nat buys at this cell width: twice the error that rounding adds, per value. Constant
    dimensions have one value for all knots; a `first` knot stays where it is.
    """
    like = seen.x
    cell, begin = _tensor(price.cell, like), _tensor(start, like)
    still = net.is_global.to(like.device)
    pinned = None if first is None else _tensor(first, like)
    whole = begin.mean(0) if pinned is None else pinned
    free = (begin / cell).requires_grad_()
    anchor = (whole / cell).requires_grad_(pinned is None)
    weigh = _Weights.of(price, like)

    def values() -> Tensor:
        z = torch.where(still, anchor, free) * cell
        return z if pinned is None else torch.cat([pinned[None], z[1:]])

    along = path_along(net, seen.times[knots], seen.times, like)

    def error(z: Tensor) -> Tensor:
        return _error(net, net.decoder(along(z)) - seen.x)

    exchange = _exchange(error, values(), cell)
    optimiser = Adam([free, anchor] if pinned is None else [free], betas=(0.8, 0.95))
    for step in range(steps):
        z = values()
        cost = error(z) + exchange * weigh.nats(z, still)
        optimiser.step(cost, PACE * (1 - step / steps))
    return values().detach().cpu().double().numpy()


def _error(net: LatentSDE, off: Tensor) -> Tensor:
    """Summed error, absolute (smooth near zero) or squared as the observation model is."""
    if net.config.noise == "laplace":
        return (off.square() + SHARP**2).sqrt().sum()
    return off.square().sum()


def _exchange(error: Callable[[Tensor], Tensor], z: Tensor, cell: Tensor) -> float:
    """Error per nat: twice what rounding the values to their cells adds, per value."""
    with torch.no_grad():
        draw = torch.rand(z.shape, generator=torch.Generator().manual_seed(1)).to(z)
        added = error(z + cell * (draw - 0.5)) - error(z)
    return 2 * max(float(added), 0.0) / z.numel()


@dataclass(frozen=True, slots=True)
class _Weights:
    """The prior of the knot values as tensors."""

    spread0: Tensor
    decay: Tensor
    spread: Tensor

    @classmethod
    def of(cls, price: Price, like: Tensor) -> _Weights:
        """A step's spread holds the rounding of the knot before it, too."""
        blurred = np.hypot(price.spread, np.abs(price.decay) * price.cell / np.sqrt(12))
        return cls(*(_tensor(v, like) for v in (price.spread0, price.decay, blurred)))

    def nats(self, z: Tensor, still: Tensor) -> Tensor:
        """Nats of knots (M, D) under logistic steps, up to a constant."""
        moved = (z[1:] - self.decay * z[:-1]) / self.spread
        steps = torch.where(still, torch.zeros_like(moved), moved)
        return _logistic(z[0] / self.spread0) + _logistic(steps)


def _logistic(x: Tensor) -> Tensor:
    return (2 * torch.nn.functional.softplus(x) - x).sum()


def _tensor(values: Floats, like: Tensor) -> Tensor:
    return torch.as_tensor(values, dtype=like.dtype, device=like.device)
