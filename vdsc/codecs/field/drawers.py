"""The encoder's half of what lies beneath: which models may draw it, and what they draw."""

from __future__ import annotations

from typing import Protocol

from vdsc.codecs.field import base_layer
from vdsc.codecs.field.base_encoder import BaseEncoder
from vdsc.codecs.field.base_layer import BaseLayer
from vdsc.codecs.field.beneath import Underlay
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.sketch import sketch_layer
from vdsc.codecs.field.sketch.sketch_encoder import SketchEncoder
from vdsc.codecs.field.sketch.sketch_layer import SketchLayer
from vdsc.core.types import Values
from vdsc.errors import InvalidInput
from vdsc.model import store
from vdsc.model.store import Checkpoint


class Drawer(Protocol):
    """What draws the chunks of a file."""

    def drawn(self, values: Values) -> Underlay:
        """What lies beneath values (*shape, 3)."""


def named(settings: FieldSettings) -> str:
    """The name of the model that is asked for, also where `model` names it; raises ModelMissing."""
    kinds = {store.IMPLICIT, store.SKETCH}
    by_model = settings.model and store.by_name(settings.model).kind in kinds
    return settings.base or (settings.model if by_model else "")


def fitting(layout: FieldLayout, settings: FieldSettings, *, apart: bool) -> list[Checkpoint]:
    """The models that may draw a sequence: the one that is asked for, or all that sketch it.

    apart: whether frames have nothing in common. Raises InvalidInput or ModelMissing.
    """
    if name := named(settings):
        return [_named(name, layout)]
    if settings.own or not settings.sketch or apart or not sketch_layer.fits(layout):
        return []
    return [one for one in store.installed() if one.kind == store.SKETCH]


def drawer(checkpoint: Checkpoint, settings: FieldSettings, unit: float) -> Drawer:
    """What draws with a model for a step of the latents above."""
    if checkpoint.kind == store.SKETCH:
        return SketchEncoder.of(SketchLayer.of(checkpoint), unit, settings.price, settings.effort)
    layer = BaseLayer.of(checkpoint)
    return BaseEncoder(layer, settings.base_blocks, unit, settings.price)


def _named(name: str, layout: FieldLayout) -> Checkpoint:
    found = store.by_name(name)
    if found.kind not in {store.IMPLICIT, store.SKETCH}:
        words = f"a base is of kind 'implicit' or 'sketch', not {name} ({found.kind})"
        raise InvalidInput(f"{words}; leave it out")
    if found.kind == store.SKETCH and not sketch_layer.fits(layout):
        raise InvalidInput(f"model {name} draws colour video (T, H, W, 3) of uint8; leave it out")
    if found.kind == store.IMPLICIT and not base_layer.fits(layout):
        side = base_layer.SMALLEST
        words = f"model {name} draws pictures (..., H, W, 3) of uint8, {side} a side at least"
        raise InvalidInput(f"{words}; leave it out")
    return found
