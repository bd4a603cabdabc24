"""One frame, pass after pass, on or off the stack; the networks learn from every pass."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import numpy as np

from vdsc.codecs.lossless.video import colour_relations, palette
from vdsc.codecs.lossless.video import pixel_cells as coded
from vdsc.codecs.lossless.video.law import BUMPS, PixelDistribution
from vdsc.codecs.lossless.video.learning_network import ORDER, Network, known_channels
from vdsc.codecs.lossless.video.passes import PASSES, Grid, Levels
from vdsc.codecs.lossless.video.pixel_features import Sight, sight
from vdsc.core.background import Worker
from vdsc.core.types import Floats
from vdsc.entropy.tape import Tape


@dataclass(frozen=True, slots=True)
class Manner:
    """How frames are coded.

    Args:
        part: how many pixels are coded at once.
        every: one in so many of them is learned from.
        rate: how fast the networks learn, Q20.
        related: whether what the channels around have to do with each other is made use of.
    """

    part: int
    every: int
    rate: int
    related: bool


PLAIN = Manner(part=2048, every=2, rate=1 << 10, related=False)
RELATED = Manner(part=256, every=1, rate=1 << 9, related=True)

_in_background = Worker("vdsc-learning")
"""A thread that trains a network on one part while the next part is coded."""


class FrameCoder:
    """Codes frames (H, W, C) given predictions of them.

    Args:
        networks: one for each pass; they change with every frame.
        shape: (H, W, C).
        manner: how; the networks are made for it.
    """

    def __init__(self, networks: list[Network], shape: tuple[int, ...], manner: Manner) -> None:
        self._networks, self._manner = networks, manner
        self._learning: dict[int, Future[None]] = {}
        self._grid = Grid.of(*shape[:2])
        self._order = ORDER[shape[2]]

    def code(
        self,
        tape: Tape,
        colours: palette.Palette,
        planes: list[Levels],
        frame: Levels | None,
    ) -> Levels:
        """The padded frame, flat (., C), from padded predictions and, when encoding, itself."""
        canvas = planes[0].copy()
        for number in range(PASSES):
            where = self._grid.passes[number]
            for start in range(0, len(where), self._manner.part):
                some = where[start : start + self._manner.part]
                seen = sight(canvas, planes, self._grid, number, some)
                truth = None if frame is None else frame[some]
                canvas[some] = self._part(tape, number, colours, seen, truth)
        return canvas

    def settle(self) -> None:
        """Wait until every network has learned from what was coded."""
        while self._learning:
            self._learning.popitem()[1].result()

    def _part(
        self,
        tape: Tape,
        number: int,
        colours: palette.Palette,
        seen: Sight,
        truth: Levels | None,
    ) -> Levels:
        values = np.zeros(seen.base.shape, dtype=np.int16)
        lists = np.zeros(len(values), dtype=np.int64)
        network, laws = self._network(number), list[Callable[[], Floats]]()
        network.look(seen.features)
        for i, channel in enumerate(self._order):
            before = list(self._order[:i])
            expected = None
            if before and self._manner.related:
                expected = colour_relations.expected(seen, values, before, channel)
            known = known_channels(
                values[:, before], seen.base[:, before], seen.copies[:, :, before], expected
            )
            centres = _centres(seen.base[:, channel], expected)
            law = PixelDistribution.of(network.outputs(known), centres)
            choices, copies = colours[i], seen.copies[:, :, channel]
            sought = None if truth is None else choices.places[lists, truth[:, channel]]
            cells = coded.code(tape, law, choices, lists, copies, sought)
            corner = lists * (palette.LEVELS + 1) + cells
            hits = choices.places[lists[:, None], copies] == cells[:, None]
            edges = choices.table.take(corner[:, None] + np.arange(2))
            laws.append(partial(law.slopes, edges, hits))
            values[:, channel] = choices.values[lists, cells]
            lists = choices.follow[lists, cells]
        self._learning[number] = _in_background.submit(
            network.learn, laws, self._manner.rate, self._manner.every
        )
        return values

    def _network(self, number: int) -> Network:
        """The network of a pass, which may still be learning while others code."""
        if number in self._learning:
            self._learning.pop(number).result()
        return self._networks[number]


def _centres(base: Levels, expected: Floats | None) -> Floats:
    """Levels (K, N) that the bumps of a law are around."""
    centres = np.tile(base.astype(np.float64), (BUMPS, 1))
    if expected is None:
        return centres
    return np.concatenate((centres, base + expected * 0.5**colour_relations.PLACES))
