"""A sketch beneath the pyramid: the network of a model, and what it draws of a chunk's numbers.

stream -> price and numbers -> latents of blocks -> lapped cosines -> colours -> a picture, Q8
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

import numpy as np

from vdsc.codecs.field.field_colours import coloured
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.pyramid import Level, Shape
from vdsc.codecs.field.sketch import sketch_law, tiers
from vdsc.codecs.field.sketch.sketch_eyes import SketchEyes
from vdsc.codecs.field.sketch.sketch_network import (
    LATENT,
    PRICES,
    NumberGroup,
    SketchNetwork,
    Step,
    Tier,
)  # fmt: skip
from vdsc.core.types import Floats, Ints
from vdsc.entropy.tape import Tape
from vdsc.errors import ModelMissing
from vdsc.model.store import Arrays, Checkpoint

COLOURS = 3
MIDDLE, BRIGHTEST = 128 << LATENT, 255 << LATENT

Numbers = list[list[Ints]]
"""Of each tier, the finest first, of each group: (places, c)."""


@dataclass(frozen=True, eq=False)
class SketchLayer:
    """The network of a model."""

    checkpoint: Checkpoint
    network: SketchNetwork

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> SketchLayer:
        """What a checkpoint of kind SKETCH holds; raises ModelMissing for a damaged one."""

        def build() -> SketchLayer:
            with checkpoint.building():
                return cls(checkpoint, _network(checkpoint))

        return checkpoint.once("sketch layer", build)

    @property
    def eyes(self) -> SketchEyes:
        """The encoder's networks; raises ModelMissing."""
        count = len(self.network.tiers)
        return self.checkpoint.once(
            "sketch eyes", lambda: SketchEyes(self.checkpoint.process, count)
        )

    @property
    def thawed(self) -> Any:
        """All networks as real numbers with gradients; raises ModelMissing."""
        from vdsc.model.sketch_polish import thawed

        one, blocks = self.checkpoint, self.network.blocks
        with one.building():
            return one.once("thawed sketch", lambda: thawed(one.tensors[0], one.process, blocks))

    def level(self, shape: Shape) -> Level:
        """The blocks of a chunk of a shape (frames, rows, columns)."""
        return Level(0, shape, self.network.blocks, COLOURS)

    def drawn(self, shape: Shape, price: int, numbers: Numbers) -> DrawnSketch:
        """What is drawn of numbers, larger ones than the law has counted as the largest."""
        some = [[np.clip(x, -sketch_law.MOST, sketch_law.MOST) for x in tier] for tier in numbers]
        walk = self.network.walk
        latents = walk(self.level(shape).grid, price, lambda tier, group, *_: some[tier][group])
        return DrawnSketch(self, shape, price, some, latents)

    def read(self, shape: Shape, tape: Tape) -> DrawnSketch:
        """What an encoder has written to a tape."""
        price = tape.uniform(None, PRICES)
        numbers: Numbers = [[] for _ in self.network.tiers]

        def pick(tier: int, group: int, held: Floats, outputs: Floats) -> Ints:
            rows = sketch_law.which(outputs)
            found = sketch_law.code(tape, rows.ravel(), None).reshape(rows.shape)
            numbers[tier].append(found)
            return found

        latents = self.network.walk(self.level(shape).grid, price, pick)
        return DrawnSketch(self, shape, price, numbers, latents)


