"""Training settings: one TOML file, any value of which the command line may override."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vdsc.errors import InvalidInput
from vdsc.model.net_config import NetConfig

KINDS = ("warm", "sde", "joint", "settle")
OBJECTIVES = ("lossy", "lossless")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of training.

    kind: "warm" (domain's own start), "sde" (a knot at every frame), "joint" (knots drawn) or
    "settle" (knots drawn, and the posterior's mean path instead of a sample: what a file holds).
    frames: reconstructed frames a step. coarse: range from which the factor on cell width and
    observation scale is drawn, log-uniformly. scale_pace: factor on the learning rate of nu and
    the cell widths, which live on a log scale and have far to go.
    """

    kind: str
    steps: int
    batch: int
    lr: float
    frames: int | None = None
    window: int | None = None
    coarse: tuple[float, float] = (1.0, 1.0)
    scale_pace: float = 5.0
    objective: str = "lossy"


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """A whole run.

    chunk: how many frames a file codes at once. cap: how much wider than the middle cell of the
    value grid the others may get (1: uniform cells; large: cells of equal probability).
    """

    name: str
    domain: str
    chunk: int
    data: Path
    net: NetConfig
    stages: tuple[Stage, ...]
    cap: int = 1
    seed: int = 0
    save_every: int = 250
    card: dict[str, Any] = field(default_factory=dict)


def load(path: Path, overrides: list[str]) -> TrainConfig:
    """Read a TOML file and apply `section.key=value` overrides; values are TOML literals.

    Raises InvalidInput for a missing file, bad TOML, unknown keys or sections.
    """
    try:
        values = tomllib.loads(path.read_text())
        for override in overrides:
            _apply(values, override)
        return _build(values)
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}") from None
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise InvalidInput(f"{path}: {error}; see examples/ for a working config") from None


def _apply(values: dict[str, Any], override: str) -> None:
    """Set one dotted key, `stages.0.steps=10`, in place."""
    dotted, equals, literal = override.partition("=")
    if not equals:
        raise InvalidInput(f"--set wants section.key=value, not {override!r}")
    try:
        value = tomllib.loads(f"value = {literal}")["value"]
    except tomllib.TOMLDecodeError:
        value = literal
    *path, last = dotted.split(".")
    spot: Any = values
    for part in path:
        spot = spot[int(part)] if isinstance(spot, list) else spot[part]
    spot[int(last) if isinstance(spot, list) else last] = value


def _build(values: dict[str, Any]) -> TrainConfig:
    stages = tuple(_stage(stage) for stage in values.pop("stages"))
    data = Path(os.path.expandvars(values.pop("data")))
    net = NetConfig.from_dict(values.pop("net"))
    return TrainConfig(data=data, net=net, stages=stages, **values)


def _stage(values: dict[str, Any]) -> Stage:
    plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    stage = Stage(**plain)
    if stage.kind not in KINDS or stage.objective not in OBJECTIVES:
        raise ValueError(f"no {stage.objective} stage of kind {stage.kind!r}; kinds: {KINDS}")
    return stage
