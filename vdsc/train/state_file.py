"""The state of a training run in one safetensors file: networks, Adam's averages, counters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from vdsc.errors import InvalidInput


def save(
    path: Path,
    networks: Mapping[str, nn.Module],
    optimiser: torch.optim.Optimizer,
    parameters: Sequence[nn.Parameter],
    counters: Mapping[str, int | float],
) -> None:
    """Write the state beside the old one, then replace it: a cut leaves one of the two.

    networks: by the prefix of their tensors' names. parameters: those that the optimiser trains,
    in an order that does not change from run to run.
    """
    tensors = {f"{name}.{k}": v for name, n in networks.items() for k, v in n.state_dict().items()}
    for i, parameter in enumerate(parameters):
        for key, value in optimiser.state.get(parameter, {}).items():
            tensors[f"adam.{i}.{key}"] = torch.as_tensor(value)
    tensors |= {name: torch.tensor(value) for name, value in counters.items()}
    scratch = path.with_suffix(".new")
    save_file({k: v.contiguous() for k, v in tensors.items()}, scratch)
    scratch.replace(path)


def restore(
    path: Path,
    networks: Mapping[str, nn.Module],
    optimiser: torch.optim.Optimizer,
    parameters: Sequence[nn.Parameter],
) -> dict[str, Tensor]:
    """Bring everything back to the saved state and return the file's tensors, counters included.

    Raises:
        InvalidInput: the state is of other networks.
    """
    tensors = load_file(path)
    try:
        for name, network in networks.items():
            network.load_state_dict(_part(tensors, f"{name}."))
    except RuntimeError:
        advice = "give the config another name, or remove that folder"
        raise InvalidInput(f"{path.parent} holds other networks: {advice}") from None
    for i, parameter in enumerate(parameters):
        state: dict[str, Any] = _part(tensors, f"adam.{i}.")
        if state:
            moved = {k: v.to(parameter.device) for k, v in state.items() if k != "step"}
            optimiser.state[parameter] = {**state, **moved}
    return tensors


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors under a prefix, by the rest of their names."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
