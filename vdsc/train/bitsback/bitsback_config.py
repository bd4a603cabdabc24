"""Settings of a training run of bits-back."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vdsc.model.net_config import NetConfig

STAGES = ("full", "learned")


@dataclass(frozen=True, slots=True)
class BitsbackStage:
    """One stretch of training.

    kind: "full" (a knot at every frame) or "learned" (knots drawn). window: neighbouring frames of
    a clip that a step takes. frames: of these, how many are looked at. grids: of each clip, how
    many are drawn; from 2 on the knot process learns. kept: the features of frames stay as they
    are, and are made once for all steps.
    scale_pace, process_pace: factors on the learning rate of nu and spreads, and of the process.
    """

    kind: str
    steps: int
    batch: int
    lr: float
    frames: int
    window: int = 100
    grids: int = 1
    kept: bool = False
    scale_pace: float = 5.0
    process_pace: float = 1.0


@dataclass(frozen=True, slots=True)
class BitsbackConfig:
    """A whole run.

    chunk: frames of a window of the files. clips: how many training clips there are; of digits,
    which are made, as many as wanted. start: the folder of a checkpoint whose tensors of the same
    name and shape training goes on from. bf16: pictures go through the networks in bfloat16.
    half: large matrices of the checkpoint are stored as float16.
    """

    name: str
    domain: str
    chunk: int
    data: Path
    net: NetConfig
    stages: tuple[BitsbackStage, ...]
    clips: int
    start: str = ""
    bf16: bool = False
    half: bool = False
    seed: int = 0
    save_every: int = 100
    card: dict[str, Any] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Steps of all stages together."""
        return sum(stage.steps for stage in self.stages)


def build(values: dict[str, Any]) -> BitsbackConfig:
    """The settings of a config file.

    Raises:
        LookupError, TypeError, ValueError: a setting is missing, unknown or wrong.
    """
    stages = tuple(_stage(stage) for stage in values.pop("stages"))
    data = Path(os.path.expandvars(values.pop("data")))
    net = NetConfig.from_dict(values.pop("net"))
    if not net.parts:
        raise ValueError("net.parts must be 1 or more: pixels need a mixture")
    return BitsbackConfig(data=data, net=net, stages=stages, **values)


def _stage(values: dict[str, Any]) -> BitsbackStage:
    stage = BitsbackStage(**values)
    if stage.kind not in STAGES:
        raise ValueError(f"no stage of kind {stage.kind!r}; kinds: {', '.join(STAGES)}")
    return stage
