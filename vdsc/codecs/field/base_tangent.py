"""The coordinate network in real numbers, and how its picture moves with its latents; encoder's.

Nothing here decides what is decoded: the encoder chooses by it, and then looks at the integers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.field.base_network import COLOURS, LATENT, LEVELS, PLACES, WEIGHT, BaseNetwork
from vdsc.core.types import Floats

Reals = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Tangent:
    """A picture (points * 3,), in levels, and its derivatives (points * 3, D) by the latents."""

    picture: Floats
    slopes: Reals


class RealNetwork:
    """The network of a model in real numbers; latents (D,) are of the order of 1."""

    def __init__(self, network: BaseNetwork) -> None:
        self._inputs = (network.inputs * 0.5**PLACES).astype(np.float32)
        self._layers = [layer.astype(np.float32) * 0.5**WEIGHT for layer in network.layers]
        scales = [0.5 ** (WEIGHT + places - LATENT) for places in network.places.tolist()]
        self._turns = [
            (turn * scale).astype(np.float32)
            for turn, scale in zip(network.turns, scales, strict=True)
        ]
        self.latents = network.latents
        self._early = self._inputs[:, : len(self._layers[0]) - 1]
        moved = [self._early @ turn[:-1] + turn[-1] for turn in self._turns[0]]
        self._first = np.stack(moved, axis=2)  # (points, width, D): the same for all latents

    def picture(self, latents: Floats) -> Floats:
        """The picture (points * 3,) in levels."""
        return self._levels(self._seen(self._weights(latents))[-1])

    def tangent(self, latents: Floats) -> Tangent:
        """The picture and its slopes."""
        weights = self._weights(latents)
        seen = self._seen(weights)
        points = len(self._inputs)
        slopes = np.zeros((points, COLOURS, self.latents), np.float32)
        flows = [self._backward(weights, seen, c, slopes[:, c]) for c in range(COLOURS)]
        slopes[..., : len(self._turns[0])] += np.stack(flows, axis=1) @ self._first
        return Tangent(self._levels(seen[-1]), slopes.reshape(-1, self.latents) * LEVELS)

    def _backward(
        self, weights: list[Reals], seen: list[Reals], colour: int, slopes: Reals
    ) -> Reals:
        """Add to the slopes (points, D) of a colour all but what the first layer brings.

        Returns the slopes (points, width) by what the first layer gives.
        """
        last = len(weights) - 1
        turn = self._turns[last][..., colour]
        slopes += seen[last] @ turn[:, :-1].T + turn[:, -1]
        width = weights[last - 1].shape[1]
        flow: Reals = weights[last][None, :width, colour] * (seen[last][:, :width] > 0)
        for i in range(last - 1, 0, -1):
            both = (seen[i][:, :, None] * flow[:, None, :]).reshape(len(flow), -1)
            turn = self._turns[i]
            slopes[:, : len(turn)] += both @ turn[:, :-1].reshape(len(turn), -1).T
            slopes[:, : len(turn)] += flow @ turn[:, -1].T
            flow = (flow @ weights[i][:-1].T) * (seen[i] > 0)
        return flow

    def _weights(self, latents: Floats) -> list[Reals]:
        z, made = latents.astype(np.float32), []
        for layer, turn in zip(self._layers, self._turns, strict=True):
            some = z[: len(turn)] @ turn.reshape(len(turn), layer.size)
            made.append(layer + some.reshape(layer.shape))
        return made

    def _seen(self, weights: list[Reals]) -> list[Reals]:
        """What each layer sees, and the output."""
        seen = [self._early]
        for layer in weights[:-1]:
            seen.append(np.maximum(seen[-1] @ layer[:-1] + layer[-1], 0))
        seen[-1] = np.concatenate((seen[-1], self._inputs), axis=1)
        seen.append(seen[-1] @ weights[-1][:-1] + weights[-1][-1])
        return seen

    @staticmethod
    def _levels(output: Reals) -> Floats:
        return output.astype(np.float64).ravel() * LEVELS + 128