@dataclass(frozen=True, eq=False)
class DrawnSketch:
    """The sketch of a chunk of a shape.

    Args:
        price: k of the price that its numbers were worth.
        numbers: what is sent.
        latents: (blocks, K) Q8, in levels, what the network makes of them.
    """

    layer: SketchLayer
    shape: Shape
    price: int
    numbers: Numbers
    latents: Floats

    def write(self, tape: Tape) -> None:
        """Put price and numbers on a tape."""
        tape.uniform(self.price, PRICES)
        for rows, found in self._coded:
            sketch_law.code(tape, rows, found)

    def cost(self, wanted: Floats, worth: float) -> float:
        """Squared error against latents (blocks, K), and its bits at so many squared levels."""
        spent = sum(float(sketch_law.costs(rows, found).sum()) for rows, found in self._coded)
        return float(np.square(self.latents * 0.5**LATENT - wanted).sum()) + worth * spent

    @cached_property
    def _coded(self) -> list[tuple[Ints, Ints]]:
        """Rows of laws and numbers of each group, in the order of coding."""
        made = []

        def pick(tier: int, group: int, held: Floats, outputs: Floats) -> Ints:
            found = self.numbers[tier][group]
            made.append((sketch_law.which(outputs).ravel(), found.ravel()))
            return found

        self.layer.network.walk(self.layer.level(self.shape).grid, self.price, pick)
        return made

    @cached_property
    def picture(self) -> Floats:
        """Values (*shape, 3), whole numbers of 2**-8."""
        level = self.layer.level(self.shape)
        found = level.inverse(self.latents, tuple((0, n) for n in self.shape))
        return np.clip(coloured(found) + MIDDLE, 0, BRIGHTEST) * 0.5**LATENT


def fits(layout: FieldLayout) -> bool:
    """Whether it is colour video, or pictures in a row."""
    return layout.colours and len(layout.shape) == tiers.AXES


def _network(checkpoint: Checkpoint) -> SketchNetwork:
    arrays = {name: part.astype(np.float64) for name, part in _whole(checkpoint).items()}
    blocks = tuple(checkpoint.settings["net"]["blocks"])
    found = []
    for number in count():
        if f"{number}.step.0.inner" not in arrays:
            break
        found.append(_tier(arrays, number))
    network = SketchNetwork(blocks, tuple(found), arrays["start"], arrays["out"], arrays["spread"])
    _check(network)
    return network


def _whole(checkpoint: Checkpoint) -> Arrays:
    arrays, _ = checkpoint.tensors
    if any(part.dtype != np.int16 for part in arrays.values()):
        raise ModelMissing(f"{checkpoint.name}: its sketch is damaged; install it again")
    return arrays


def _tier(arrays: Arrays, number: int) -> Tier:
    steps, groups = [], []
    for i in count():
        if f"{number}.step.{i}.inner" not in arrays:
            break
        steps.append(Step(arrays[f"{number}.step.{i}.inner"], arrays[f"{number}.step.{i}.outer"]))
    for i in count():
        if f"{number}.law.{i}" not in arrays:
            break
        groups.append(NumberGroup(arrays[f"{number}.law.{i}"], arrays[f"{number}.back.{i}"]))
    return Tier(arrays.get(f"{number}.down"), tuple(steps), tuple(groups))


def _check(network: SketchNetwork) -> None:
    """Whether layers fit each other; raises ValueError."""
    wide = [tier.steps[0].outer.shape[1] for tier in network.tiers]
    latents = int(np.prod(network.blocks)) * COLOURS
    sound = network.start.shape == (wide[-1],) and network.spread.shape == (latents,)
    sound = (
        sound and network.out.shape == (wide[0] + 1, latents) and bool((network.spread > 0).all())
    )
    for number, (tier, width) in enumerate(zip(network.tiers, wide, strict=True)):
        last = number == len(wide) - 1
        sound = sound and width % tiers.EIGHTHS == 0 and len(tier.steps) >= len(tier.groups)
        sound = sound and (tier.down is None) == last
        if tier.down is not None:
            sound = sound and tier.down.shape == (wide[number + 1] + 1, 8 * width)
        for step in tier.steps:
            inside = step.inner.shape[1]
            sound = sound and step.inner.shape == (width + 3, inside)
            sound = sound and step.outer.shape == (inside + 1, width)
        for group in tier.groups:
            numbers = group.law.shape[1]
            sound = sound and group.law.shape == (width + 1, numbers)
            sound = sound and group.back.shape == (numbers + 1, width)
    if not sound:
        raise ValueError("layers do not fit each other")
