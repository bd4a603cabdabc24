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


def parse_rate(text: str | float) -> float:
    """A number of frames a second, above zero."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate < 1e6:
        raise typer.BadParameter(f"{text!r} is no number of frames a second")
    return rate


def no_choice(text: str) -> str:
    """The device that training runs on, which nobody chooses."""
    if text not in {"auto", "cpu"}:
        raise typer.BadParameter(
            f"nobody chooses {text!r} for training: bits-back and sketches take a GPU where there "
            "is one, all else the CPU; leave --device out"
        )
    return text


def train(
    config: Annotated[
        str,
        typer.Argument(
            metavar="CONFIG.toml|FOLDER", parser=file_name, help="What to train, or only on what."
        ),
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
        str, typer.Option("--device", parser=no_choice, metavar="cpu", hidden=True)
    ] = "cpu",
    minutes: Annotated[
        float | None,
        typer.Option(
            parser=parse_minutes,
            metavar="N",
            help="Stop after this long; resumable. Of a folder: 30 unless given.",
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            parser=parse_rate, metavar="RATE", help="Frames a second of a FOLDER's files."
        ),
    ] = None,
) -> None:
    """Train a model of any kind, or resume its training.

    Of a FOLDER of sequences everything else is found out. The state lies in runs/NAME; the same
    command again goes on from there.
    """
    del device
    changes, data, model = list(overrides or ()), Path(config), Path(out)
    _check(data, changes, fps)
    try:
        with reporting() as report:
            if data.is_dir():
                from vdsc.train.folder.folder_front_door import train_folder

                said = train_folder(data, model, fps=fps, minutes=minutes, report=report, say=say)
            else:
                from vdsc.train.front_door import train as run

                said = run(data, model, overrides=changes, minutes=minutes, report=report)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the same command goes on from the last saved state") from None
    if said:
        say(f"{out}: {said}")


def _check(data: Path, changes: list[str], fps: float | None) -> None:
    """Raise InvalidInput for options that do not go with what is trained on."""
    if data.is_dir() and changes:
        raise InvalidInput("--set changes a CONFIG.toml; of a folder all settings are found out")
    if fps is not None and not data.is_dir():
        raise InvalidInput("--fps is for a folder; a CONFIG.toml says fps in its [net]")


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
