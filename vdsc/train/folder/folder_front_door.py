"""`vdsc train FOLDER` as a function: a folder of sequences or video in, a checkpoint folder out."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from vdsc.train.folder.card import summary, write_card
from vdsc.train.folder.folder_data import read_folder
from vdsc.train.folder.folder_trainer import FolderTrainer, check_out
from vdsc.train.folder.kept_files import worth
from vdsc.train.kinds import RUNS
from vdsc.train.sketch import video_folder
from vdsc.train.step_report import ReportStep

MINUTES = 30.0
"""How long a run on a folder takes, where nothing else is asked."""


def train_folder(
    folder: Path,
    out: Path,
    *,
    fps: float | None = None,
    minutes: float | None = None,
    report: ReportStep = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> str:
    """Train on a folder, or go on training, and write the checkpoint `out` with its card.

    Colour video makes a sketch, other sequences a model of paths. The state lies in
    runs/<name of out>. say: called with lines on what was found. Returns how far
    the model beats codec `linear` on files that it kept, in words.

    Raises:
        InvalidInput: the folder cannot be trained on; the message says what would help.
    """
    began, wanted = time.monotonic(), MINUTES if minutes is None else minutes
    check_out(out)
    if video_folder.has_video(folder):
        return video_folder.train(folder, out, minutes=wanted, report=report, say=say)
    data = read_folder(folder, fps)
    for line in data.words:
        say(line)
    trainer = FolderTrainer.open(data, out.name, RUNS, wanted)
    say(trainer.words)
    trainer.train(report, minutes=None if minutes is None else minutes)
    say("fitting the tables and comparing with codec 'linear'")
    trainer.write(out)
    found = worth(out, data.kept, data.fps)
    spent = (time.monotonic() - began) / 60
    done = f"{trainer.run.step} steps, of which those up to {trainer.best.step} are the best"
    training = f"{trainer.words}; {done}; {spent:.1f} minutes in this run"
    command = f"vdsc train {folder} --out {out} --minutes {wanted:g} --fps {data.fps:g}"
    write_card(out, data, found, command=command, training=training)
    return summary(found)
