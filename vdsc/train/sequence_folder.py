"""Sequences to train on: the .npy files of a folder, or the members of an .npz file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def sequences_at(place: Path) -> dict[str, NDArray[np.float32]]:
    """Arrays (T, ...) by the names of their files or members, in the order of the names."""
    if place.suffix == ".npz":
        with np.load(place) as members:
            return {name: members[name] for name in sorted(members.files)}
    return {path.stem: np.load(path) for path in sorted(place.glob("*.npy"))}


def beside(place: Path, name: str) -> Path:
    """The folder or .npz file called `name` beside one of the same kind."""
    return place.with_name(name + place.suffix)
