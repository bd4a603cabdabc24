"""What a run on a folder is to do, settled when it begins and read again when it goes on."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vdsc.errors import InvalidInput
from vdsc.train.folder.clips import Clip
from vdsc.train.train_config import Stage

TRAINED = 0.65
"""The share of the time that steps take; tables and the comparison have the rest."""

TRIED = 4
"""Steps that are taken to see how long one takes."""

FEWEST, MOST = 8, 40000
"""Steps of a run."""

COARSE = (0.35, 4.0)
FILE = "plan.json"


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Steps in all, and the print of the data and settings that they are for."""

    steps: int
    print: str

    @property
    def stages(self) -> tuple[Stage, ...]:
        """A tenth with a knot at each frame, the rest as files are coded."""
        first = max(1, self.steps // 10)
        plain: dict[str, Any] = {"batch": 8, "lr": 3e-4, "coarse": COARSE}
        return Stage("sde", first, **plain), Stage("settle", self.steps - first, **plain)


def print_of(clips: Sequence[Clip], settings: dict[str, Any]) -> str:
    """A hash of the sequences and of the settings."""
    made = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for clip in clips:
        made.update(f"{clip.name} {clip.values.shape}".encode())
        made.update(np.ascontiguousarray(clip.values).tobytes())
    return made.hexdigest()[:16]


def read_plan(folder: Path, wanted: str) -> RunPlan | None:
    """The plan of a run that was begun; raises InvalidInput if it was for something else."""
    try:
        found = json.loads((folder / FILE).read_text())
        plan = RunPlan(int(found["steps"]), str(found["print"]))
    except FileNotFoundError:
        return None
    except (AttributeError, LookupError, OSError, TypeError, ValueError):
        raise InvalidInput(f"{folder / FILE} is damaged; remove {folder} to begin anew") from None
    if plan.print != wanted:
        words = f"{folder} holds a run on other data or settings"
        raise InvalidInput(f"{words}: remove it, or give --out another name")
    return plan


def new_plan(folder: Path, wanted: str, minutes: float, step: Callable[[], None]) -> RunPlan:
    """A plan for so many minutes on this machine, as quick as `step` is; written to the folder."""
    step()  # the first one sets things up
    begin = time.monotonic()
    for _ in range(TRIED):
        step()
    pace = (time.monotonic() - begin) / TRIED
    steps = min(max(int(minutes * 60 * TRAINED / max(pace, 1e-6)), FEWEST), MOST)
    plan = RunPlan(steps, wanted)
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / (FILE + ".new")
    scratch.write_text(json.dumps({"steps": plan.steps, "print": plan.print}) + "\n")
    scratch.replace(folder / FILE)
    return plan
