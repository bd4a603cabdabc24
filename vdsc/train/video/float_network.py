"""The observation network in floating point, as it is trained before it is rounded.

It computes what `learning_network.Network` and `law.Law` of `codecs.lossless.video` compute, in the
same units.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import log_softmax, relu

from vdsc.codecs.lossless.video import law_tables as tables
from vdsc.codecs.lossless.video.integer_linear import WEIGHT
from vdsc.codecs.lossless.video.law import BUMPS
from vdsc.codecs.lossless.video.learning_network import ORDER

TRUNK, LAST, HIDDEN = 96, 64, 48
"""Widths of the trunk's two layers and of the heads' one."""

_ROOT = 30  # binary places of the usual size of a gradient
_LEAST = 2.0**-16


class FloatNetwork(nn.Module):
    """Trunk and heads for F features, E experts to copy and C channels."""

    bent: Tensor

    def __init__(self, features: int, experts: int, channels: int) -> None:
        super().__init__()
        known = [c * 2 * (experts + 1) + experts * (c > 0) for c in range(channels)]
        self.order = ORDER[channels]
        self.trunk = nn.ModuleList([nn.Linear(features, TRUNK), nn.Linear(TRUNK, LAST)])
        self.hidden = nn.ModuleList([nn.Linear(LAST + more, HIDDEN) for more in known])
        self.register_buffer("bent", torch.from_numpy(tables.companded()).float(), persistent=False)
        outputs = 3 * BUMPS + experts + 1
        self.out = nn.ModuleList([nn.Linear(HIDDEN, outputs) for _ in known])
        with torch.no_grad():
            for name, parameter in self.out.named_parameters():
                parameter.mul_(0.1 if name.endswith("weight") else 0)
                if name.endswith("bias"):
                    parameter[BUMPS : 2 * BUMPS] = torch.linspace(-0.5, 2.5, BUMPS)
                    parameter[-1] = -4.0

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Mean cost (C,) in nats of each channel, in coding order."""
        seen = batch["features"].float() / 16
        for layer in self.trunk:
            seen = relu(layer(seen))
        base, copies, values = (batch[name].float() for name in ("base", "copies", "values"))
        low, high = batch["low"].float(), batch["high"].float()
        costs = []
        for i, channel in enumerate(self.order):
            before = list(self.order[:i])
            known = known_channels(
                values[:, before], base[:, before], copies[:, :, before], self.bent
            )
            outputs = self.out[i](relu(self.hidden[i](torch.cat((seen, known), dim=1))))
            edges = low[:, channel], high[:, channel]
            costs.append(cost(outputs, base[:, channel], copies[:, :, channel], *edges).mean())
        return torch.stack(costs)


def known_channels(values: Tensor, base: Tensor, copies: Tensor, bent: Tensor) -> Tensor:
    """Inputs of a head from the channels coded before; see `learning_network.known_channels`.

    bent: (1023,) companded differences, `law_tables.companded`.
    """
    channels = values.shape[1]
    if not channels:
        return values
    parts = []
    for c in range(channels):
        value = values[:, c, None]
        away = torch.cat((value - base[:, c, None], value - copies[:, :, c]), dim=1)
        parts += [away.clamp(-127, 127) / 16, bent[away.long() + 511] / 32]
    parts.append((copies == values[:, None]).all(dim=2) * 2.0)
    return torch.cat(parts, dim=1)


def cost(outputs: Tensor, base: Tensor, copies: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """-log P (N,) of the cells [low, high) under outputs (N, 3 K + E + 1); see `net_law`."""
    scale = outputs[:, BUMPS : 2 * BUMPS].clamp(tables.FINEST / 16, tables.COARSEST / 16)
    mean, low, high = base[:, None] + outputs[:, :BUMPS], low[:, None], high[:, None]
    above = ((high - 0.5 - mean) * torch.exp(-scale)).masked_fill(high >= 256, 1e4)
    below = ((low - 0.5 - mean) * torch.exp(-scale)).masked_fill(low <= 0, -1e4)
    turned = torch.where(above + below > 0, -1.0, 1.0)  # differences of small tails keep digits
    mass = (torch.sigmoid(above * turned) - torch.sigmoid(below * turned)).abs()
    inside = ((copies >= low) & (copies < high)).float()
    masses = torch.cat((mass, inside, (high - low) / 256), dim=1)
    share = log_softmax(outputs[:, 2 * BUMPS :], dim=1).exp()
    return -torch.log((share * masses).sum(dim=1) * (1 - 2.0**-8) + _LEAST)


def exported(network: FloatNetwork, roots: dict[str, Tensor]) -> dict[str, NDArray[np.int32]]:
    """Integer arrays for `learning_network.Network`; `roots` go with the parameters."""
    layers = {f"trunk{i}": f"trunk.{i}" for i in range(2)}
    for i in range(len(network.out)):
        layers |= {f"hidden{i}": f"hidden.{i}", f"out{i}": f"out.{i}"}
    state, out = network.state_dict(), {}
    for name, source in layers.items():
        out[name] = _stacked(state, source, 1 << WEIGHT)
        out[f"{name}.root"] = _stacked(roots, source, 1 << _ROOT)
    return out


def _stacked(values: dict[str, Tensor], source: str, unit: int) -> NDArray[np.int32]:
    """Weight and bias as integers (in + 1, out)."""
    weight, bias = values[f"{source}.weight"], values[f"{source}.bias"]
    both = torch.cat((weight.T, bias[None])).double().numpy() * unit
    limit = 2.0**31 - 1
    rounded: NDArray[np.int32] = np.rint(np.clip(both, -limit, limit)).astype(np.int32)
    return rounded
