"""What may lie beneath the pyramid of a file: a model draws it, and only the rest is told."""

from __future__ import annotations

from typing import Protocol

from vdsc.codecs.field import base_layer
from vdsc.codecs.field.base_layer import BaseLayer
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import START
from vdsc.codecs.field.pyramid import Shape
from vdsc.codecs.field.sketch import sketch_layer
from vdsc.codecs.field.sketch.sketch_layer import SketchLayer
from vdsc.core.types import Floats
from vdsc.entropy.tape import Tape
from vdsc.errors import CorruptFile, ModelMissing
from vdsc.model import store
from vdsc.model.store import Checkpoint


class Underlay(Protocol):
    """What is drawn of a chunk: tiles or a sketch."""

    @property
    def picture(self) -> Floats:
        """Values (*shape, 3), whole numbers of 2**-8."""

    def write(self, tape: Tape) -> None:
        """Put what it is drawn from on a tape."""


class Beneath(Protocol):
    """The network of a model that draws."""

    def read(self, shape: Shape, tape: Tape) -> Underlay:
        """What an encoder has written to a tape of a chunk of a shape."""


def by_key(key: int, layout: FieldLayout) -> Beneath:
    """The network that a file's header names; raises CorruptFile or ModelMissing."""
    found = store.by_start(key.to_bytes(START, "little"))
    if found.kind == store.SKETCH and sketch_layer.fits(layout):
        return SketchLayer.of(found)
    if found.kind == store.IMPLICIT and base_layer.fits(layout):
        return BaseLayer.of(found)
    raise CorruptFile(f"{found.name} draws nothing like this; the file is damaged")


def key_of(checkpoint: Checkpoint) -> int:
    """What the header says of a model: the first bytes of its hash as a number."""
    key = int.from_bytes(checkpoint.digest[:START], "little")
    if not key:
        raise ModelMissing(f"{checkpoint.name} has a hash of zeros; train it again")
    return key
