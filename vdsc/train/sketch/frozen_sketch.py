"""The networks of a sketch as a checkpoint has them: integers that draw, and the eyes' halves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vdsc.codecs.field.sketch.sketch_network import SPREAD, WEIGHT
from vdsc.model.sketch_nets import SketchNets, SketchTier, Stepping

Arrays = dict[str, NDArray[np.generic]]


def drawing(nets: SketchNets, spread: Tensor) -> Arrays:
    """What decoding depends on, int16; spread: (K,) usual sizes of latents, in levels."""
    made = dict(_drawing(nets))
    layers = {name: _integers(part) for name, part in made.items()}
    usual = np.rint(spread.double().numpy() * (1 << SPREAD))
    return {**layers, "spread": np.clip(usual, 1, (1 << 15) - 1).astype(np.int16)}


def seeing(nets: SketchNets) -> Arrays:
    """What the encoder alone needs, float16."""
    return {name: part.numpy().astype(np.float16) for name, part in _seeing(nets)}


def _drawing(nets: SketchNets) -> Iterator[tuple[str, Tensor]]:
    yield "start", nets.start.detach()
    yield "out", _layer(nets.out)
    for number, down in enumerate(nets.downs):
        yield f"{number}.down", _layer(down)
    for number, tier in enumerate(nets.tiers):
        assert isinstance(tier, SketchTier)
        for i, step in enumerate(tier.steps):
            yield from _step(f"{number}.step.{i}", step)
        for i, (law, back) in enumerate(zip(tier.laws, tier.backs, strict=True)):
            yield f"{number}.law.{i}", _layer(law)
            yield f"{number}.back.{i}", _layer(back)


def _seeing(nets: SketchNets) -> Iterator[tuple[str, Tensor]]:
    yield "see.in", _layer(nets.see)
    for number, up in enumerate(nets.ups):
        yield f"see.{number + 1}.up", _layer(up)
    for number, tier in enumerate(nets.tiers):
        assert isinstance(tier, SketchTier)
        for i, step in enumerate(tier.seeing):
            yield from _step(f"see.{number}.step.{i}", step)
        for i, choose in enumerate(tier.choosing):
            assert isinstance(choose, nn.Sequential)
            yield f"choose.{number}.{i}.inner", _layer(choose[0])
            yield f"choose.{number}.{i}.outer", _layer(choose[2])


def _step(name: str, step: nn.Module) -> Iterator[tuple[str, Tensor]]:
    assert isinstance(step, Stepping)
    yield f"{name}.inner", _layer(step.inner)
    yield f"{name}.outer", _layer(step.outer)


def _layer(layer: nn.Module) -> Tensor:
    assert isinstance(layer, nn.Linear)
    return torch.cat((layer.weight.T, layer.bias[None])).detach()


def _integers(part: Tensor) -> NDArray[np.int16]:
    whole = np.rint(part.double().numpy() * (1 << WEIGHT))
    if np.abs(whole).max(initial=0) >= 1 << 15:
        raise ValueError("a weight of a sketch is too large")
    return np.ascontiguousarray(whole.astype(np.int16))
