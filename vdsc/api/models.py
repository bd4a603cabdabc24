"""Which checkpoint codes a sequence, and the networks and tables of one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from vdsc.codecs.knots.params import model_of
from vdsc.container import Header
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.model import store

if TYPE_CHECKING:
    from vdsc.io.source import Source
    from vdsc.model.path_model import PathModel

DEVICES = ("auto", "cpu", "cuda")
KEPT = 4  # networks in memory, for the next file


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
    said = checkpoint.settings
    card = said.get("card", {})
    return ModelCard(
        name=checkpoint.name,
        domain=str(card.get("domain", checkpoint.kind)),
        shape=_takes(checkpoint) + _pace(checkpoint),
        size=checkpoint.size,
        digest=checkpoint.digest.hex(),
        data=str(card.get("data", "")),
        measured=str(card.get("measured", "")),
        path=str(checkpoint.folder),
    )


def pick(source: Source, name: str | None) -> store.Checkpoint:
    """The checkpoint `name`, or the first whose frames have the source's shape and type."""
    known = store.installed() if name is None else [store.by_name(name)]
    for checkpoint in known:
        if fits(source.shape, source.dtype, checkpoint):
            return checkpoint
    takes = ", ".join(f"{c.name} takes {_takes(c)}" for c in known) or "none is installed"
    found = f"{source.name} is {source.dtype} {source.shape}"
    if name is not None:
        raise InvalidInput(f"{found}, but {takes}; give another --model, or none")
    advice = "train one with: vdsc train CONFIG.toml --out models/NAME"
    raise InvalidInput(f"no model fits: {found}; {takes}; {advice}")


def fitting(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> store.Checkpoint | None:
    """The first installed checkpoint that takes such a sequence, if there is one."""
    return next((c for c in store.installed() if fits(shape, dtype, c)), None)


def for_video() -> store.Checkpoint | None:
    """The first installed checkpoint for lossless video, if there is one."""
    return next((c for c in store.installed() if c.kind == store.VIDEO), None)


def of_file(header: Header) -> store.Checkpoint:
    """The checkpoint that a file was written with, once its codec and frames are known to fit."""
    ref = model_of(header)
    checkpoint = store.by_digest(ref.name, ref.digest)
    shape, dtype = header.outline.shape, header.outline.dtype
    if not fits(shape, dtype, checkpoint):
        raise CorruptFile(f"the file's {dtype} {shape} is not what model {checkpoint.name} takes")
    return checkpoint


def fits(shape: tuple[int, ...], dtype: np.dtype[np.generic], checkpoint: store.Checkpoint) -> bool:
    """Whether a path can hold a sequence; a grey video may lack its channel axis."""
    if checkpoint.kind != store.PATHS:
        return False
    frame, pixels = checkpoint.frame, _pixels(checkpoint)
    bare = frame[:-1] if pixels and frame[-1] == 1 else frame
    return shape[1:] in (frame, bare) and (dtype == np.uint8 if pixels else dtype.kind == "f")


def ticks(checkpoint: store.Checkpoint) -> Fraction:
    """Native frames per second, exactly."""
    return Fraction(checkpoint.settings["net"]["fps"])


def networks(checkpoint: store.Checkpoint, device: str) -> PathModel:
    """The networks of a checkpoint, kept for the next file."""
    from vdsc.model.path_model import PathModel

    if device not in DEVICES:
        raise InvalidInput(f"device {device!r} is none of {', '.join(DEVICES)}")
    key = (checkpoint.digest, device)
    if key not in _loaded:
        while len(_loaded) >= KEPT:
            del _loaded[next(iter(_loaded))]
        _loaded[key] = PathModel.load(checkpoint, device)
    return _loaded[key]


_loaded: dict[tuple[bytes, str], PathModel] = {}


def _pixels(checkpoint: store.Checkpoint) -> bool:
    return bool(checkpoint.settings["frames"]["kind"] == "pixels")


def _takes(checkpoint: store.Checkpoint) -> str:
    """Shape and type of the sequences that a checkpoint takes, in words."""
    if checkpoint.kind == store.VIDEO:
        return "uint8 video of any size, --lossless only"
    frame = ", ".join(map(str, checkpoint.frame))
    return f"(T, {frame}) {'uint8' if _pixels(checkpoint) else 'float'}"


def _pace(checkpoint: store.Checkpoint) -> str:
    """Frames per second, where a checkpoint has a rate of its own."""
    return "" if checkpoint.kind == store.VIDEO else f", {checkpoint.settings['net']['fps']:g} fps"
