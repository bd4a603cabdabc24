"""What a run on a folder is to do, settled when it begins and read again when it goes on."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vdsc.errors import InvalidInput
from vdsc.train.folder.folder_clips import Clip
from vdsc.train.train_config import Stage

TRAINED = 0.65
"""The share of the time that steps take; tables and the comparison have the rest."""

TRIED = 4
"""Steps that are taken to see how long one takes."""

FEWEST, MOST = 8, 40000
"""Steps of a run."""

FILE = "plan.json"
STEPS: dict[str, dict[str, Any]] = {
    "settle": {"batch": 8, "lr": 2e-4, "coarse": (0.35, 4.0)},
    "law": {"batch": 16, "lr": 2e-4, "coarse": (0.25, 4.0), "scale_pace": 2.0, "law_pace": 30.0},
}
"""What all steps of a kind of stage have in common."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Steps in all, the basis they start from, and the print of the data that they are for.

    law: whether the law of knots is learned, else tables are fitted in the end.
    """

    steps: int
    basis: str
    print: str
    law: bool = False

    @property
    def stage(self) -> Stage:
        """All steps are as files are coded: the start is good enough to begin with these."""
        return stage_of(self.steps, law=self.law)

    def write(self, folder: Path) -> None:
        """Write the plan into the run's folder."""
        folder.mkdir(parents=True, exist_ok=True)
        scratch = folder / (FILE + ".new")
        scratch.write_text(json.dumps(asdict(self)) + "\n")
        scratch.replace(folder / FILE)


def stage_of(steps: int, *, law: bool) -> Stage:
    """So many steps with a learned law of knots, or without one."""
    kind = "law" if law else "settle"
    return Stage(kind, steps, **STEPS[kind])


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
        named = str(found["basis"]), str(found["print"])
        plan = RunPlan(int(found["steps"]), *named, law=bool(found.get("law", False)))
    except FileNotFoundError:
        return None
    except (AttributeError, LookupError, OSError, TypeError, ValueError):
        raise InvalidInput(f"{folder / FILE} is damaged; remove {folder} to begin anew") from None
    if plan.print != wanted:
        words = f"{folder} holds a run on other data or settings"
        raise InvalidInput(f"{words}: remove it, or give --out another name")
    return plan


def steps_within(minutes: float, step: Callable[[], object]) -> int:
    """How many steps so many minutes are for on this machine, as quick as `step` is."""
    step()  # the first one sets things up
    begin = time.monotonic()
    for _ in range(TRIED):
        step()
    pace = (time.monotonic() - begin) / TRIED
    return min(max(int(minutes * 60 * TRAINED / max(pace, 1e-6)), FEWEST), MOST)
