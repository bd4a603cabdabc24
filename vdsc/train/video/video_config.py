"""Settings of a training run for lossless video."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vdsc.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class VideoConfig:
    """A whole run.

    data: folder that holds `video/` and `images/`. hours: how long all networks together are
    trained. seed: of the clips that are made, of the pixels that are sampled and of the batches.
    """

    name: str
    domain: str
    data: Path
    hours: float = 1.5
    seed: int = 0
    card: dict[str, Any] = field(default_factory=dict)


def build(values: dict[str, Any]) -> VideoConfig:
    """The settings of a config file; raises InvalidInput where there is no data or no time."""
    config = VideoConfig(data=Path(os.path.expandvars(values.pop("data"))), **values)
    if not config.hours > 0:
        raise InvalidInput(f"hours = {config.hours}: give the networks some time, such as 1.5")
    if not config.data.is_dir():
        raise InvalidInput(f"no training data at {config.data}; set data=... or its variable")
    return config
