"""Of several checkpoints that fit a sequence, the one that a small part of it is cheapest with."""

from __future__ import annotations

from dataclasses import replace

from vdsc.codecs.field import field_checkpoints
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_facts import FieldFacts
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.first_network import coded
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
    usual = layout.spread(field_checkpoints.blocks(checkpoint), apart=facts.apart)
    blocks = layout.blocks(settings.blocks or usual, apart=facts.apart)
    params = facts.params(settings.step or facts.step(settings.quality), blocks)
    chunk = FieldChunk(layout, params, len(part))
    found = field_checkpoints.hindsight_of(checkpoint)
    if found is not None and settings.hindsight and found.fits(params.blocks, layout.channels):
        chunk = replace(chunk, hindsight=found)
    wanted = chunk.latents(part)
    network = field_checkpoints.network_of(checkpoint)
    made = coded(chunk, wanted, settings.price, network, params.stated)
    return made.cost(chunk, wanted, settings.price)
