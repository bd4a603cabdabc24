"""`vdsc train`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vdsc.cli.options import DeviceOption

if TYPE_CHECKING:
    from vdsc.train.run import TrainStep

SECONDS_BETWEEN_LINES = 10.0


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.toml", help="What to train, on what.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the model.")],
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Setting to change."),
    ] = None,
    device: DeviceOption = "auto",
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Stop after this long; resumable.")
    ] = None,
) -> None:
    """Train a model, or resume its training.

    The same command again goes on where the last one stopped.
    """
    for override in overrides or ():
        if not re.fullmatch(r"\w+(\.\w+)+=.*", override, re.DOTALL):
            raise typer.BadParameter(f"--set {override!r}: write section.key=value")
    from vdsc.train.run import train as run

    try:
        with reporting() as report:
            run(config, out, overrides=overrides or [], device=device, minutes=minutes,
                report=report)  # fmt: skip
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"the same command resumes from {out}") from None


@contextmanager
def reporting() -> Iterator[Callable[[TrainStep], None]]:
    """Callback that shows each step: a bar on a terminal, else a line every ten seconds."""
    from vdsc.cli.talk import progress_bar

    with progress_bar("training") as bar:
        last = float("-inf")

        def report(step: TrainStep) -> None:
            nonlocal last
            if bar is not None:
                bar(step.step, step.steps, step_words(step))
            elif time.monotonic() - last >= SECONDS_BETWEEN_LINES or step.step == step.steps:
                last = time.monotonic()
                typer.echo(f"{step.step}/{step.steps} {step_words(step)}", err=True)

        yield report


def step_words(step: TrainStep) -> str:
    """Stage, loss terms and time left of one step."""
    terms = "  ".join(f"{name} {value:.4g}" for name, value in step.terms.items())
    left = timedelta(seconds=round(step.seconds_left))
    return f"{step.stage}  {terms}  {left} left"
