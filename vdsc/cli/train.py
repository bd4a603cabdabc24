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

from vdsc.cli.options import file_name
from vdsc.cli.speech import say
from vdsc.errors import InvalidInput

if TYPE_CHECKING:
    from vdsc.train.step_report import TrainStep

SECONDS_BETWEEN_LINES = 10.0


def override(text: str) -> str:
    """A setting as section.key=value."""
    if not re.fullmatch(r"\w+(\.\w+)+=.*", text, re.DOTALL):
        raise typer.BadParameter(f"--set {text!r}: write section.key=value")
    return text


def parse_minutes(text: str | float) -> float:
    """A number of minutes, not below zero."""
    try:
        minutes = float(text)
    except ValueError:
        minutes = -1.0
    if not 0 <= minutes < float("inf"):
        raise typer.BadParameter(f"{text!r} is no number of minutes")
    return minutes


def on_the_cpu(text: str) -> str:
    """The one device that training runs on."""
    if text not in {"auto", "cpu"}:
        raise typer.BadParameter(f"training runs on the CPU, not on {text!r}; leave --device out")
    return text


def train(
    config: Annotated[
        str,
        typer.Argument(metavar="CONFIG.toml", parser=file_name, help="What to train, on what."),
    ],
    *,
    out: Annotated[
        str,
        typer.Option("--out", "-o", metavar="DIR", parser=file_name, help="Folder of the model."),
    ],
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="SECTION.KEY=VALUE", parser=override, help="Setting to change."
        ),
    ] = None,
    device: Annotated[
        str, typer.Option("--device", parser=on_the_cpu, metavar="cpu", hidden=True)
    ] = "cpu",
    minutes: Annotated[
        float | None,
        typer.Option(parser=parse_minutes, metavar="N", help="Stop after this long; resumable."),
    ] = None,
) -> None:
    """Train a model of any kind, or resume its training.

    Its state lies in runs/NAME; the same command again goes on from there.
    """
    from vdsc.train.front_door import train as run

    del device
    if Path(config).is_dir():
        words = "a folder of data says what to train on, not how; copy a file of examples/train"
        again = f"vdsc train FILE.toml --out {out} --set data={config}"
        raise InvalidInput(f"{config}: {words} and run '{again}'")

    try:
        with reporting() as report:
            changes = list(overrides or ())
            said = run(Path(config), Path(out), overrides=changes, minutes=minutes, report=report)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command goes on from the last saved state") from None
    if said:
        say(f"{out}: {said}")


@contextmanager
def reporting() -> Iterator[Callable[[TrainStep], None]]:
    """Callback that shows each step: a bar on a terminal, else a line every ten seconds."""
    from vdsc.cli.progress import progress_bar

    with progress_bar("training", "steps") as bar:
        last = float("-inf")

        def report(step: TrainStep) -> None:
            nonlocal last
            if bar is not None:
                bar(step.step, step.steps, step_words(step))
            elif time.monotonic() - last >= SECONDS_BETWEEN_LINES or step.step == step.steps:
                last = time.monotonic()
                say(f"{step.step}/{step.steps}{step.unit} {step_words(step)}")

        yield report


def step_words(step: TrainStep) -> str:
    """Stage, loss terms and time left of one step."""
    terms = "  ".join(f"{name} {value:.4g}" for name, value in step.terms.items())
    left = timedelta(seconds=round(step.seconds_left))
    return f"{step.stage}  {terms}  {left} left"
