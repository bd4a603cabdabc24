"""From a first guess of the path to the knot values that decode best."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vdsc.model import curve
from vdsc.model.decoder import LinearDecoder
from vdsc.model.latent_sde import LatentSDE

if TYPE_CHECKING:
    from vdsc.model.path_model import Inference

Floats = NDArray[np.float64]
ROUNDS = 3
DESCENT_STEPS = 60


def path_at(net: LatentSDE, knot_times: Floats, values: Tensor, times: Floats) -> Tensor:
    """z^(t) (Q, D) at `times` from knots (M,) with values (M, D), equation (21)."""
    if len(knot_times) == 1:
        return values.expand(len(times), -1)
    if net.config.interpolation == "spline":
        matrix = curve.spline_matrix(knot_times, times)
        return torch.as_tensor(matrix, dtype=values.dtype, device=values.device) @ values
    single = [
        torch.as_tensor(t[None], dtype=values.dtype, device=values.device)
        for t in (times, knot_times)
    ]
    return curve.bridge(single[0], single[1], values[None], net.nu)[0]


def least_squares(
    net: LatentSDE, seen: Inference, knots: NDArray[np.int64], first: Floats | None
) -> Floats:
    """Knot values for a decoder x = W z + b + bend(z): Gauss-Newton with W as its slope.

    Each round solves for the step that takes the residual of the frames away, in space through
    the pseudo-inverse of W and in time through the spline's; the bend is small beside W.
    """
    knot_times = seen.times[knots]
    spline = curve.spline_matrix(knot_times, seen.times)
    solve = _solver(spline, fixed=first is not None)
    assert isinstance(net.decoder, LinearDecoder)
    weight = net.decoder.linear.weight.double().cpu().numpy()
    inverse = np.linalg.pinv(weight)
    values = solve(seen.path) if first is None else _pinned(solve, spline, seen.path, first)
    target = seen.x.double().cpu().numpy()
    for _ in range(ROUNDS):
        with torch.inference_mode():
            path = torch.as_tensor(spline @ values, dtype=torch.float32, device=seen.x.device)
            drawn = net.decoder(path).double().cpu().numpy()
        values = values + solve((target - drawn) @ inverse.T)
    return values


def _solver(spline: Floats, *, fixed: bool) -> Callable[[Floats], Floats]:
    """(T, D) path to (M, D) knots in least squares; a fixed first knot gets zero."""
    free = spline[:, 1:] if fixed else spline
    inverse = np.linalg.pinv(free)
    return lambda path: np.concatenate([np.zeros((int(fixed), path.shape[1])), inverse @ path])


def _pinned(
    solve: Callable[[Floats], Floats], spline: Floats, path: Floats, first: Floats
) -> Floats:
    """Knots whose first is `first`, the others in least squares."""
    values = solve(path - np.outer(spline[:, 0], first))
    values[0] = first
    return values


def descend(
    net: LatentSDE, seen: Inference, knots: NDArray[np.int64], first: Floats | None
) -> Floats:
    """Knot values by gradient descent on the squared error, from the posterior's path.

    Constant dimensions (nu < 0.001) have one value for all knots.
    """
    knot_times = seen.times[knots]
    start = torch.as_tensor(seen.path[knots], dtype=torch.float32, device=seen.x.device)
    fixed = net.is_global.to(seen.x.device)
    still = start.mean(0) if first is None else torch.as_tensor(first).to(start)
    moving = start.clone().requires_grad_()
    whole = still.clone().requires_grad_(first is None)
    params = [moving] + ([whole] if first is None else [])
    optimiser = torch.optim.Adam(params, lr=0.03)

    def values() -> Tensor:
        z = torch.where(fixed, whole, moving)
        return z if first is None else torch.cat([still[None], z[1:]])

    for step in range(DESCENT_STEPS):
        optimiser.param_groups[0]["lr"] = 0.03 * (1 - step / DESCENT_STEPS)
        optimiser.zero_grad()
        drawn = net.decoder(path_at(net, knot_times, values(), seen.times))
        (drawn - seen.x).square().sum().backward()
        optimiser.step()
    return values().detach().cpu().double().numpy()
