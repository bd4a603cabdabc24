"""`vdsc train` as a function, for every kind of model: a config in, a checkpoint folder out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vdsc.train import settings_file
from vdsc.train.kinds import open_trainer
from vdsc.train.step_report import ReportStep


def train(
    config: Path,
    out: Path,
    *,
    overrides: Sequence[str] = (),
    minutes: float | None = None,
    report: ReportStep = lambda _: None,
) -> str:
    """Train, or go on training, and write the checkpoint `out`; the state lies in runs/<name>.

    Stops after `minutes`; the checkpoint is then of the networks so far. Returns how far it beats
    the codec that needs none, in words; "" where there is none to compare with.

    Raises:
        InvalidInput: the config or its data cannot be used; the message says what would help.
    """
    values = settings_file.read(config, overrides)
    with settings_file.advice(config):
        trainer = open_trainer(values)
    trainer.train(report, minutes=minutes)
    trainer.write(out)
    return trainer.compared(out)
