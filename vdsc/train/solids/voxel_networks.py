"""The networks of solids in floating point, and as the integers that a checkpoint has."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from vdsc.core.types import Ints
from vdsc.train.solids.voxel_samples import INPUTS, Bits

PLACES = 12
"""Binary places of weights and biases."""

LARGEST = 7.9
"""Weights are kept within this, so that they fit 16 bits."""

OUTPUTS = {"alone": 1, "beside": 1, "finer": 8}
"""Log odds: that the voxel is 1, or each of eight."""

RAREST = 1
"""The least frequency, of 2^16, of a voxel that is unlike all that is seen."""


def networks(widths: dict[str, tuple[int, int]]) -> dict[str, nn.Module]:
    """Three layers each, with so many hidden units, and nothing below 0 between them."""
    return {
        name: nn.Sequential(
            nn.Linear(INPUTS[name], first), nn.ReLU(), nn.Linear(first, second), nn.ReLU(),
            nn.Linear(second, OUTPUTS[name]),
        )
        for name, (first, second) in widths.items()
    }  # fmt: skip


def loss_of(network: nn.Module, name: str, inputs: Bits, answers: Bits) -> Tensor:
    """Mean nats a voxel of samples: packed inputs (N, bytes), answers (N,)."""
    seen = torch.from_numpy(np.unpackbits(inputs, axis=1, count=INPUTS[name]))
    wanted = np.unpackbits(answers[:, None], axis=1) if name == "finer" else answers[:, None]
    odds = network(seen.float() * 2 - 1)
    return binary_cross_entropy_with_logits(odds, torch.from_numpy(wanted).float())


def keep_small(network: nn.Module) -> None:
    """Keep the weights within what 16 bits hold."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.clamp_(-LARGEST, LARGEST)


def exported(parts: dict[str, nn.Module]) -> dict[str, NDArray[np.int16]]:
    """Their weights and biases, with 12 binary places, by the names that a checkpoint has."""
    made = {}
    for name, network in parts.items():
        for key, values in network.state_dict().items():
            layer, part = key.split(".")
            rounded = np.rint(values.numpy().astype(np.float64) * (1 << PLACES))
            made[f"{name}.{int(layer) // 2}.{part}"] = rounded.astype(np.int16)
    return made


def rare(counts: Ints) -> NDArray[np.int32]:
    """Frequencies (2, 2), of 2^16, of a voxel that is unlike all that is seen, from counts."""
    unlike = np.stack([counts[:, 0, 1], counts[:, 1, 0]], axis=1)
    shares = (unlike + 1) / (counts.sum(axis=-1) + 2) * (1 << 16)
    found: NDArray[np.int32] = np.clip(np.rint(shares), RAREST, 1 << 12).astype(np.int32)
    return found
