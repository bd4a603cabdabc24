"""The networks of looks in floating point, and what they are trained to do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from vdsc.codecs.scene.look_canvas import FINE, LADDER
from vdsc.codecs.scene.look_network import REACH, greys
from vdsc.train.sprites.look_batches import LookBatch, Pixels, coarse, cut, windows

RARE = 0.25
"""Of the pixels with black neighbours so many are looked at; they count the more."""

SOFT = 20.0
"""What a squared error of a drawn pixel counts beside a nat."""

DEAD = 0.25
"""The most that a look of few levels is darker than its nearest one, in steps: encoders are so."""

SHARES = (0.3, 0.2, 0.15, 0.1, 0.1, 0.08, 0.07)
"""How often looks of each of the few levels are trained on."""

_INPUTS = 161
_COARSE = LADDER[:-1]
_STARTS = np.concatenate([[0], np.cumsum(_COARSE)])


def layers(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Three layers with silu between them."""
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(),
        nn.Linear(hidden, outputs),
    )  # fmt: skip


def networks(fine: int, coarse_: int, smooth: int) -> dict[str, nn.Sequential]:
    """The three, with so many hidden units."""
    return {
        "fine": layers(_INPUTS, fine, FINE),
        "coarse": layers(_INPUTS, coarse_, sum(_COARSE)),
        "smooth": layers((2 * REACH + 1) ** 2 + len(_COARSE), smooth, 1),
    }


def exported(parts: dict[str, nn.Sequential]) -> dict[str, NDArray[np.float32]]:
    """Their weights by the names that a checkpoint has."""
    return {
        f"{name}.{i}.{part}": getattr(network[2 * i], part).detach().numpy()
        for name, network in parts.items()
        for i in range(3)
        for part in ("weight", "bias")
    }


def fine_loss(
    network: nn.Module, pictures: Sequence[Pixels], rng: np.random.Generator | None
) -> Tensor:
    """Mean nats a pixel of looks of all levels; of all pixels without rng."""
    rungs = np.full(len(pictures), len(_COARSE))
    batch = LookBatch([cut(one) for one in pictures], rungs)
    some, weight = _chosen(batch, rng)
    wanted = torch.from_numpy(batch.greys[some].astype(np.int64))
    scores = network(torch.from_numpy(batch.inputs()[some]))
    return _mean(cross_entropy(scores, wanted, reduction="none"), weight)


def coarse_loss(
    network: nn.Module, smooth: nn.Module, pictures: Sequence[Pixels], rng: np.random.Generator
) -> Tensor:
    """Mean nats a pixel of looks of few levels, and how far the drawn ones are from the looks."""
    rungs = rng.choice(len(_COARSE), len(pictures), p=SHARES)
    dead = rng.uniform(0, DEAD, len(pictures))
    few = [coarse(p, _COARSE[r], d) for p, r, d in zip(pictures, rungs, dead, strict=True)]
    batch = LookBatch([cut(one) for one in few], rungs)
    some, weight = _chosen(batch, rng)
    rung = rungs[batch.places[0][some]]
    levels = np.array(_COARSE)[rung]
    level = np.rint(batch.greys[some] * (levels - 1) / greys(2)[1]).astype(np.int64)
    scores = network(torch.from_numpy(batch.inputs()[some]))
    outputs = torch.arange(scores.shape[1])
    start, end = (torch.from_numpy(_STARTS[rung + i])[:, None] for i in (0, 1))
    scores = scores.masked_fill((outputs < start) | (outputs >= end), -torch.inf)
    nats = cross_entropy(scores, torch.from_numpy(level + _STARTS[rung]), reduction="none")
    return _mean(nats, weight) + SOFT * _drawn(smooth, few, pictures, rungs)


def _drawn(
    smooth: nn.Module, few: Sequence[Pixels], pictures: Sequence[Pixels], rungs: NDArray[np.int64]
) -> Tensor:
    """The mean squared error of drawn pixels, in units of white."""
    made = [windows(one, picture) for one, picture in zip(few, pictures, strict=True)]
    seen = np.concatenate([one for one, _ in made]) / 255
    rung = np.repeat(rungs, [len(one) for one, _ in made])
    inputs = np.concatenate([seen, np.eye(len(_COARSE))[rung]], axis=1).astype(np.float32)
    wanted = torch.from_numpy(np.concatenate([grey for _, grey in made]) / np.float32(255))
    drawn: Tensor = smooth(torch.from_numpy(inputs))[:, 0]
    return (drawn - wanted).square().mean()


def _chosen(batch: LookBatch, rng: np.random.Generator | None) -> tuple[NDArray[np.bool_], Tensor]:
    """Which pixels are looked at, and how much each counts."""
    easy = batch.easy()
    some = ~easy | (np.ones(len(easy), bool) if rng is None else rng.random(len(easy)) < RARE)
    weight = np.where(easy[some] & (rng is not None), 1 / RARE, 1).astype(np.float32)
    return some, torch.from_numpy(weight)


def _mean(losses: Tensor, weight: Tensor) -> Tensor:
    return (losses * weight).sum() / weight.sum()
