"""From frames to chunks: latents, a network for them, and of each latent what is worth its bits.

frames -pyramid-> real latents -first_network-> a network -chosen-> latents -> body
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

import numpy as np

from vdsc.codecs.base import Coded, Group
from vdsc.codecs.field import drawers, field_checkpoints
from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_facts import TOO_FAR, FieldFacts
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import ID, VALUES
from vdsc.codecs.field.field_settings import ALL, CHOSEN, EVERY, MOTIONS, FieldSettings
from vdsc.codecs.field.first_network import CodedChunk, coded, first
from vdsc.codecs.field.model_trial import Models, cheapest, climbs, params_under
from vdsc.codecs.field.moves.move_climber import MoveClimber
from vdsc.codecs.field.rungs.climber import Climber
from vdsc.codecs.windows import apart as spans_of
from vdsc.container import Header, ModelRef
from vdsc.core.sequence import Outline
from vdsc.core.threads import one_thread
from vdsc.core.types import Floats, Values
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.io.source import Source
from vdsc.model.store import Checkpoint


class FieldEncoder:
    """Encodes one sequence; see `codecs.base.Encoder`."""

    def __init__(self, source: Source, outline: Outline, settings: FieldSettings) -> None:
        self._outline, self._settings, self._layout = outline, settings, FieldLayout.of(outline)
        most = max(1, VALUES // prod(outline.shape[1:]))
        self._spans = list(spans_of(outline.frames, most))
        self._facts = facts = FieldFacts.of(source, self._spans)
        layout = self._layout
        waves = len(layout.waves(apart=facts.apart))
        if settings.blocks:
            waves = sum(n > 1 for n in layout.blocks(settings.blocks))
        self._fitting, climbing = self._checkpoints(waves)
        sketches = drawers.fitting(layout, settings, apart=facts.apart)
        self._network: ContextNetwork | None = None
        self._done = self._knots = 0
        self._climber: Climber | MoveClimber | None = None
        several = {one.digest for one in (*self._fitting, *climbing)}
        self._several = len(several) > 1 or bool(sketches)
        self._under(cheapest(self._fitting, climbing, sketches, source, layout, facts, settings))

    def _checkpoints(self, waves: int) -> tuple[list[Checkpoint], list[Checkpoint]]:
        """Those that fit blocks along so many axes, and those that may foretell frames."""
        settings, layout, facts = self._settings, self._layout, self._facts
        if settings.own:
            return [], []
        name = "" if settings.model == drawers.named(settings) else settings.model
        find, dtype = field_checkpoints.fitting, self._outline.dtype
        # Frames that have little in common may still follow what moves.
        along = find(dtype, len(layout.waves(apart=False)), "")
        climbing = [
            one for one in along if name in {"", one.name} and climbs(one, layout, facts, settings)
        ]
        if facts.apart and name and climbing:
            return [], climbing
        return find(dtype, waves, name), climbing

    def _under(self, models: Models) -> None:
        """Code under some models: the sizes of blocks, the step, what lies beneath."""
        layout, settings = self._layout, self._settings
        self._models, self._checkpoint = models, models.known
        self._params = params_under(models, layout, self._facts, settings)
        self._drawer = None
        if models.beneath is not None:
            self._drawer = drawers.drawer(models.beneath, settings, self._params.unit)
        self._climber = models.climber(layout, self._params, settings, self._drawer)
        if self._climber is not None:
            self._network = self._climber.network

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """First and one-past-last frame of each chunk."""
        return self._spans

    @property
    def groups(self) -> tuple[Group, ...]:
        """Pixels, or all values together: nothing is known of their units."""
        pixels = self._outline.dtype == np.uint8
        return (Group("pixels", "dB", pixels=True) if pixels else Group("values", ""),)

    def encode(self, frames: Values) -> Coded:
        """Encode the next chunk's frames (n, ...); raises InvalidInput."""
        begin = self._spans[self._done][0]
        if self._climber is not None:
            try:
                climbed = self._models.climbed
                if climbed is None or len(self._spans) > 1:
                    with one_thread():
                        climbed = self._climber.best(frames)
            except CorruptFile:  # what a decoder would say of it
                raise InvalidInput(TOO_FAR) from None
            self._done += 1
            self._knots += climbed.grid.knots.size
            return Coded(climbed.body, climbed.decoded, begin, climbed.grid.knots.size)
        chunk = FieldChunk(self._layout, self._params, len(frames))
        try:
            with one_thread():
                if self._drawer is not None:
                    chunk = replace(chunk, base=self._drawer.drawn(frames.reshape(chunk.shape)))
                made = self._coded(chunk, chunk.latents(frames))
                decoded = chunk.values(made.latents, self._outline.dtype)
        except CorruptFile:  # what a decoder would say of it
            raise InvalidInput(TOO_FAR) from None
        self._done += 1
        return Coded(made.body, decoded.reshape(frames.shape), begin)

    def _coded(self, chunk: FieldChunk, wanted: list[Floats]) -> CodedChunk:
        """The next chunk; the first one finds the network that all have."""
        if self._network is not None:
            stated = self._params.stated
            return coded(chunk, wanted, self._settings.price, self._network, stated)
        one = self._checkpoint
        known = None if one is None else field_checkpoints.network_of(one)
        made = first(chunk, wanted, self._settings, known)
        self._take(made.network)
        return made

    def _take(self, network: ContextNetwork | None) -> None:
        """All chunks have this network; after None, one that needs more brings its own."""
        self._network = network
        if network is None or network.own:
            self._climber, self._checkpoint = None, None
            self._params = replace(self._params, stated=0, rungs=0)
        elif self._climber is not None:
            self._climber = self._climber.under(network)

    def header(self) -> Header:
        """What the file says of itself."""
        one = self._checkpoint
        model = None if one is None else ModelRef(one.name, one.digest)
        return Header(ID, model, self._outline, self._params.to_header(), len(self._spans))

    def fixed(self) -> FieldSettings:
        """The settings, with the step and, of several that fit, the checkpoint that are taken."""
        settings, models = self._settings, self._models
        step = settings.step or self._facts.step(settings.quality)
        grid = settings.grid if settings.grid in EVERY else (CHOSEN if models.rungs else ALL)
        motion = next((name for name, way in MOTIONS.items() if way == models.rungs), "")
        fixed = replace(settings, step=step, grid=grid, motion=motion)
        if not self._several:
            return fixed
        if models.known is not None:
            fixed = replace(fixed, model=models.known.name)
        beneath = "" if models.beneath is None else models.beneath.name
        return replace(fixed, base=beneath, sketch=bool(beneath))

    def words(self) -> str:
        """The codec, its models, its blocks and its knots, if not all frames are."""
        model = "" if self._checkpoint is None else f" {self._checkpoint.name}"
        beneath = self._models.beneath
        model += "" if beneath is None else f" on {beneath.name}"
        knots = f", {self._knots} knots" if self._params.rungs else ""
        return f"{ID}{model}, blocks of {' x '.join(map(str, self._params.blocks))}{knots}"

    def learned(self) -> ContextNetwork | None:
        """The network."""
        return self._network

    def begin_with(self, learned: ContextNetwork | None, *, fresh: bool = False) -> None:
        """Begin with the network of another sequence, under the checkpoint that it is of."""
        if learned is None or fresh:
            return
        self._models = replace(self._models, climbed=None)  # which began with none
        if not learned.own and (
            self._checkpoint is None or self._checkpoint.digest != learned.model
        ):
            known = next((one for one in self._fitting if one.digest == learned.model), None)
            if known is None:
                return
            rungs = self._models.rungs if field_checkpoints.rungs_of(known) is not None else 0
            self._under(replace(self._models, known=known, rungs=rungs))
        if learned.own and self._models.rungs:
            self._under(replace(self._models, rungs=0))
        self._take(learned)
