"""Training of latent paths, the networks of lossy files, behind the front door."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vdsc.train import checkpoint, loop, train_config, training_domains
from vdsc.train.checkpoint_folder import write_process
from vdsc.train.comparison import against_plain
from vdsc.train.step_report import ReportStep


@dataclass(frozen=True, slots=True)
class PathTrainer:
    """A run of the training loop, and how its networks become a checkpoint."""

    run: loop.TrainingRun

    @classmethod
    def open(cls, values: dict[str, Any], folder: Path) -> PathTrainer:
        """Open a run with the settings of a config file; see `Trainer`."""
        settings = train_config.build(values)
        return cls(loop.TrainingRun(settings, training_domains.build(settings), folder))

    def train(self, report: ReportStep, *, minutes: float | None) -> None:
        """Take the steps of all stages that are left."""
        loop.train(self.run, report, minutes=minutes)

    def write(self, out: Path) -> None:
        """Fit the tables of the networks and write both; where they are old ones, the process."""
        config = self.run.config
        if config.start and self.run.motion is not None and not self.run.trains_networks:
            write_process(Path(config.start), out, checkpoint.weights_of(self.run.motion))
            return
        self.run.model.eval()
        checkpoint.export(
            self.run.model,
            self.run.domain.frames(),
            self.run.domain.sequences(),
            out,
            name=config.name,
            chunk=config.chunk,
            cap=config.cap,
            pose=config.pose,
            card={"domain": config.domain, **config.card},
            motion=self.run.motion,
        )

    def compared(self, out: Path) -> str:
        """Bytes by those of codec `linear` at equal error, on data that was not trained on."""
        words, clips = self.run.domain.unseen()
        return against_plain(out, clips, words)
