"""A domain and a network small enough to train within a second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from vdsc.errors import InvalidInput
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.net_config import NetConfig
from vdsc.train.loop import TrainingRun
from vdsc.train.train_config import Stage, TrainConfig

CHANNELS = 4


class Waves:
    """A synthetic domain: channels that swing at their own pace, from a random phase."""

    def __init__(self, window: int = 16) -> None:
        self.window = window

    def waves(self, rng, size, frames):
        """(size, frames, channels) float32."""
        phase = rng.uniform(0, 2 * np.pi, (size, 1, CHANNELS))
        speed = 0.15 * (1 + np.arange(CHANNELS))
        return np.sin(phase + speed * np.arange(frames)[:, None]).astype(np.float32)

    def prepare(self, model):
        """No throw-away networks."""
        return nn.Identity()

    def batch(self, rng, size, window):
        """(size, window, channels)."""
        return torch.from_numpy(self.waves(rng, size, window or self.window))

    def warm(self, model, extra, stage, at, rng):
        """There is no warm stage."""
        raise InvalidInput("waves need no warm stage")

    def frames(self):
        """Plain channels."""
        ones, zeros = [1.0] * CHANNELS, [0.0] * CHANNELS
        return {"kind": "angles", "first_angle": CHANNELS, "offset": zeros, "scale": ones}

    def sequences(self):
        """Three sequences of different lengths."""
        rng = np.random.default_rng(99)
        return [self.waves(rng, 1, frames)[0] for frames in (90, 120, 75)]


@pytest.fixture
def waves() -> Waves:
    """The synthetic domain."""
    return Waves()


@pytest.fixture
def settings() -> Callable[..., TrainConfig]:
    """Training settings of the waves; keywords change what they name, net's in `net`."""

    def made(stages=(), net=(), **changes) -> TrainConfig:
        plain = {"frame": (CHANNELS,), "latent": 3, "fps": 10.0, "window": 16, "hidden": 6}
        plain |= {"features": 12, "rates": (1.0, 8.0), "interpolation": "spline"} | dict(net)
        return TrainConfig(
            **{"name": "waves", "domain": "waves", "chunk": 41, "data": Path(), "seed": 5}
            | changes,
            net=NetConfig(**plain),
            stages=tuple(Stage(**stage) for stage in stages),
        )

    return made


@pytest.fixture
def network(settings) -> Callable[..., LatentSDE]:
    """Networks of the waves, all weights drawn from one seed; keywords change the net."""

    def made(seed=0, **net) -> LatentSDE:
        torch.manual_seed(seed)
        model = LatentSDE(settings(net=net).net)
        with torch.no_grad():
            model.posterior.raw_nu.uniform_(-1.5, 0.5)
            model.posterior.target[-1].weight.normal_(0, 0.3)
            model.knots.net[-1].weight.normal_(0, 0.2)
        return model

    return made


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of the waves after a few steps of every kind, ready to be written."""
    torch.manual_seed(0)
    stages = [Stage("sde", 60, 8, 1e-2), Stage("joint", 20, 8, 3e-3), Stage("settle", 20, 8, 3e-3)]
    net = NetConfig(
        frame=(CHANNELS,), latent=3, fps=10.0, window=16, hidden=6, features=12,
        rates=(1.0, 8.0), interpolation="spline",
    )  # fmt: skip
    config = TrainConfig("waves", "waves", 41, Path(), net, tuple(stages), seed=5)
    run = TrainingRun(config, Waves(), tmp_path_factory.mktemp("run"))
    while run.step < run.steps:
        run.advance()
    return run
