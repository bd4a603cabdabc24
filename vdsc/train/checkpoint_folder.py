"""A checkpoint's folder: its settings, its arrays and the hash of both, whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import nn

from vdsc.errors import InvalidInput
from vdsc.model.store import CONFIG, PROCESS, TABLES, WEIGHTS, Checkpoint, content_digest

Arrays = Mapping[str, NDArray[Any]]


def write_folder(
    out: Path,
    settings: dict[str, Any],
    weights: Arrays,
    tables: Arrays,
    process: Arrays | None = None,
) -> None:
    """Write the checkpoint `out`; of an older one there only its page CARD.md stays.

    settings: what model.json says, to which the hash is added. tables: no file if there are none.
    process: the knot process that reads motion, likewise; it is no part of the hash.
    """
    stored = dict(weights), {k: np.ascontiguousarray(v) for k, v in tables.items()}
    said = {**settings, "digest": content_digest(settings, *stored).hex()}
    scratch = out.with_name(out.name + ".new")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name, arrays in zip((WEIGHTS, TABLES, PROCESS), (*stored, process), strict=True):
        if arrays:
            save_file(dict(arrays), scratch / name)
    (scratch / CONFIG).write_text(json.dumps(said, indent=1) + "\n")
    for file in scratch.iterdir():
        file.chmod(0o644)  # safetensors makes files that only their owner may read
    if (out / "CARD.md").exists():
        shutil.copy(out / "CARD.md", scratch / "CARD.md")
    shutil.rmtree(out, ignore_errors=True)
    scratch.rename(out)


def write_process(start: Path, out: Path, process: Arrays) -> None:
    """Write the checkpoint `start` to `out`, which may be the same, with another knot process."""
    if start.resolve() != out.resolve():
        shutil.copytree(start, out, dirs_exist_ok=True)
    scratch = out / f"{PROCESS}.new"
    save_file(dict(process), scratch)
    scratch.chmod(0o644)
    scratch.replace(out / PROCESS)


def load_networks(network: nn.Module, start: Path) -> None:
    """Give a network the weights of a checkpoint; raises InvalidInput where it has others."""
    checkpoint = Checkpoint.open(start)
    weights = {name: torch.from_numpy(part) for name, part in checkpoint.tensors[0].items()}
    try:
        network.load_state_dict(weights)
    except RuntimeError:
        raise InvalidInput(f"{start} holds other networks than [net] says; change either") from None
