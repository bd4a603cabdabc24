"""The systems that `benchmarks.field_systems` measures, each trained for the same time."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.field_base import COUNT, Line, quality, tiles
from vdsc.codecs.field.base_network import BaseNetwork
from vdsc.train.implicit.frozen_tiles import LatentLaw, frozen
from vdsc.train.implicit.implicit_trainer import ImplicitConfig, ImplicitTrainer
from vdsc.train.implicit.tile_network import TileSizes
from vdsc.train.step_report import TrainStep

SECONDS = 75.0
"""Of one thread, what each is trained for."""

PACE = 40
"""Steps by which the pace is measured."""

HELD = ("Garden", "Kite", "Wine_by_Jakkub_Mede", "friends_by_Aitzol_Berasategi")
RUNS = Path("runs") / "systems"

SYSTEMS: dict[str, dict[str, Any]] = {
    "W": {"latents": 0, "last": 0},
    "gates by steps": {"latents": 0, "last": 0, "gates": 352, "steps": True},
    "gates": {"latents": 0, "last": 0, "gates": 352},
    "h": {},
    "gates and h": {"latents": 128, "last": 224, "gates": 64},
}
"""The shared network is the same in all: 4,675 weights."""


def config(name: str, steps: int) -> ImplicitConfig:
    """How a system is trained."""
    photographs = Path(os.environ["VDSC_PHOTOS"])
    sizes = TileSizes(**SYSTEMS[name])
    return ImplicitConfig(
        name=name.replace(" ", "_"), domain="photographs", data=photographs, held=HELD,
        steps=steps, sizes=sizes,
    )  # fmt: skip


def trained(name: str) -> Path:
    """The checkpoint of a system, which is trained where there is none."""
    folder = RUNS / name.replace(" ", "_")
    if (folder / "line.json").exists():
        return folder
    plan = folder / "plan.json"
    if not plan.exists():
        probe, begun = ImplicitTrainer(config(name, PACE), folder / "probe"), time.process_time()
        probe.train(print_nothing, minutes=None)
        folder.mkdir(parents=True, exist_ok=True)
        plan.write_text(json.dumps(int(SECONDS * PACE / (time.process_time() - begun))))
    run = ImplicitTrainer(config(name, json.loads(plan.read_text())), folder)
    run.train(print_nothing, minutes=None)
    line: Line = {"steps": run.step, "seconds": SECONDS}
    if run.network.sizes.total:
        run.write(folder)
    else:
        none = np.zeros(0)
        arrays = frozen(run.network, LatentLaw(none, none, none))
        line |= quality(drawn_alone(BaseNetwork.of(arrays)), tiles())
    (folder / "line.json").write_text(json.dumps(line))
    return folder


def print_nothing(_: TrainStep) -> None:
    """What becomes of the report of a step."""


def drawn_alone(network: BaseNetwork) -> Any:
    """What a network without latents draws in the place of each tile."""
    return np.repeat(network.picture(np.zeros(0))[None] / 256, COUNT, axis=0)
