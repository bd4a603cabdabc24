"""The coordinate network in real numbers, and how its picture moves with its latents; encoder's.

Nothing here decides what is decoded: the encoder chooses by it, and then looks at the integers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.field.base_network import COLOURS, LATENT, LEVELS, PLACES, WEIGHT, BaseNetwork
from vdsc.codecs.field.real_gates import RealGates
from vdsc.core.types import Floats

Reals = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Tangent:
    """A picture (points * 3,), in levels, and its derivatives (points * 3, D) by the latents."""

    picture: Floats
    slopes: Reals


@dataclass(frozen=True, eq=False)
class Group:
    """Latents from `first` on, by what each adds to the layers, (some, in + 1, out).

    early: (points, width, some), what each adds to what the first layer gives.
    """

    first: int
    turns: list[Reals]
    early: Reals


class RealNetwork:
    """The network of a model in real numbers; latents (D,) are of the order of 1."""

    def __init__(self, network: BaseNetwork) -> None:
        self._inputs = (network.inputs * 0.5**PLACES).astype(np.float32)
        self._layers = [layer.astype(np.float32) * 0.5**WEIGHT for layer in network.layers]
        scales = [0.5 ** (WEIGHT + places - LATENT) for places in network.places.tolist()]
        turns = [
            (turn * scale).astype(np.float32)
            for turn, scale in zip(network.turns, scales, strict=True)
        ]
        self.latents, self._turned = network.latents, network.turned
        self._seen_first = self._inputs[:, : len(self._layers[0]) - 1]
        self._turning = self._group(0, turns)
        pairs = zip(network.gates, self._layers, strict=True)
        self._gates = [None if gate is None else RealGates(gate, layer) for gate, layer in pairs]

    def picture(self, latents: Floats) -> Floats:
        """The picture (points * 3,) in levels."""
        return self._levels(self._seen(self._weights(latents))[-1])

    def tangent(self, latents: Floats) -> Tangent:
        """The picture and its slopes."""
        weights = self._weights(latents)
        seen = self._seen(weights)
        slopes = np.zeros((len(self._inputs), COLOURS, self.latents), np.float32)
        flows = [self._flows(weights, seen, colour) for colour in range(COLOURS)]
        for group in self._groups(latents):
            count = len(group.turns[0])
            firsts = np.stack([own[0] for own in flows], axis=1)
            slopes[..., group.first : group.first + count] += firsts @ group.early
            for colour, own in enumerate(flows):
                self._add(slopes[:, colour, group.first :], seen, own, group, colour)
        return Tangent(self._levels(seen[-1]), slopes.reshape(-1, self.latents) * LEVELS)

    def _group(self, first: int, turns: list[Reals]) -> Group:
        count, rows, width = turns[0].shape
        flat = turns[0].transpose(1, 2, 0).reshape(rows, width * count)
        early = self._seen_first @ flat[:-1] + flat[-1]
        return Group(first, turns, early.reshape(len(early), width, count))

    def _groups(self, latents: Floats) -> list[Group]:
        """The latents that turn weights, and those that gate them."""
        if self.latents == self._turned:
            return [self._turning]
        gating, found = latents[self._turned :].astype(np.float32), list[Reals]()
        for gate, layer in zip(self._gates, self._layers, strict=True):
            none = np.zeros((0, *layer.shape), np.float32)
            found.append(gate.slopes(gating) if gate else none)
        return [self._turning, self._group(self._turned, found)]

    @staticmethod
    def _flows(weights: list[Reals], seen: list[Reals], colour: int) -> list[Reals]:
        """How a colour moves with what each layer but the last gives, (points, out) each."""
        width = weights[-2].shape[1]
        flows = [weights[-1][None, :width, colour] * (seen[-2][:, :width] > 0)]
        for i in range(len(weights) - 2, 0, -1):
            flows.insert(0, (flows[0] @ weights[i][:-1].T) * (seen[i] > 0))
        return flows

    @staticmethod
    def _add(
        slopes: Reals, seen: list[Reals], flows: list[Reals], group: Group, colour: int
    ) -> None:
        """Add to the slopes (points, D - first) of a colour what all layers but the first bring."""
        turn = group.turns[-1][..., colour]
        slopes[:, : len(turn)] += seen[-2] @ turn[:, :-1].T + turn[:, -1]
        for i in range(1, len(flows)):
            turn, flow = group.turns[i], flows[i]
            both = (seen[i][:, :, None] * flow[:, None, :]).reshape(len(flow), -1)
            slopes[:, : len(turn)] += both @ turn[:, :-1].reshape(len(turn), both.shape[1]).T
            slopes[:, : len(turn)] += flow @ turn[:, -1].T

    def _weights(self, latents: Floats) -> list[Reals]:
        z, made = latents.astype(np.float32), []
        parts = zip(self._layers, self._gates, self._turning.turns, strict=True)
        for layer, gate, turn in parts:
            some = (z[: len(turn)] @ turn.reshape(len(turn), layer.size)).reshape(layer.shape)
            made.append((gate.weights(z[self._turned :]) if gate else layer) + some)
        return made

    def _seen(self, weights: list[Reals]) -> list[Reals]:
        """What each layer sees, and the output."""
        seen = [self._seen_first]
        for layer in weights[:-1]:
            seen.append(np.maximum(seen[-1] @ layer[:-1] + layer[-1], 0))
        seen[-1] = np.concatenate((seen[-1], self._inputs), axis=1)
        seen.append(seen[-1] @ weights[-1][:-1] + weights[-1][-1])
        return seen

    @staticmethod
    def _levels(output: Reals) -> Floats:
        return output.astype(np.float64).ravel() * LEVELS + 128
