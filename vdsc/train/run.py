"""`vdsc train`: a config file in, a checkpoint folder out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from vdsc.errors import InvalidInput
from vdsc.train import checkpoint, domains, loop
from vdsc.train import train_config as config
from vdsc.train.loop import TrainStep

__all__ = ["TrainStep", "train"]


def train(
    config_path: Path,
    out: Path,
    *,
    overrides: Sequence[str] = (),
    device: str = "auto",
    minutes: float | None = None,
    report: Callable[[TrainStep], None] = lambda _: None,
) -> None:
    """Train, or go on training, and write the checkpoint `out`; the state lies in runs/<name>.

    Stops after `minutes`; the checkpoint is then of the networks so far. Raises InvalidInput.
    """
    if device == "cuda":
        raise InvalidInput("training runs on the CPU; use --device cpu")
    settings = config.load(config_path, list(overrides))
    domain = domains.build(settings)
    run = loop.Run(settings, domain, Path("runs") / settings.name)
    loop.train(run, report, minutes=minutes)
    write(run, out)


def write(run: loop.Run, out: Path) -> None:
    """Fit the tables of a run's networks and write them as a checkpoint."""
    run.model.eval()
    card = {"domain": run.config.domain, **run.config.card}
    checkpoint.export(
        run.model,
        run.domain.frames(),
        run.domain.sequences(),
        out,
        name=run.config.name,
        chunk=run.config.chunk,
        cap=run.config.cap,
        card=card,
    )
