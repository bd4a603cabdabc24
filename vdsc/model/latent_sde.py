"""The latent SDE: inference network, posterior SDE, prior, knot process and frame decoder."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
import torch
import torchsde
from torch import Tensor, nn
from torch.nn.functional import softplus

from vdsc.model import curve, feature_encoder, frame_decoder, tpp
from vdsc.model.float_law import FloatLaw
from vdsc.model.net_config import NetConfig
from vdsc.model.pixel_law import PixelLaw

GLOBAL_NU = 1e-3


class Noise:
    """Brownian increments on a fixed grid, drawn once from a seeded generator (torchsde's `bm`)."""

    levy_area_approximation = "none"

    def __init__(self, draws: Tensor) -> None:
        self.draws = draws
        self.next = 0
        self.shape, self.dtype, self.device = draws.shape[1:], draws.dtype, draws.device

    def __call__(self, start: Tensor, end: Tensor, **_: object) -> Tensor:
        """W(end) - W(start), (B, D); the Euler solver asks for each step once, in order."""
        draw = self.draws[self.next]
        self.next += 1
        return draw * (end - start).clamp_min(0).sqrt()


class Posterior(nn.Module):
    """z_0 and the drift f_q(z, h(t)), equations (11)-(13), for torchsde.

        dz = pull(h(t)) * (target(h(t)) - z) dt + nu dW

    The drift pulls towards a target read from h(t): a path the decoder can use from the first
    training step on, where a free-form drift would have to discover tracking by itself.
    """

    noise_type = "diagonal"
    sde_type = "ito"

    def __init__(self, config: NetConfig, width: int) -> None:
        super().__init__()
        self.latent, self.skip = config.latent, len(config.frame) == 1
        self.target = nn.Sequential(
            nn.Linear(width, config.features), nn.SiLU(), nn.Linear(config.features, config.latent)
        )
        self.pull = nn.Linear(width, config.latent)
        self.spread = nn.Parameter(torch.full((config.latent,), -3.0))
        self.fastest = config.fps
        self.raw_nu = nn.Parameter(torch.full((config.latent,), -1.0))
        nn.init.zeros_(self.pull.weight)
        nn.init.constant_(self.pull.bias, 1.0)
        if self.skip:
            last = cast("nn.Linear", self.target[-1])
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def start_even(self, nu: float) -> None:
        """Begin with one diffusion and one pull everywhere; training finds which are still."""
        with torch.no_grad():
            self.raw_nu.fill_(math.log(math.expm1(nu)))
            self.pull.weight.zero_()
            self.pull.bias.fill_(1.0)

    def goal(self, hidden: Tensor) -> Tensor:
        """Where the path is pulled to, (..., latent); linear readings of the frame pass through."""
        wanted: Tensor = self.target(hidden)
        return wanted + hidden[..., -self.latent :] if self.skip else wanted

    def speed(self, hidden: Tensor) -> Tensor:
        """How fast it is pulled, 1/s, below the rate of the solver's steps."""
        pull: Tensor = self.pull(hidden)
        return pull.sigmoid() * self.fastest

    def follow(self, hidden: Tensor, step: float) -> None:
        """Fix the path of hidden states (B, N, width), one a solver step, that `f` will read."""
        self.goals, self.speeds, self.step = self.goal(hidden), self.speed(hidden), step

    def f(self, t: Tensor, z: Tensor) -> Tensor:
        """Drift (B, latent)."""
        at = min(round(float(t) / self.step), self.goals.shape[1] - 1)
        return self.speeds[:, at] * (self.goals[:, at] - z)

    def g(self, t: Tensor, z: Tensor) -> Tensor:
        """Diffusion nu, the prior's own, so that the KL is finite."""
        del t
        return self.nu.expand_as(z)

    def first_variance(self) -> Tensor:
        """Variance of z_0 given x, (latent,), equation (11)."""
        return softplus(self.spread).square()

    @property
    def nu(self) -> Tensor:
        """The diffusion nu > 0, (latent,)."""
        return softplus(self.raw_nu)


class LatentSDE(nn.Module):
    """All networks of one checkpoint.

    x --SequenceEncoder--> h --spline--> Posterior SDE --> z(t) --knots, bridge--> z^(t) --> x^
                           '--> KnotProcess --> knots
    """

    def __init__(self, config: NetConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = feature_encoder.SequenceEncoder(config)
        self.posterior = Posterior(config, self.encoder.width)
        self.knots = tpp.KnotProcess(self.encoder.width, rates=config.rates, limit=config.limit)
        self.decoder = frame_decoder.build(config)
        self.log_cell = nn.Parameter(torch.full((config.latent,), -3.0))
        self.law = FloatLaw(config.latent, config.memory) if config.memory else None
        self.pixels = PixelLaw(config.parts, config.frame) if config.parts else None

    @property
    def nu(self) -> Tensor:
        """Diffusion of prior and posterior, (latent,)."""
        return self.posterior.nu

    @property
    def is_global(self) -> Tensor:
        """Dimensions that do not move: nu < 0.001 (section 3.2), (latent,) bool."""
        return self.nu < GLOBAL_NU

    def infer(self, hidden: Tensor, tick: float, generator: torch.Generator | None) -> Tensor:
        """A path of the posterior SDE at the frame times (B, T, latent), equations (11)-(13).

        hidden (B, T, width) at frame times `tick` seconds apart; without a generator the noise is
        zero and the path is the posterior's mean (the drift is linear in z).
        """
        batch, frames, _ = hidden.shape
        self.posterior.follow(hidden, tick)
        shape = (frames, batch, self.config.latent)
        draws = torch.zeros(shape) if generator is None else torch.randn(shape, generator=generator)
        draws = draws.to(hidden)
        start = self.posterior.goals[:, 0] + self.posterior.first_variance().sqrt() * draws[-1]
        if frames == 1:
            return start.unsqueeze(1)
        times = torch.arange(frames, dtype=hidden.dtype, device=hidden.device) * tick
        path = torchsde.sdeint(
            self.posterior, start, times, bm=Noise(draws), dt=tick, method="euler"
        )
        return cast("Tensor", path).transpose(0, 1)

    def bridge(self, times: Tensor, knots: Tensor, values: Tensor) -> Tensor:
        """z^(t) between knots, equation (21): (B, Q, latent)."""
        if self.config.interpolation == "bridge":
            return curve.bridge(times, knots, values, self.nu)
        rows = [
            spline @ v[: spline.shape[1]]
            for spline, v in zip(splines(times, knots), values, strict=True)
        ]
        return torch.stack(rows)

    def fit(self, path: Tensor, at: Tensor, real: Tensor) -> Tensor:
        """Knot values (B, M, latent) whose splines are closest to the paths (B, T, latent).

        at (B, M) frame numbers of the knots, real (B, M) bool; padding stays zero.
        """
        frames = torch.arange(path.shape[1]).expand(len(path), -1)
        out = []
        for spline, p, r in zip(splines(frames, at), path, real, strict=True):
            knots = torch.linalg.pinv(spline.double()).to(p) @ p
            out.append(torch.nn.functional.pad(knots, (0, 0, 0, int((~r).sum()))))
        return torch.stack(out)


def splines(times: Tensor, knots: Tensor) -> list[Tensor]:
    """For each row of knots (B, M), padded by repeats, the matrix of its spline at times (B, Q)."""
    made = []
    for row, query in zip(knots.cpu().double().numpy(), times.cpu().double().numpy(), strict=True):
        matrix = curve.spline_matrix(np.unique(row), query)
        made.append(torch.as_tensor(matrix, dtype=torch.float32, device=knots.device))
    return made
