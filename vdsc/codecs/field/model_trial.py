"""Of the checkpoints that fit a sequence, those that a small part of it is cheapest with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vdsc.codecs.field import drawers, field_checkpoints
from vdsc.codecs.field.beneath import Underlay, key_of
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_facts import FieldFacts
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.first_network import bare, first
from vdsc.codecs.field.hindsight import Hindsight
from vdsc.core.threads import one_thread
from vdsc.core.types import Values
from vdsc.io.source import Source
from vdsc.model.store import Checkpoint

FRAMES, SIDE = 32, 64
"""Entries of the part that is tried, from the middle: along the first axis, and each other one."""


CHEAPEST = 3
"""Bits that a latent which is not 0 takes at least, about, and signs included."""


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
    some: list[Checkpoint | None] = [*fitting] or [None]
    if len(some) == 1 and (must or not sketches):
        return Models(some[0], next(iter(sketches), None))
    begin = max(0, (source.shape[0] - FRAMES) // 2)
    part = _middle(source.read(begin, min(begin + FRAMES, source.shape[0])))
    trial = _Trial(part, layout, facts, replace(settings, effort=0))
    with one_thread():
        if must:
            return min((Models(one, sketches[0]) for one in some), key=trial.cost)
        costs = [trial.alone(Models(None, one)) for one in sketches]
        alone = sketches[costs.index(min(costs))] if costs else None
        if alone is not None and min(costs) < min(map(trial.least, some)):
            return Models(some[0], alone)
        plain = min((Models(one, None) for one in some), key=trial.cost)
        if alone is None:
            return plain
        return min(plain, Models(plain.known, alone), key=trial.cost)


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


class _Trial:
    """A part of a sequence, coded in several ways without effort.

    What a way costs is squared error in steps, and the price of all bits.
    """

    def __init__(
        self, part: Values, layout: FieldLayout, facts: FieldFacts, settings: FieldSettings
    ) -> None:
        self._part, self._facts, self._settings = part, facts, settings
        self._layout = replace(layout, shape=part.shape[: len(layout.shape)])
        self._drawn: dict[bytes, Underlay] = {}

    def cost(self, way: Models) -> float:
        """What a way costs."""
        chunk, settings = self._chunk(way), self._settings
        wanted = chunk.latents(self._part)
        network = None if way.known is None else field_checkpoints.network_of(way.known)
        made = first(chunk, wanted, settings, network)
        return made.cost(chunk, wanted, settings.price)

    def alone(self, way: Models) -> float:
        """What it costs to have no more than what lies beneath."""
        chunk = self._chunk(way)
        return bare(chunk).cost(chunk, chunk.latents(self._part), self._settings.price)

    def least(self, known: Checkpoint | None) -> float:
        """About the least that it can cost to have nothing beneath: few bits a latent."""
        chunk, price = self._chunk(Models(known, None)), self._settings.price
        latents = (np.square(one) for one in chunk.latents(self._part))
        return sum(float(np.minimum(one, CHEAPEST * price).sum()) for one in latents)

    def _chunk(self, way: Models) -> FieldChunk:
        params = params_under(way, self._layout, self._facts, self._settings)
        hindsight = hindsight_under(way.known, self._layout, params, self._settings)
        chunk = FieldChunk(self._layout, params, len(self._part), hindsight=hindsight)
        if way.beneath is None:
            return chunk
        if way.beneath.digest not in self._drawn:
            draws = drawers.drawer(way.beneath, self._settings, params.unit)
            self._drawn[way.beneath.digest] = draws.drawn(self._part.reshape(chunk.shape))
        return replace(chunk, base=self._drawn[way.beneath.digest])
