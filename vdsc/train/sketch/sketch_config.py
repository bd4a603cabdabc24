"""What a training of a sketch may be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vdsc.model.sketch_nets import SketchSizes


@dataclass(frozen=True, slots=True)
class SketchConfig:
    """A whole run.

    data: folders or files of colour video; pictures in them are panned over. shares: how often each
    of them is drawn from, () for as often as it has clips. steps: of Adam. batch: clips of a step,
    of `frames` frames each; 0 for 64 on a GPU, which counts them as fast as a few, and 2 elsewhere.
    rate: of Adam. prices: k of the least and the highest price of a bit, 2^(k / 8) squared levels.
    fast, painted: how often a clip goes twice as fast, and in other colours. start: a state to
    begin with, such as `runs/other/state.safetensors`, "" for none. bf16: whether networks count in
    bfloat16. every: steps from one look at kept clips to the next. kept: of how many clips one is
    kept from training.
    """

    name: str
    domain: str
    data: tuple[str, ...]
    shares: tuple[float, ...] = ()
    steps: int = 20000
    batch: int = 0
    frames: int = 52
    rate: float = 1e-3
    prices: tuple[int, int] = (80, 136)
    fast: float = 0.1
    painted: float = 0.0
    start: str = ""
    bf16: bool = True
    every: int = 1000
    kept: int = 24
    seed: int = 0
    sizes: SketchSizes = field(default_factory=SketchSizes)
    card: dict[str, Any] = field(default_factory=dict)
