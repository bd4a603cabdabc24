"""What the last stage of training minimises: equation (22) with a learned law in the prior's place.

The path is what least squares make of the frames, as in the encoder of a file, and the rate is what
the entropy coder will charge for its knots.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from vdsc.core.types import Ints
from vdsc.errors import InvalidInput
from vdsc.model import curve
from vdsc.model.frame_decoder import LinearDecoder
from vdsc.model.latent_sde import LatentSDE
from vdsc.train.lively_grids import lively_grid
from vdsc.train.objectives import Terms

STRAY = 0.35
"""Deviation of the logarithm of a grid's density from the usual one at a cell width."""

SHORTEST = 40
"""Frames of the shortest window."""


def demand_law(model: LatentSDE) -> None:
    """Raise InvalidInput for a model that has no learned law, or whose path is no spline."""
    splines = model.config.interpolation == "spline" and isinstance(model.decoder, LinearDecoder)
    if model.law is None or not splines:
        raise InvalidInput(
            "a stage of kind 'law' needs net.memory, decoder 'linear' and interpolation 'spline'"
        )


def law_terms(
    model: LatentSDE,
    x: Tensor,
    density: float,
    coarse: float,
    frames: int | None,
    rng: np.random.Generator,
) -> Terms:
    """Terms of frames x (B, T, C) in network units at a wanted density of knots and cell width.

    frames: how many of each window are reconstructed, None for all.
    """
    assert model.law is not None
    assert model.encoder.skip is not None
    x = x[:, : int(rng.integers(min(SHORTEST, x.shape[1]), x.shape[1] + 1))]
    grids = [_grid(model, one, density, rng) for one in x.numpy()]
    at, splines, solves = _splines(grids, x.shape[1])
    real = torch.arange(at.shape[1]) < torch.tensor([len(grid) for grid in grids])[:, None]
    z = solves @ model.encoder.skip(x)
    cell = model.log_cell.exp() * coarse
    z = z + cell * (torch.rand(z.shape, generator=_seeded(rng)) - 0.5)
    some = torch.from_numpy(rng.permutation(x.shape[1])[: frames or x.shape[1]])
    error = (x[:, some] - model.decoder(splines[:, some] @ z)).abs()
    share = len(some) / x.shape[1]
    distortion = error.flatten(1).sum(1) / (share * model.config.obs_scale * coarse)
    lag = torch.nn.functional.pad(at.diff(dim=1), (1, 0)).float()
    nats = model.law(z, cell.expand(len(z), -1), lag, model.is_global)
    rate = (nats.sum(-1) * real).sum(1)
    loss = (distortion + rate).mean() / x[0].numel()
    knots = real.sum(1).float()
    return Terms(loss, distortion.detach(), rate.detach(), 0 * knots, knots)


def _grid(model: LatentSDE, x: np.ndarray, density: float, rng: np.random.Generator) -> Ints:
    rate = float(model.knots.rate(torch.tensor(density))) * np.exp(STRAY * rng.standard_normal())
    return lively_grid(x, round(len(x) / model.config.fps * rate) + 1, rng)


def _splines(grids: list[Ints], frames: int) -> tuple[Tensor, Tensor, Tensor]:
    """Knots (B, M), padded by repeats, the matrices (B, T, M) of their splines and the inverses."""
    most = max(map(len, grids))
    at = np.stack([np.pad(grid, (0, most - len(grid)), mode="edge") for grid in grids])
    forward = np.zeros((len(grids), frames, most), np.float32)
    back = np.zeros((len(grids), most, frames), np.float32)
    for row, grid in enumerate(grids):
        spline = curve.spline_matrix(grid.astype(np.float64), np.arange(frames, dtype=np.float64))
        forward[row, :, : len(grid)] = spline
        back[row, : len(grid)] = np.linalg.solve(spline.T @ spline, spline.T)
    return torch.from_numpy(at), torch.from_numpy(forward), torch.from_numpy(back)


def _seeded(rng: np.random.Generator) -> torch.Generator:
    return torch.Generator().manual_seed(int(rng.integers(2**31)))
