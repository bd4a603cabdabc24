"""The installed checkpoints in words."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.codecs.knots import checkpoints
from vdsc.model import store


@dataclass(frozen=True, slots=True)
class ModelCard:
    """An installed checkpoint in words."""

    name: str
    domain: str
    shape: str
    size: int
    digest: str
    data: str
    measured: str
    path: str


def installed_models() -> list[ModelCard]:
    """The checkpoints that `model` may name."""
    return [_card(checkpoint) for checkpoint in store.installed()]


def _card(checkpoint: store.Checkpoint) -> ModelCard:
    said = checkpoint.settings.get("card", {})
    return ModelCard(
        name=checkpoint.name,
        domain=str(said.get("domain", checkpoint.kind)),
        shape=checkpoints.takes_words(checkpoint) + _pace(checkpoint),
        size=checkpoint.size,
        digest=checkpoint.digest.hex(),
        data=str(said.get("data", "")),
        measured=str(said.get("measured", "")),
        path=str(checkpoint.folder),
    )


def _pace(checkpoint: store.Checkpoint) -> str:
    """Frames per second, where a checkpoint has a rate of its own."""
    return "" if checkpoint.kind != store.PATHS else f", {checkpoint.settings['net']['fps']:g} fps"
