"""Train the observation network of one pass on samples, resumably."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vdsc.train import state_file
from vdsc.train.video.float_network import FloatNetwork

FIELDS = ("features", "base", "copies", "values", "low", "high", "expected")
BATCH = 2048
KEEP_EVERY = 60.0
"""Seconds between two savings of the state."""

_DECAY = 0.99, 0.999


def load(folder: Path, sets: list[str], number: int) -> dict[str, Tensor]:
    """The samples of one pass, those of several sets joined; files `<set>_<pass>_<field>.npy`."""
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


def new(data: dict[str, Tensor], *, related: bool = False) -> FloatNetwork:
    """An untrained network for such samples."""
    _, experts, channels = data["copies"].shape
    return FloatNetwork(data["features"].shape[1], experts, channels, related=related)


def train(
    network: FloatNetwork,
    data: dict[str, Tensor],
    state: Path,
    *,
    seconds: float,
    rate: float = 2e-3,
    seed: int = 0,
    deadline: float = math.inf,
    report: Callable[[float, float], None] = lambda *_: None,
) -> dict[str, Tensor]:
    """Train for some seconds with a falling rate; return the usual size of each gradient.

    The state is kept beside the result every minute, and taken up again. At `deadline`, a time of
    the monotonic clock, training stops early; a network that was not begun by then takes one step,
    which gives its gradients a size but leaves no state. report: called after each step with the
    seconds spent on this network and the mean cost in bits, all channels together.
    """
    optimiser = torch.optim.Adam(network.parameters(), lr=rate, betas=_DECAY)
    parameters, networks = list(network.parameters()), {"network": network}
    spent = kept = 0.0
    if state.exists():
        spent = kept = float(state_file.restore(state, networks, optimiser, parameters)["spent"])
    last = time.monotonic()
    late = last >= deadline
    for step, batch in enumerate(batches(data, seed + int(spent))):
        if optimiser.state and (spent >= seconds or time.monotonic() >= deadline):
            break
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(rate, step, spent / seconds)
        optimiser.zero_grad()
        loss = network(batch).sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        now = time.monotonic()
        spent, last = spent + now - last, now
        report(spent, float(loss.detach()) / math.log(2))
        if not late and spent - kept > KEEP_EVERY:
            kept = spent
            state_file.save(state, networks, optimiser, parameters, {"spent": spent})
    if not late and spent > kept:
        state_file.save(state, networks, optimiser, parameters, {"spent": spent})
    return roots(network, optimiser)


def learning_rate(rate: float, step: int, share: float) -> float:
    """The rate of a step when a share of the time is spent: 100 steps of warm-up, then a fall."""
    fall = float(max(0.0, 1 - share) ** 0.8)
    return rate * min(1.0, (step + 1) / 100) * fall + 1e-5


def roots(network: FloatNetwork, optimiser: torch.optim.Adam) -> dict[str, Tensor]:
    """The root mean square of each parameter's gradient, as Adam has seen it."""
    named = dict(network.named_parameters())
    return {name: optimiser.state[p]["exp_avg_sq"].sqrt() for name, p in named.items()}
