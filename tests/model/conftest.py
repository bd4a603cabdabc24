"""Networks small enough to test by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from vdsc.model.latent_sde import LatentSDE
from vdsc.model.net_config import NetConfig


@pytest.fixture
def tiny() -> Callable[..., NetConfig]:
    """Configs of 5 channels and 3 latents at 10 fps; keywords change what they name."""

    def made(**changes) -> NetConfig:
        plain = {
            "frame": (5,),
            "latent": 3,
            "fps": 10.0,
            "window": 20,
            "hidden": 4,
            "features": 8,
            "interpolation": "spline",
        }
        return NetConfig(**(plain | changes))

    return made


@pytest.fixture
def network(tiny) -> Callable[..., LatentSDE]:
    """Networks of tiny configs, all weights drawn from one seed, nu between 0.2 and 1."""

    def made(seed: int = 0, **changes) -> LatentSDE:
        torch.manual_seed(seed)
        net = LatentSDE(tiny(**changes))
        with torch.no_grad():
            net.posterior.raw_nu.uniform_(-1.5, 0.5)
            net.posterior.pull.weight.normal_(0, 0.3)
            net.posterior.target[-1].weight.normal_(0, 0.3)
        return net

    return made
