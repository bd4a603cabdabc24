"""The kinds of models that `vdsc train` makes, and what each kind's trainer has to offer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from vdsc.errors import InvalidInput
from vdsc.train.step_report import ReportStep

RUNS = Path("runs")
"""Each run keeps its state in a folder here, called by its config's name."""


class Trainer(Protocol):
    """One training run of one kind of model, opened from its settings.

    An implementer checks its settings and its data when it is opened, before any work, and raises
    InvalidInput with advice. It keeps all of its state in the folder that it is given, often
    enough that little is lost at any moment, and goes on from there when it is opened again.
    """

    def train(self, report: ReportStep, *, minutes: float | None) -> None:
        """Train until all is done or, earlier, until the minutes are spent; report each step."""

    def write(self, out: Path) -> None:
        """Write a checkpoint of the networks so far, whole or not at all."""

    def compared(self, out: Path) -> str:
        """How far the checkpoint beats the codec that needs none, in words; "" if none can be."""


def _paths(values: dict[str, Any], folder: Path) -> Trainer:
    from vdsc.train.path_trainer import PathTrainer

    return PathTrainer.open(values, folder)


def _video(values: dict[str, Any], folder: Path) -> Trainer:
    from vdsc.train.video.video_trainer import VideoTrainer

    return VideoTrainer.open(values, folder)


def _bitsback(values: dict[str, Any], folder: Path) -> Trainer:
    from vdsc.train.bitsback.bitsback_trainer import BitsbackTrainer

    return BitsbackTrainer.open(values, folder)


def _sprites(values: dict[str, Any], folder: Path) -> Trainer:
    from vdsc.train.sprites.sprites_trainer import SpritesTrainer

    return SpritesTrainer.open(values, folder)


def _field(values: dict[str, Any], folder: Path) -> Trainer:
    from vdsc.train.field.field_trainer import FieldTrainer

    return FieldTrainer.open(values, folder)


def _solids(values: dict[str, Any], folder: Path) -> Trainer:
    from vdsc.train.solids.solids_trainer import SolidsTrainer

    return SolidsTrainer.open(values, folder)


def _implicit(values: dict[str, Any], folder: Path) -> Trainer:
    from vdsc.train.implicit.implicit_trainer import ImplicitTrainer

    return ImplicitTrainer.open(values, folder)


def _sketch(values: dict[str, Any], folder: Path) -> Trainer:
    from vdsc.train.sketch.sketch_trainer import SketchTrainer

    return SketchTrainer.open(values, folder)


KINDS: dict[str, Callable[[dict[str, Any], Path], Trainer]] = {
    "paths": _paths,
    "video": _video,
    "bitsback": _bitsback,
    "sprites": _sprites,
    "field": _field,
    "solids": _solids,
    "implicit": _implicit,
    "sketch": _sketch,
}
"""A trainer's opener by the kind of model: latent paths, lossless video, bits-back, sprites,
networks of fields and of solids, coordinate networks that draw tiles, and sketches of video."""

DOMAINS = {
    "motion": "paths", "digits": "paths", "video": "video", "mazes": "bitsback",
    "sprites": "sprites", "fields": "field", "solids": "solids", "photographs": "implicit",
    "films": "sketch",
}  # fmt: skip
"""The kind of model that is trained on each domain's data, where the config names none."""


def open_trainer(values: dict[str, Any]) -> Trainer:
    """The trainer of a config's values; the kind is its `kind`, or follows from its `domain`.

    Raises:
        InvalidInput: there is no such kind or domain, or the trainer refuses the settings.
        LookupError, TypeError, ValueError: a setting is missing, unknown or wrong.
    """
    domain = values["domain"]
    kind = values.pop("kind", None) or DOMAINS.get(domain)
    if kind is None:
        raise InvalidInput(f"no domain {domain!r}; there are {', '.join(DOMAINS)}")
    if kind not in KINDS:
        raise InvalidInput(f"no kind of model {kind!r}; there are {', '.join(KINDS)}")
    return KINDS[kind](values, RUNS / values["name"])
