"""A sketch trained on a folder of colour video, with nothing said but the folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vdsc.errors import InvalidInput
from vdsc.train.field.field_examples import files_below
from vdsc.train.kinds import RUNS
from vdsc.train.sketch.sketch_clips import SketchClips
from vdsc.train.sketch.sketch_config import SketchConfig
from vdsc.train.sketch.sketch_trainer import SketchTrainer
from vdsc.train.step_report import ReportStep

LOOKED, EVERY = 40, 8
"""Files that are looked at for colour video; of how many clips one is kept from training."""

TIMED, LEAST, LOOKS = 6, 200, 12
"""Steps by which the time of one is found; steps at least; and looks at kept clips in a run."""

PLAN = "sketch.json"


def has_video(folder: Path) -> bool:
    """Whether the first files of a folder that say what they hold are colour video."""
    try:
        return SketchClips(files_below([folder])[:LOOKED], (), 0).any(1)
    except (InvalidInput, OSError, ValueError):  # whoever reads the folder as sequences says why
        return False


def train(
    folder: Path, out: Path, *, minutes: float, report: ReportStep, say: Callable[[str], None]
) -> str:
    """Train for so many minutes, or go on, and write the checkpoint `out` with its card.

    Returns what clips that were kept take, in words. Raises InvalidInput.
    """
    run = RUNS / out.name
    clips = SketchClips([folder], (), EVERY)
    config = SketchConfig(out.name, "films", (str(folder),), kept=EVERY)
    steps = _planned(run, folder, config, clips, minutes)
    config = replace(config, steps=steps, every=max(1, steps // LOOKS))
    say(f"colour video, among {len(clips)} arrays and pictures; every {EVERY}th is kept")
    trainer = SketchTrainer(config, run, clips)
    trainer.train(report, minutes=None)
    trainer.write(out)
    found = trainer.compared(out)
    rows = {
        "data": f"{folder.name}: {len(clips)} arrays and pictures, every {EVERY}th kept",
        "licence of the data": "`vdsc train` does not know it: write it here before sharing",
        "command": f"`vdsc train {folder} --out {out} --minutes {minutes:g}`",
        "training": f"{trainer.step} steps",
        "measured": found or "no clip was kept",
    }
    lines = [f"# {out.name}", "", "| | |", "| --- | --- |"]
    lines += [f"| {name} | {words} |" for name, words in rows.items()]
    (out / "CARD.md").write_text("\n".join([*lines, ""]))
    return found


def _planned(
    run: Path, folder: Path, config: SketchConfig, clips: SketchClips, minutes: float
) -> int:
    """How many steps a run has, found when it began; raises InvalidInput for another folder's."""
    plan = run / PLAN
    if plan.exists():
        kept = json.loads(plan.read_text())
        if kept["folder"] != str(folder.resolve()):
            words = f"{run} holds a run on {kept['folder']}; give --out another name"
            raise InvalidInput(f"{words}, or remove that folder")
        return int(kept["steps"])
    trial = SketchTrainer(replace(config, steps=TIMED), run / "trial", clips)
    begun = time.monotonic()
    trial.train(lambda _: None, minutes=None)
    each = (time.monotonic() - begun) / TIMED
    steps = max(LEAST, int(60 * minutes / each))
    run.mkdir(parents=True, exist_ok=True)
    plan.write_text(json.dumps({"folder": str(folder.resolve()), "steps": steps}) + "\n")
    return steps
