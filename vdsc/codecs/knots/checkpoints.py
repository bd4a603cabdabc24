"""Which checkpoint codes a sequence, and what is kept of it in memory for the next file."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from vdsc.codecs.knots.params import model_of
from vdsc.container import Header
from vdsc.errors import CorruptFile, InvalidInput, ModelMissing
from vdsc.model import store
from vdsc.model.store import Checkpoint

if TYPE_CHECKING:
    from vdsc.codecs.model_tables import Tables
    from vdsc.model.path_model import PathModel
    from vdsc.twin.path_decoder import PathDecoder

KEPT = 4
"""Networks and decoders that stay in memory."""

_networks: dict[tuple[bytes, str], PathModel] = {}
_decoders: dict[bytes, PathDecoder] = {}


def pick(shape: tuple[int, ...], dtype: np.dtype[np.generic], name: str) -> Checkpoint:
    """The checkpoint `name`, or for "" the first whose frames have this shape and type."""
    known = [store.by_name(name)] if name else store.installed()
    for checkpoint in known:
        if fits(shape, dtype, checkpoint):
            return checkpoint
    takes = ", ".join(f"{c.name} takes {takes_words(c)}" for c in known) or "none is installed"
    found = f"the input is {dtype} {shape}"
    if name:
        raise InvalidInput(f"{found}, but {takes}; give another --model, none, or --lossless")
    try:
        store.complain()
    except ModelMissing as fault:
        raise ModelMissing(f"no model fits: {found}; {takes}; but {fault}") from None
    train = "vdsc train CONFIG.toml --out models/NAME"
    advice = f"use --codec linear or --lossless, or train one with: {train}"
    raise InvalidInput(f"no model fits: {found}; {takes}; {advice}")


def fitting(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Checkpoint | None:
    """The first installed checkpoint that takes such a sequence, if there is one."""
    return next((c for c in store.installed() if fits(shape, dtype, c)), None)


def of_file(header: Header) -> Checkpoint:
    """The checkpoint that a file was written with, once its frames are known to fit."""
    ref = model_of(header)
    checkpoint = store.by_digest(ref.name, ref.digest)
    shape, dtype = header.outline.shape, header.outline.dtype
    if not fits(shape, dtype, checkpoint):
        raise CorruptFile(f"the file's {dtype} {shape} is not what model {checkpoint.name} takes")
    return checkpoint


def fits(shape: tuple[int, ...], dtype: np.dtype[np.generic], checkpoint: Checkpoint) -> bool:
    """Whether a path can hold a sequence; a grey video may lack its channel axis."""
    if checkpoint.kind != store.PATHS:
        return False
    frame, is_video = checkpoint.frame, pixels(checkpoint)
    bare = frame[:-1] if is_video and frame[-1] == 1 else frame
    if not is_video and len(shape) == 3 and shape[2] == 3 and frame == (3 * shape[1],):
        bare = shape[1:]  # joints in space, three channels each
    return shape[1:] in (frame, bare) and (dtype == np.uint8 if is_video else dtype.kind == "f")


def ticks(checkpoint: Checkpoint) -> Fraction:
    """Native frames per second, exactly."""
    return Fraction(checkpoint.settings["net"]["fps"])


def pixels(checkpoint: Checkpoint) -> bool:
    """Whether its frames are images."""
    return bool(checkpoint.settings["frames"]["kind"] == "pixels")


_TAKEN = {
    store.VIDEO: "uint8 video of any size, --lossless only",
    store.SPRITES: "grey uint8 video of sprites over black",
    store.FIELD: "fields, --codec field only",
    store.SOLIDS: "arrays of two values: solids of voxels",
    store.IMPLICIT: "uint8 colour pictures, as a base of --codec field only",
    store.SKETCH: "uint8 colour video, --codec field only",
}


def takes_words(checkpoint: Checkpoint) -> str:
    """Shape and type of the sequences that a checkpoint takes."""
    if (found := _TAKEN.get(checkpoint.kind)) is not None:
        return found
    frame = ", ".join(map(str, checkpoint.frame))
    return f"(T, {frame}) {'uint8' if pixels(checkpoint) else 'float'}"


def tables(checkpoint: Checkpoint) -> Tables:
    """The frozen integers of a checkpoint, kept for the next file.

    Raises ModelMissing where its hash is another.
    """
    from vdsc.codecs.model_tables import Tables

    with checkpoint.building():
        return checkpoint.once("tables", lambda: Tables.from_arrays(*checkpoint.tensors[::-1]))


def networks(checkpoint: Checkpoint, device: str) -> PathModel:
    """The encoder's networks of a checkpoint, kept for the next file."""
    from vdsc.model.path_model import PathModel

    key = (checkpoint.digest, device)
    if key not in _networks:
        while len(_networks) >= KEPT:
            del _networks[next(iter(_networks))]
        _networks[key] = PathModel.load(checkpoint, device)
    return _networks[key]


def decoder(checkpoint: Checkpoint) -> PathDecoder:
    """The integer decoder of a checkpoint, kept for the next file; needs no torch."""
    from vdsc.twin.path_decoder import PathDecoder

    if checkpoint.digest not in _decoders:
        while len(_decoders) >= KEPT:
            del _decoders[next(iter(_decoders))]
        with checkpoint.building():
            made = PathDecoder(checkpoint.settings, checkpoint.tensors[0])
        _decoders[checkpoint.digest] = made
    return _decoders[checkpoint.digest]
