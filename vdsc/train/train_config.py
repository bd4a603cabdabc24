"""Settings of a training run of latent paths."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vdsc.model.net_config import NetConfig

KINDS = ("warm", "sde", "joint", "settle", "law", "imitate", "compare")
PROCESS_KINDS = KINDS[-2:]
OBJECTIVES = ("lossy", "lossless")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of training.

    kind: "warm" (networks start as the domain says), "sde" (a knot at every frame), "joint" (knots
    drawn), "settle" (knots drawn, and the posterior's mean path instead of a sample: what a file
    holds), "law" (the same by least squares, under the learned law of knots), "imitate" (the knot
    process that reads motion learns the grids of a search; batch is in gaps) or "compare" (it
    learns from several grids of its own; batch is in windows). In the last two nothing else is
    trained; they come last.
    frames: reconstructed frames a step. coarse: range from which the factor on cell width and
    observation scale is drawn, log-uniformly. scale_pace: factor on the learning rate of nu and
    the cell widths, which live on a log scale and have far to go. law_pace: that of the learned
    law, which starts from nothing, where the networks are only to be adjusted.
    """

    kind: str
    steps: int
    batch: int
    lr: float
    frames: int | None = None
    window: int | None = None
    coarse: tuple[float, float] = (1.0, 1.0)
    scale_pace: float = 5.0
    law_pace: float = 10.0
    objective: str = "lossy"


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """A whole run.

    chunk: how many frames a file codes at once. start: the folder of a checkpoint whose networks
    training goes on from; where only its knot process is trained, all else stays as it is.
    even_nu: the diffusion that all latent dimensions begin with alike, pulls too; 0 leaves both
    as the domain or `start` has them. held: sequences, by name, that are not trained on. speeds:
    the least and the greatest factor at which half of the windows are played. cap: how much wider
    than the middle
    cell of the value grid the others may get (1: uniform cells; large: cells of equal probability).
    pose: what is taken off the frames of a window: `ramps`, channels less their straight line, and
    `level`.
    """

    name: str
    domain: str
    chunk: int
    data: Path
    net: NetConfig
    stages: tuple[Stage, ...]
    start: str = ""
    even_nu: float = 0.0
    held: tuple[str, ...] = ()
    speeds: tuple[float, float] = (1.0, 1.0)
    cap: int = 1
    seed: int = 0
    pose: dict[str, Any] = field(default_factory=dict)
    save_every: int = 250
    card: dict[str, Any] = field(default_factory=dict)


def build(values: dict[str, Any]) -> TrainConfig:
    """The settings of a config file.

    Raises:
        LookupError, TypeError, ValueError: a setting is missing, unknown or wrong.
    """
    stages = tuple(_stage(stage) for stage in values.pop("stages"))
    data = Path(os.path.expandvars(values.pop("data")))
    net = NetConfig.from_dict(values.pop("net"))
    plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return TrainConfig(data=data, net=net, stages=stages, **plain)


def _stage(values: dict[str, Any]) -> Stage:
    plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    stage = Stage(**plain)
    if stage.kind not in KINDS or stage.objective not in OBJECTIVES:
        raise ValueError(f"no {stage.objective} stage of kind {stage.kind!r}; kinds: {KINDS}")
    return stage
