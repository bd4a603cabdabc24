"""Train the observation network of one pass on samples, resumably."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vdsc.train.video.network import FloatNetwork

FIELDS = ("features", "base", "copies", "values", "low", "high")
BATCH = 2048

_DECAY = 0.99, 0.999


def load(folder: Path, sets: list[str], number: int) -> dict[str, Tensor]:
    """The samples of one pass: files `<set>_<pass>_<field>.npy` one after another."""
    out = {}
    for field in FIELDS:
        parts = [np.load(folder / f"{name}_{number}_{field}.npy") for name in sets]
        out[field] = torch.from_numpy(np.concatenate(parts))
    return out


def batches(data: dict[str, Tensor], seed: int, size: int = BATCH) -> Iterator[dict[str, Tensor]]:
    """Endless random batches."""
    random = torch.Generator().manual_seed(seed)
    count = len(data["values"])
    while True:
        some = torch.randint(0, count, (size,), generator=random)
        yield {field: values[some] for field, values in data.items()}


@torch.no_grad()
def bits(network: FloatNetwork, data: dict[str, Tensor], size: int = 8192) -> NDArray[np.float64]:
    """Mean bits (C,) of each channel."""
    count, total = len(data["values"]), torch.zeros(len(network.order), dtype=torch.float64)
    for start in range(0, count, size):
        batch = {field: values[start : start + size] for field, values in data.items()}
        total += network(batch).double() * len(batch["values"])
    mean: NDArray[np.float64] = (total / count / np.log(2)).numpy()
    return mean


def new(data: dict[str, Tensor]) -> FloatNetwork:
    """An untrained network for such samples."""
    _, experts, channels = data["copies"].shape
    return FloatNetwork(data["features"].shape[1], experts, channels)


def train(
    network: FloatNetwork,
    data: dict[str, Tensor],
    state: Path,
    *,
    seconds: float,
    rate: float = 2e-3,
    seed: int = 0,
) -> dict[str, Tensor]:
    """Train for some seconds with a falling rate; return the usual size of each gradient.

    The state is kept beside the result every minute, and taken up again.
    """
    optimiser = torch.optim.Adam(network.parameters(), lr=rate, betas=_DECAY)
    spent, kept = 0.0, 0.0
    if state.exists():
        saved = torch.load(state, weights_only=True)
        network.load_state_dict(saved["network"])
        optimiser.load_state_dict(saved["optimiser"])
        spent = kept = saved["spent"]
    last = time.monotonic()
    for step, batch in enumerate(batches(data, seed + int(spent))):
        if spent >= seconds:
            break
        left = 1 - spent / seconds
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 100) * left**0.8 + 1e-5
        optimiser.zero_grad()
        loss = network(batch).sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        now = time.monotonic()
        spent, last = spent + now - last, now
        if spent - kept > 60 or spent >= seconds:
            kept = spent
            saved = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
            torch.save(saved | {"spent": spent}, state)
    return roots(network, optimiser)


def roots(network: FloatNetwork, optimiser: torch.optim.Adam) -> dict[str, Tensor]:
    """The root mean square of each parameter's gradient, as Adam has seen it."""
    named = dict(network.named_parameters())
    return {name: optimiser.state[p]["exp_avg_sq"].sqrt() for name, p in named.items()}
