"""Of the checkpoints that fit a sequence, those that a small part of it is cheapest with."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vdsc.codecs.field import drawers, field_checkpoints
from vdsc.codecs.field.beneath import key_of
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_facts import FieldFacts
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.first_network import first
from vdsc.codecs.field.hindsight import Hindsight
from vdsc.core.threads import one_thread
from vdsc.core.types import Values
from vdsc.io.source import Source
from vdsc.model.store import Checkpoint

FRAMES, SIDE = 32, 64
"""Entries of the part that is tried, from the middle: along the first axis, and each other one."""


@dataclass(frozen=True, eq=False)
class Models:
    """What a sequence is coded with.

    known: whose context network it begins with, or None. beneath: what draws beneath it, or None.
    """

    known: Checkpoint | None
    beneath: Checkpoint | None


def cheapest(
    fitting: list[Checkpoint],
    sketches: list[Checkpoint],
    source: Source,
    layout: FieldLayout,
    facts: FieldFacts,
    settings: FieldSettings,
) -> Models:
    """What a part of the source is coded best with.

    fitting: whose context networks fit. sketches: what may draw beneath, or must, if it is named.
    """
    must = bool(drawers.named(settings))
    known, beneath = next(iter(fitting), None), next(iter(sketches), None)
    if len(fitting) < 2 and (must or not sketches):
        return Models(known, beneath)
    begin = max(0, (source.shape[0] - FRAMES) // 2)
    part = _middle(source.read(begin, min(begin + FRAMES, source.shape[0])))
    least = math.inf
    some: list[Checkpoint | None] = [*fitting] or [None]
    ways = [Models(one, beneath if must else None) for one in some]
    with one_thread():
        for way in ways:
            if (cost := _cost(way, part, layout, facts, settings)) < least:
                known, least = way.known, cost
        found = ways[0] if known is None else Models(known, ways[0].beneath)
        for one in [] if must else sketches:
            way = Models(known, one)
            if (cost := _cost(way, part, layout, facts, settings)) < least:
                found, least = way, cost
    return found


def params_under(
    way: Models, layout: FieldLayout, facts: FieldFacts, settings: FieldSettings
) -> FieldParams:
    """What a file that is coded so says of steps, blocks and what lies beneath."""
    usual = settings.blocks
    if not usual and way.known is not None:
        usual = layout.spread(field_checkpoints.blocks(way.known), apart=facts.apart)
    blocks = layout.blocks(usual, apart=facts.apart)
    params = facts.params(settings.step or facts.step(settings.quality), blocks)
    if way.beneath is None:
        return params
    # What is left of a picture is as often above 0 as below.
    return replace(params, origin=0, base=key_of(way.beneath))


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
    way: Models, part: Values, layout: FieldLayout, facts: FieldFacts, settings: FieldSettings
) -> float:
    """Squared error in steps, and the price of all bits; without any model far too much."""
    if way.known is None and way.beneath is None:
        return math.inf
    layout = replace(layout, shape=part.shape[: len(layout.shape)])
    params = params_under(way, layout, facts, settings)
    hindsight = hindsight_under(way.known, layout, params, settings)
    chunk = FieldChunk(layout, params, len(part), hindsight=hindsight)
    if way.beneath is not None:
        draws = drawers.drawer(way.beneath, settings, params.unit)
        chunk = replace(chunk, base=draws.drawn(part.reshape(chunk.shape)))
    wanted = chunk.latents(part)
    network = None if way.known is None else field_checkpoints.network_of(way.known)
    made = first(chunk, wanted, replace(settings, effort=0), network)
    return made.cost(chunk, wanted, settings.price)
