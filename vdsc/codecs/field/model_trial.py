"""Of several checkpoints that fit a sequence, the one that a small part of it is cheapest with."""

from __future__ import annotations

from dataclasses import replace

from vdsc.codecs.field import field_checkpoints
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_facts import FieldFacts
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.first_network import coded
from vdsc.codecs.field.hindsight import Hindsight
from vdsc.core.threads import one_thread
from vdsc.core.types import Values
from vdsc.io.source import Source
from vdsc.model.store import Checkpoint

FRAMES, SIDE = 32, 64
"""Entries of the part that is tried, from the middle: along the first axis, and each other one."""


def cheapest(
    fitting: list[Checkpoint],
    source: Source,
    layout: FieldLayout,
    facts: FieldFacts,
    settings: FieldSettings,
) -> Checkpoint | None:
    """The checkpoint of `fitting` that a part of the source is coded best with, None of none."""
    if len(fitting) < 2:
        return next(iter(fitting), None)
    begin = max(0, (source.shape[0] - FRAMES) // 2)
    part = _middle(source.read(begin, min(begin + FRAMES, source.shape[0])))
    with one_thread():
        costs = [_cost(one, part, layout, facts, settings) for one in fitting]
    return fitting[costs.index(min(costs))]


def params_under(
    checkpoint: Checkpoint | None, layout: FieldLayout, facts: FieldFacts, settings: FieldSettings
) -> FieldParams:
    """What a file under a checkpoint, or under none, says of steps and blocks."""
    usual = settings.blocks
    if not usual and checkpoint is not None:
        usual = layout.spread(field_checkpoints.blocks(checkpoint), apart=facts.apart)
    blocks = layout.blocks(usual, apart=facts.apart)
    return facts.params(settings.step or facts.step(settings.quality), blocks)


def hindsight_under(
    checkpoint: Checkpoint | None, layout: FieldLayout, params: FieldParams, settings: FieldSettings
) -> Hindsight | None:
    """The checkpoint's, if it is wanted and fits; none on a base."""
    if checkpoint is None or params.base or not settings.hindsight:
        return None
    return field_checkpoints.hindsight_of(checkpoint, params.blocks, layout.channels)


def _middle(frames: Values) -> Values:
    spans = [slice(begin := max(0, (n - SIDE) // 2), begin + SIDE) for n in frames.shape[1:]]
    return frames[(slice(None), *spans)]


def _cost(
    checkpoint: Checkpoint,
    part: Values,
    layout: FieldLayout,
    facts: FieldFacts,
    settings: FieldSettings,
) -> float:
    """Squared error in steps, and the price of all bits."""
    layout = replace(layout, shape=part.shape[: len(layout.shape)])
    params = params_under(checkpoint, layout, facts, settings)
    hindsight = hindsight_under(checkpoint, layout, params, settings)
    chunk = FieldChunk(layout, params, len(part), hindsight=hindsight)
    wanted = chunk.latents(part)
    network = field_checkpoints.network_of(checkpoint)
    made = coded(chunk, wanted, settings.price, network, params.stated)
    return made.cost(chunk, wanted, settings.price)
