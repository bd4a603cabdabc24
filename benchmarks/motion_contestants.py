"""Our own codec of motion with one part taken away at a time: what a part adds is what that costs.

A checkpoint without a part is written anew, and encodes and decodes as any other.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vdsc.bench.peers.even_knots import evenly
from vdsc.codecs.model_tables import MIXTURE
from vdsc.model.store import Checkpoint, by_name
from vdsc.train.checkpoint_folder import write_folder

SEARCHED = "searched"
"""What all others are compared with: the codec as it is used."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """How files are made: the checkpoint's folder, the effort, and what is done to the encoder."""

    model: Path
    effort: int
    around: Callable[[], AbstractContextManager[None]] = nullcontext


def contestants(model: str, scratch: Path, untrained: Path | None) -> dict[str, Contestant]:
    """All of one checkpoint by name; those it lacks a part for are written below `scratch`.

    untrained: the folder of a checkpoint that starts as this one and was trained for no time.
    """
    own = by_name(model)
    made = {
        SEARCHED: Contestant(own.folder, 5),
        "searched as hard as can be": Contestant(own.folder, 9),
        "placed by the process": Contestant(own.folder, 0),
        "as many knots, even": Contestant(own.folder, 5, evenly),
        "as many as the process places, even": Contestant(own.folder, 0, evenly),
        "no network beside the linear decoder": Contestant(_unbent(own, scratch), 5),
        "no learned law": Contestant(_lawless(own, scratch), 5),
    }
    if untrained:
        bare = Checkpoint.open(untrained)
        folder = _written(bare, f"{model}-untrained", scratch, *bare.tensors)
        made["untrained"] = Contestant(folder, 5)
    os.environ["VDSC_MODELS"] = str(scratch)
    return made


def _unbent(checkpoint: Checkpoint, scratch: Path) -> Path:
    """The checkpoint with a decoder that is linear."""
    weights, tables = checkpoint.tensors
    last = [name for name in weights if name.startswith("decoder.bend.4")]
    flat = {**weights, **{name: np.zeros_like(weights[name]) for name in last}}
    return _written(checkpoint, f"{checkpoint.name}-unbent", scratch, flat, tables)


def _lawless(checkpoint: Checkpoint, scratch: Path) -> Path:
    """The checkpoint with the fitted tables of transitions in place of its learned law."""
    weights, tables = checkpoint.tensors
    rest = {name: table for name, table in tables.items() if name not in MIXTURE}
    return _written(checkpoint, f"{checkpoint.name}-lawless", scratch, weights, rest)


def _written(checkpoint: Checkpoint, name: str, scratch: Path, weights: Any, tables: Any) -> Path:
    said = {k: v for k, v in checkpoint.settings.items() if k != "digest"}
    write_folder(scratch / name, {**said, "name": name}, weights, tables)
    return scratch / name
