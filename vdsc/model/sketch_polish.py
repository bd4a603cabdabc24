"""Numbers of a sketch made better for one clip: by steps against the gradient of what they cost.

The eyes of an encoder guess; here what they say is moved, all groups together, while the networks
stay as they are. Real numbers: nothing here decides what is decoded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import count
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vdsc.model.sketch_nets import SketchNets, SketchSizes, SketchTier, Stepping

RATE, LEAST = 0.03, 0.05
"""The rate of Adam at first, and the share of it at the end."""

Arrays = Mapping[str, NDArray[Any]]
Numbers = list[list[NDArray[np.int64]]]
WEIGHT, SPREAD = 12, 4
"""Binary places of weights and of usual sizes."""


def polished(nets: SketchNets, latents: NDArray[np.float64], price: float, steps: int) -> Numbers:
    """Numbers (places, c) of each group of each tier, the finest first, after so many steps.

    latents: (*grid, K) in levels. price: log to the base 2 of squared levels that a bit is worth.
    """
    wanted = torch.from_numpy(latents).float()[None] / nets.usual
    logs = torch.full((1,), price)
    torch.manual_seed(0)
    with torch.no_grad():
        begun = nets(wanted, logs, whole=True)
    moves = [[torch.zeros_like(x, requires_grad=True) for x in tier] for tier in begun.numbers]
    adam = torch.optim.Adam([x for tier in moves for x in tier], lr=RATE, betas=(0.8, 0.95))
    for i in range(steps):
        falling = LEAST + (1 - LEAST) * (1 + math.cos(math.pi * i / steps)) / 2
        for group in adam.param_groups:
            group["lr"] = RATE * falling
        made = nets(wanted, logs, whole=False, moves=moves)
        error = torch.square((made.latents - wanted) * nets.usual).sum()
        cost = error * 0.5**price + made.bits.sum()
        adam.zero_grad(set_to_none=True)
        cost.backward()
        adam.step()
    with torch.no_grad():
        ended = nets(wanted, logs, whole=True, moves=moves)
    return [[_flat(x) for x in tier] for tier in ended.numbers]


def _flat(x: Tensor) -> NDArray[np.int64]:
    return x[0].flatten(0, 2).numpy().astype(np.int64)


def thawed(drawing: Arrays, seeing: Arrays, blocks: tuple[int, ...]) -> SketchNets:
    """The networks of a checkpoint, real numbers again; raises LookupError or RuntimeError."""
    groups, steps, sees = [], [], []
    for tier in count():
        if f"{tier}.step.0.inner" not in drawing:
            break
        some = [f"{tier}.law.{i}" for i in range(_many(drawing, f"{tier}.law."))]
        groups.append(tuple(drawing[name].shape[1] for name in some))
        steps.append(_many(drawing, f"{tier}.step.") // 2 - len(some))
        sees.append(_many(seeing, f"see.{tier}.step.") // 2)
    wide = drawing["start"].shape[0]
    sizes = SketchSizes(blocks, wide, tuple(groups), tuple(steps), tuple(sees))
    nets = SketchNets(sizes).requires_grad_(requires_grad=False)
    real = {name: torch.from_numpy(part / 2.0**WEIGHT).float() for name, part in drawing.items()}
    real |= {name: torch.from_numpy(part.astype(np.float32)) for name, part in seeing.items()}
    nets.usual.copy_(torch.from_numpy(drawing["spread"] / 2.0**SPREAD))
    nets.start.copy_(real["start"])
    _fill(nets.out, real["out"])
    _fill(nets.see, real["see.in"])
    for number in range(len(groups) - 1):
        _fill(nets.downs[number], real[f"{number}.down"])
        _fill(nets.ups[number], real[f"see.{number + 1}.up"])
    for number, tier_nets in enumerate(nets.tiers):
        assert isinstance(tier_nets, SketchTier)
        _fill_tier(tier_nets, number, real)
    return nets


def _fill_tier(tier: SketchTier, number: int, real: dict[str, Tensor]) -> None:
    for i, step in enumerate(tier.steps):
        _fill_step(step, real, f"{number}.step.{i}")
    for i, step in enumerate(tier.seeing):
        _fill_step(step, real, f"see.{number}.step.{i}")
    for i, (law, back, choose) in enumerate(zip(tier.laws, tier.backs, tier.choosing, strict=True)):
        _fill(law, real[f"{number}.law.{i}"])
        _fill(back, real[f"{number}.back.{i}"])
        assert isinstance(choose, nn.Sequential)
        _fill(choose[0], real[f"choose.{number}.{i}.inner"])
        _fill(choose[2], real[f"choose.{number}.{i}.outer"])


def _fill_step(step: nn.Module, real: dict[str, Tensor], name: str) -> None:
    assert isinstance(step, Stepping)
    _fill(step.inner, real[f"{name}.inner"])
    _fill(step.outer, real[f"{name}.outer"])


def _fill(layer: nn.Module, whole: Tensor) -> None:
    assert isinstance(layer, nn.Linear)
    layer.weight.copy_(whole[:-1].T)
    layer.bias.copy_(whole[-1])


def _many(arrays: Arrays, start: str) -> int:
    return sum(name.startswith(start) for name in arrays)
