"""From a trained network to the integers of a checkpoint, and to the plan of its blocks.

The law of the latents is fitted in closed form: its mean is that of the analysis' means, its
variance that of the means plus the mean of the variances. The mean goes into the layers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vdsc.codecs.field.base_blocks import MOST, SPREAD
from vdsc.codecs.field.base_gates import places_of
from vdsc.codecs.field.base_network import LATENT, WAVE, WEIGHT
from vdsc.core.types import Floats
from vdsc.train.implicit import tile_crops
from vdsc.train.implicit.frozen_gates import frozen_gates
from vdsc.train.implicit.tile_crops import SHADES, SIDE, Tiles, shaded, wave_pairs
from vdsc.train.implicit.tile_gates import plain
from vdsc.train.implicit.tile_network import INNER, TileNetwork

NOISE = 7.0
"""Levels of the noise at which the law of the latents is taken."""

BITS, FINER, WIDEST, LEAST = 13.0, 3.0, 32, 30.0
"""What a block is planned to tell, in bits; by how much each round is finer, in squared error; the
most latents of a block; the squared error of a latent, in squared levels, where rounds end."""

Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class LatentLaw:
    """Of each latent its mean, its variance, and the squared error (levels) that 1 of it makes."""

    mean: Floats
    variance: Floats
    weight: Floats

    @classmethod
    def of(cls, network: TileNetwork, tiles: Tiles) -> LatentLaw:
        """The law of the latents of tiles."""
        with torch.no_grad():
            parts = [_found(network, tiles[at : at + 100]) for at in range(0, len(tiles), 100)]
        found = [torch.cat(one) for one in zip(*parts, strict=True)]
        means, own = plain(found[0]), np.exp(2 * plain(found[1]))
        mean = means.mean(axis=0)
        if network.sizes.gates:  # gates multiply the layer, but not what turns would add to it
            mean[: network.sizes.latents + network.sizes.last] = 0
        variance = (np.square(means - mean) + own).mean(axis=0)
        weight = NOISE**2 * np.maximum(1 / own - 1, 0).mean(axis=0)
        return cls(mean, variance, np.maximum(weight, 1e-9))


def _found(network: TileNetwork, tiles: Tiles) -> tuple[Tensor, Tensor]:
    """Means and log spreads (N, D) of the latents of tiles."""
    noise = torch.full((len(tiles),), math.log(NOISE / tile_crops.UNIT))
    seen, wanted = (torch.from_numpy(one(tiles)) for one in (tile_crops.analysed, shaded))
    return network.found(seen, wanted, torch.arange(wanted.shape[1]), noise)


def planned(law: LatentLaw) -> tuple[list[NDArray[np.intp]], list[Floats]]:
    """Which latents each block moves, and by which scales.

    In each round every latent whose error is above the round's is told, by half the logarithm of
    how far; those that matter most come first.
    """
    left, places, scales = law.variance.copy(), list[NDArray[np.intp]](), list[Floats]()
    error = _first(law.weight * left)
    while error > LEAST and len(places) < MOST:
        bits = np.log2(np.maximum(law.weight * left / error, 1)) / 2
        order = np.argsort(-law.weight * left, kind="stable")
        order = order[bits[order] > 0.05]
        while len(order) and len(places) < MOST:
            known = np.cumsum(bits[order[:WIDEST]])
            count = min(int((known < BITS).sum()) + 1, len(known))
            some, order = order[:count], order[count:]
            remains = error / law.weight[some]
            places.append(some)
            scales.append(np.sqrt(np.maximum(left[some] - remains, 1e-9)))
            left[some] = remains
        error /= FINER
    return places, scales


def _first(errors: Floats) -> float:
    """The error at which all latents together tell as much as one block."""
    for error in np.geomspace(max(errors.max(), 2 * LEAST), 2 * LEAST, 4000):
        if np.log2(np.maximum(errors / error, 1)).sum() / 2 >= BITS:
            break
    return float(error)


def frozen(network: TileNetwork, law: LatentLaw) -> Arrays:
    """The tensors of a checkpoint; one without latents has no blocks."""
    sizes, turns = network.sizes, network.turns.split([a * b for a, b in network.shapes], dim=1)
    turned = [plain(t).reshape(-1, *shape) for t, shape in zip(turns, network.shapes, strict=True)]
    turned[-1] = np.concatenate((turned[-1], plain(network.last_turns)))
    made, places = _waves(sizes.waves), []
    for i, (parameter, trained) in enumerate(zip(network.layers, turned, strict=True)):
        still = plain(parameter) + np.tensordot(law.mean[: len(trained)], trained, 1)
        layer, turn = (_as_integers_see(one, i, network) for one in (still, trained))
        place = places_of(turn)
        made[f"layer.{i}"] = np.clip(np.rint(layer * (1 << WEIGHT)), -32767, 32767).astype(np.int16)
        made[f"turn.{i}"] = np.clip(np.rint(turn * 2.0**place), -127, 127).astype(np.int8)
        places.append(place)
    made["places"] = np.array(places, dtype=np.int16)
    if sizes.gates:
        made |= frozen_gates(network.gates, law.mean[-sizes.gates :])
    return made | (blocks_of(law) if sizes.total else {})


def _waves(count: int) -> Arrays:
    every = wave_pairs(count)
    highest = max(max(pair) for pair in every) + 1
    angles = np.outer(np.arange(highest), np.arange(SIDE) + 0.5) * np.pi / SIDE
    waves = np.rint(np.cos(angles) * (1 << WAVE)).astype(np.int16)
    return {"waves": waves, "pairs": np.array(every, dtype=np.int16)}


def _as_integers_see(weights: Floats, layer: int, network: TileNetwork) -> Floats:
    """Weights (..., in + 1, out) for waves without their scales, and of colours."""
    scales, made = tile_crops.wave_scales(network.sizes.waves)[:, None], weights.copy()
    if layer == len(network.shapes) - 1:
        made = made @ SHADES
        made[..., INNER:-1, :] *= scales
    elif not layer:
        made[..., :-1, :] *= scales[: network.sizes.early]
    return made


def blocks_of(law: LatentLaw) -> Arrays:
    """The plan of blocks, as tensors."""
    some, far = planned(law)
    widest = max(map(len, some))
    places = np.full((len(some), widest), -1, dtype=np.int16)
    scales = np.zeros((len(some), widest), dtype=np.int16)
    for row, (latents, scale) in enumerate(zip(some, far, strict=True)):
        places[row, : len(latents)] = latents
        whole = np.rint(scale * (1 << LATENT + 16) / SPREAD)
        scales[row, : len(latents)] = np.clip(whole, 1, 32767)
    return {"blocks": places, "scales": scales}
