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
from vdsc.codecs.lossless.video.colour_relations import EXPECTATIONS
from vdsc.codecs.lossless.video.integer_linear import WEIGHT
from vdsc.codecs.lossless.video.law import BUMPS
from vdsc.codecs.lossless.video.learning_network import ORDER

TRUNK, LAST, HIDDEN = 96, 64, 48
"""Widths of the trunk's two layers and of the heads' one."""

_ROOT = 30  # binary places of the usual size of a gradient
_LEAST = 2.0**-16
_UNTRIED = -1.0  # the share of a bump that begins beside those of a trained network, as a logarithm


class FloatNetwork(nn.Module):
    """Trunk and heads for F features, E experts to copy and C channels.

    With `related`, heads but the first see what their channel is expected to be
    (`colour_relations`), and their laws have a bump more around each expectation.
    """

    bent: Tensor

    def __init__(
        self, features: int, experts: int, channels: int, *, related: bool = False
    ) -> None:
        super().__init__()
        more = [EXPECTATIONS * (related and c > 0) for c in range(channels)]
        known = [c * 2 * (experts + 1) + experts * (c > 0) for c in range(channels)]
        known = [k + 2 * m for k, m in zip(known, more, strict=True)]
        self.related, self.bumps = related, [BUMPS + m for m in more]
        self.order = ORDER[channels]
        self.trunk = nn.ModuleList([nn.Linear(features, TRUNK), nn.Linear(TRUNK, LAST)])
        self.hidden = nn.ModuleList([nn.Linear(LAST + more, HIDDEN) for more in known])
        self.register_buffer("bent", torch.from_numpy(tables.companded()).float(), persistent=False)
        self.out = nn.ModuleList([nn.Linear(HIDDEN, 3 * k + experts + 1) for k in self.bumps])
        with torch.no_grad():
            for bumps, layer in zip(self.bumps, self.out.children(), strict=True):
                for parameter in layer.parameters():
                    parameter.mul_(0.1 if parameter.dim() > 1 else 0)
                    if parameter.dim() == 1:
                        parameter[bumps : bumps + BUMPS] = torch.linspace(-0.5, 2.5, BUMPS)
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
            centres = base[:, channel, None].expand(-1, BUMPS)
            if self.related and before:
                expected = batch["expected"][:, i - 1]
                centres = torch.cat((centres, base[:, channel, None] + expected / 16), dim=1)
                bent = self.bent[expected.long().clamp(-511, 511) + 511] / 32
                known = torch.cat((known, expected / 256, bent), dim=1)
            outputs = self.out[i](relu(self.hidden[i](torch.cat((seen, known), dim=1))))
            edges = low[:, channel], high[:, channel]
            costs.append(cost(outputs, centres, copies[:, :, channel], *edges).mean())
        return torch.stack(costs)

    @torch.no_grad()
    def learn_from(self, other: FloatNetwork) -> None:
        """Begin as another network, where that has as many features, experts and channels.

        What only one of them knows of (`related`) is left out, or begins with next to no share.
        """
        self.trunk.load_state_dict(other.trunk.state_dict())
        for new, old in zip(self.hidden.parameters(), other.hidden.parameters(), strict=True):
            shared = min(new.shape[-1], old.shape[-1])
            new.zero_()
            new[..., :shared] = old[..., :shared]
        pairs = zip(self.out.children(), other.out.children(), strict=True)
        for (mine, its), here, there in zip(pairs, self.bumps, other.bumps, strict=True):
            for new, old in zip(mine.parameters(), its.parameters(), strict=True):
                for part in range(3):  # means, scales and shares of the bumps around the base
                    new[part * here : part * here + BUMPS] = old[part * there :][:BUMPS]
                new[3 * here :] = old[3 * there :]
                if new.dim() == 1:
                    new[2 * here + BUMPS : 3 * here] = _UNTRIED


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


def cost(outputs: Tensor, centres: Tensor, copies: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """-log P (N,) of the cells [low, high) under outputs (N, 3 K + E + 1); see `law`.

    centres: (N, K) levels that the bumps are around.
    """
    bumps = centres.shape[1]
    scale = outputs[:, bumps : 2 * bumps].clamp(tables.FINEST / 16, tables.COARSEST / 16)
    mean, low, high = centres + outputs[:, :bumps], low[:, None], high[:, None]
    above = ((high - 0.5 - mean) * torch.exp(-scale)).masked_fill(high >= 256, 1e4)
    below = ((low - 0.5 - mean) * torch.exp(-scale)).masked_fill(low <= 0, -1e4)
    turned = torch.where(above + below > 0, -1.0, 1.0)  # differences of small tails keep digits
    mass = (torch.sigmoid(above * turned) - torch.sigmoid(below * turned)).abs()
    inside = ((copies >= low) & (copies < high)).float()
    masses = torch.cat((mass, inside, (high - low) / 256), dim=1)
    share = log_softmax(outputs[:, 2 * bumps :], dim=1).exp()
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
