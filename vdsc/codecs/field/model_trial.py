"""Of the checkpoints that fit a sequence, those that a small part of it is cheapest with."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from vdsc.codecs.field import drawers, field_checkpoints
from vdsc.codecs.field.beneath import Underlay, key_of
from vdsc.codecs.field.drawers import Drawer
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_facts import FieldFacts
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import SENT, SOUGHT, FieldParams
from vdsc.codecs.field.field_settings import ALL, MOTIONS, FieldSettings
from vdsc.codecs.field.first_network import CodedChunk, bare, first
from vdsc.codecs.field.moves import move_climber
from vdsc.codecs.field.moves.move_climber import MoveClimber
from vdsc.codecs.field.rungs import climber
from vdsc.codecs.field.rungs.climber import Climbed, Climber
from vdsc.codecs.field.rungs.grid_choice import Exchange
from vdsc.codecs.in_between.frame_between import follows
from vdsc.core.threads import one_thread
from vdsc.core.types import Values
from vdsc.errors import CorruptFile
from vdsc.io.source import Source
from vdsc.model.store import Checkpoint

FRAMES, MANY, SIDE = 32, 112, 64
"""Entries of the part that is tried, from the middle: along the first axis, where frames may be
foretold, and along each other one."""


VIDEO, FEWEST = 3, 4
"""Axes of video, and frames from which on some may be foretold."""

COARSER = 1.4
"""How much coarser the steps are that say what errors are worth."""

FINER = {0: 1.0, SOUGHT: climber.FINER, SENT: move_climber.FINER}
"""How fine the steps of knots are by how others are foretold; those of the quality are 1."""

ENOUGH = 0.75
"""The share of the size without foretold frames below which, without effort, no other way of motion
is tried than that it is sent."""

CHEAPEST = 3
"""Bits that a latent which is not 0 takes at least, about, and signs included."""


@dataclass(frozen=True, eq=False)
class Models:
    """What a sequence is coded with.

    known: whose context network it begins with, or None. beneath: what draws beneath it, or None.
    rungs: how frames between knots are foretold, if they are; see `FieldParams`. exchange: what
    errors are worth, if they are. climbed: all frames coded so, if they are.
    """

    known: Checkpoint | None
    beneath: Checkpoint | None
    rungs: int = 0
    exchange: Exchange = field(default_factory=Exchange)
    climbed: Climbed | None = None

    @property
    def key(self) -> tuple[bytes, bytes, int]:
        """What no two ways share."""
        known, beneath = (b"" if one is None else one.digest for one in (self.known, self.beneath))
        return known, beneath, self.rungs

    def climber(
        self,
        layout: FieldLayout,
        params: FieldParams,
        settings: FieldSettings,
        drawer: Drawer | None,
    ) -> Climber | MoveClimber | None:
        """What encodes frames of which some are foretold; raises ModelMissing."""
        if not self.rungs or self.known is None:
            return None
        if self.rungs == SENT:
            return MoveClimber.of(self.known, layout, params, settings, self.exchange)
        return Climber.of(self.known, layout, params, settings, drawer, self.exchange)


def cheapest(
    fitting: list[Checkpoint],
    climbing: list[Checkpoint],
    sketches: list[Checkpoint],
    source: Source,
    layout: FieldLayout,
    facts: FieldFacts,
    settings: FieldSettings,
) -> Models:
    """What a part of the source is coded best with.

    fitting: whose context networks fit. climbing: those that may foretell frames. sketches:
    what may draw beneath, or must, if it is named.
    """
    must = bool(drawers.named(settings))
    some: list[Checkpoint | None] = [*fitting] or [None]
    if len(some) == 1 and (must or not sketches) and not climbing:
        return Models(some[0], next(iter(sketches), None))
    quick = replace(settings, effort=0)
    trial = _Trial(_middle(source, FRAMES), layout, facts, quick)
    with one_thread():
        if must:
            way = min((Models(one, sketches[0]) for one in some), key=trial.cost)
        else:
            way = trial.plain(some, sketches)
        drawn = way.beneath is not None and not must and not settings.grid
        if not climbing or (drawn and not settings.effort):
            return way
        worth = trial.exchange(way, layout)
        # What rungs save shows only where there are many frames.
        many = FRAMES if facts.apart else MANY
        trial = _Trial(_middle(source, many), layout, facts, quick)
        base = way.beneath if must else None  # knots apart are little like what sketches draw
        ways = [
            Models(one, base if rungs == SOUGHT else None, rungs, worth)
            for one in climbing
            for rungs in _motions(facts, settings, must=must)
        ]
        way = replace(way, exchange=worth)
        sent = [one for one in ways if one.rungs == SENT]
        if sent and not settings.effort and trial.size(sent[0]) < ENOUGH * trial.size(way):
            ways = sent
        way = min(ways if settings.grid else [way, *ways], key=trial.size)
    whole = trial.shape == (*layout.shape, layout.channels) and settings == quick
    return replace(way, climbed=trial.climbed.get(way.key)) if whole else way


def climbs(
    checkpoint: Checkpoint, layout: FieldLayout, facts: FieldFacts, settings: FieldSettings
) -> bool:
    """Whether frames between knots may be foretold with a checkpoint."""
    pixels = layout.colours and len(layout.shape) == VIDEO and not settings.blocks
    pixels = pixels and follows((*layout.shape, layout.channels), np.dtype(np.uint8))
    if not pixels or settings.grid == ALL or layout.shape[0] < FEWEST:
        return False
    if not _motions(facts, settings, must=bool(drawers.named(settings))):
        return False
    return field_checkpoints.rungs_of(checkpoint) is not None


def _motions(facts: FieldFacts, settings: FieldSettings, *, must: bool) -> list[int]:
    """How frames may be foretold; must: from knots on what is drawn beneath."""
    asked = {MOTIONS[settings.motion]} if settings.motion else {*MOTIONS.values()}
    if must:
        asked &= {SOUGHT}
    if facts.apart:  # knots would have nothing in common either, but where motion is followed
        asked &= {SENT}
    return sorted(asked)


def params_under(
    way: Models, layout: FieldLayout, facts: FieldFacts, settings: FieldSettings
) -> FieldParams:
    """What a file that is coded so says of steps, blocks and what lies beneath."""
    usual = settings.blocks
    apart = facts.apart and not way.rungs
    if not usual and way.known is not None:
        usual = layout.spread(field_checkpoints.blocks(way.known), apart=apart)
    blocks = layout.blocks(usual, apart=apart)
    step = (settings.step or facts.step(settings.quality)) * FINER[way.rungs]
    params = replace(facts.params(step, blocks), rungs=way.rungs)
    if way.beneath is None:
        return params
    # What is left of a picture is as often above 0 as below.
    return replace(params, origin=0, base=key_of(way.beneath))


def _middle(source: Source, most: int) -> Values:
    """So many frames from the middle, and of each the middle."""
    begin = max(0, (source.shape[0] - most) // 2)
    frames = source.read(begin, min(begin + most, source.shape[0]))
    spans = [slice(begin := max(0, (n - SIDE) // 2), begin + SIDE) for n in frames.shape[1:]]
    return frames[(slice(None), *spans)]


class _Trial:
    """A part of a sequence, coded in several ways without effort.

    What a way costs is squared error and the price of all bits, in squared steps of the quality.
    """

    def __init__(
        self, part: Values, layout: FieldLayout, facts: FieldFacts, settings: FieldSettings
    ) -> None:
        self._part, self._facts, self._settings = part, facts, settings
        self._layout = replace(layout, shape=part.shape[: len(layout.shape)])
        self._drawn: dict[bytes, Underlay] = {}
        self._plainly: dict[tuple[bytes, bytes, int], tuple[float, CodedChunk]] = {}
        self._sizes: dict[tuple[bytes, bytes, int], float] = {}
        self.shape = part.shape
        self.climbed: dict[tuple[bytes, bytes, int], Climbed] = {}

    def plain(self, some: list[Checkpoint | None], sketches: list[Checkpoint]) -> Models:
        """The cheapest way without rungs."""
        costs = [self.alone(Models(None, one)) for one in sketches]
        alone = sketches[costs.index(min(costs))] if costs else None
        if alone is not None and min(costs) < min(map(self.least, some)):
            return Models(some[0], alone)
        best = min((Models(one, None) for one in some), key=self.cost)
        if alone is None:
            return best
        return min(best, replace(best, beneath=alone), key=self.cost)

    def cost(self, way: Models) -> float:
        """What a way without rungs costs."""
        error, made = self._plain(way)
        return error + self._settings.price * 8 * (len(made.body) + made.referred)

    def size(self, way: Models) -> float:
        """The size at equal error of what a way makes."""
        if way.key not in self._sizes:
            if way.rungs:
                self._sizes[way.key] = self._on_rungs(way)
            else:
                self._sizes[way.key] = way.exchange.size(*self._measured(way))
        return self._sizes[way.key]

    def exchange(self, way: Models, whole: FieldLayout) -> Exchange:
        """What errors are worth, as a way without rungs says that codes in coarser steps, too.

        whole: the sequence, of which this is a part.
        """
        times = math.prod(whole.shape) / math.prod(self._layout.shape)
        settings = self._settings
        step = (settings.step or self._facts.step(settings.quality)) * COARSER
        coarser = _Trial(self._part, self._layout, self._facts, replace(settings, step=step))
        (fine, least), (coarse, most) = self._measured(way), coarser._measured(way)
        return Exchange.between((times * fine, least), (times * coarse, most))

    def _measured(self, way: Models) -> tuple[float, float]:
        """Bytes and squared error of a way without rungs."""
        error, made = self._plain(way)
        unit = params_under(way, self._layout, self._facts, self._settings).unit
        return len(made.body) + made.referred, error * unit**2

    def alone(self, way: Models) -> float:
        """What it costs to have no more than what lies beneath."""
        chunk = self._chunk(way)
        return bare(chunk).cost(chunk, chunk.latents(self._part), self._settings.price)

    def least(self, known: Checkpoint | None) -> float:
        """About the least that it can cost to have nothing beneath: few bits a latent."""
        chunk, price = self._chunk(Models(known, None)), self._settings.price
        latents = (np.square(one) for one in chunk.latents(self._part))
        return sum(float(np.minimum(one, CHEAPEST * price).sum()) for one in latents)

    def _plain(self, way: Models) -> tuple[float, CodedChunk]:
        """The squared error in steps, and the chunk."""
        if way.key not in self._plainly:
            chunk, settings = self._chunk(way), self._settings
            wanted = chunk.latents(self._part)
            network = None if way.known is None else field_checkpoints.network_of(way.known)
            made = first(chunk, wanted, settings, network)
            self._plainly[way.key] = chunk.error(made.latents, wanted), made
        return self._plainly[way.key]

    def _on_rungs(self, way: Models) -> float:
        settings = self._settings
        params = params_under(way, self._layout, self._facts, settings)
        draws = None
        if way.beneath is not None:
            draws = drawers.drawer(way.beneath, settings, params.unit)
        made = way.climber(self._layout, params, settings, draws)
        assert made is not None
        try:
            found = self.climbed[way.key] = made.best(self._part)
        except CorruptFile:  # what a decoder would say of such fine steps
            return math.inf
        # With nothing foretold the steps of knots would only be finer than the quality says.
        return math.inf if found.grid.whole and not settings.grid else found.size(way.exchange)

    def _chunk(self, way: Models) -> FieldChunk:
        params = params_under(way, self._layout, self._facts, self._settings)
        chunk = FieldChunk(self._layout, params, len(self._part))
        if way.beneath is None:
            return chunk
        if way.beneath.digest not in self._drawn:
            draws = drawers.drawer(way.beneath, self._settings, params.unit)
            self._drawn[way.beneath.digest] = draws.drawn(self._part.reshape(chunk.shape))
        return replace(chunk, base=self._drawn[way.beneath.digest])
