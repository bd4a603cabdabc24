"""Training of the network for rungs, after that of the context network, which codes their knots.

A run has rounds: in each one examples are coded on even grids at random, the first time with the
context network itself, then with the network so far, and then it learns what their latents cost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from vdsc.codecs.field.context_network import WEIGHT, ContextNetwork
from vdsc.codecs.field.field_checkpoints import LAYERS, RUNG
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.first_network import latents_under
from vdsc.codecs.field.latent_code import LatentCode
from vdsc.codecs.field.rate_choice import chosen
from vdsc.codecs.field.rungs.climber import FINER
from vdsc.codecs.field.rungs.frame_grid import DEEPEST, FrameGrid, Rung
from vdsc.codecs.field.rungs.rung_ladder import RungLadder
from vdsc.codecs.field.surroundings import INPUTS
from vdsc.core.threads import one_thread
from vdsc.core.types import Ints, Values
from vdsc.model import field_network
from vdsc.train import state_file
from vdsc.train.field.field_lessons import Lessons, chunk_of, learned_once
from vdsc.train.field.integer_layers import integers

SAVE_EVERY = 250
SHORT, LONG = 33, 64
"""Frames of a part of an example, at least and at most, if it has as many."""

Coded = Iterator[tuple[Values, int, np.random.Generator]]
"""Examples of a round: frames (n, H, W, 3) of uint8, a quality, and what else is random."""


@dataclass(frozen=True, slots=True)
class RungConfig:
    """How the network for rungs is trained.

    rounds: 0 for no such network. steps: of Adam, in each round. examples: how many a round codes,
    0 for each once. samples: latents of a round.
    """

    rounds: int = 0
    steps: int = 1500
    examples: int = 0
    samples: int = 6_000_000


class RungTraining:
    """One run: its state lies in `path`."""

    def __init__(self, config: RungConfig, path: Path, hidden: tuple[int, int], seed: int) -> None:
        self._config, self._path, self._seed = config, path, seed
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._net = field_network.network(INPUTS + 1, hidden)
            self._before = field_network.network(INPUTS + 1, hidden)
        self._parameters = list(self._net.parameters())
        self._begun = False
        self.step = 0

    def begin(self, known: ContextNetwork) -> None:
        """Begin as the context network does, or go on from the state, if there is one."""
        self._adam = torch.optim.Adam(self._parameters, lr=1e-3)
        first, *rest = (layer * 0.5**WEIGHT for layer in known.layers)
        hint = np.zeros_like(first[:1])
        layers = [np.concatenate((first[:-1], hint, first[-1:])), *rest]
        field_network.load(self._net, layers)
        if self._path.exists():
            kept = state_file.restore(self._path, self._both(), self._adam, self._parameters)
            self.step = int(kept["step"])
        self._begun = True

    def train(
        self,
        known: ContextNetwork,
        blocks: tuple[int, ...],
        examples: Callable[[int], Coded],
        rate: Callable[[int], float],
        batch: int,
        until: Callable[[int, float], bool],
    ) -> None:
        """Train on; `examples` gives those of a round, `until` hears of steps and bits a latent."""
        going, lessons, config = True, None, self._config
        while going and self.step < config.rounds * config.steps:
            number, inside = divmod(self.step, config.steps)
            if lessons is None or not inside:
                if not inside:
                    self._before.load_state_dict(self._net.state_dict())
                lessons = self._lessons(known, blocks, examples(number))
            rng = np.random.default_rng((self._seed, self.step, 2))
            bits = learned_once(self._net, self._adam, lessons, batch, rate(self.step), rng)
            self.step += 1
            if self.step % SAVE_EVERY == 0 or not self.step % config.steps:
                counters = {"step": self.step}
                state_file.save(self._path, self._both(), self._adam, self._parameters, counters)
            going = until(self.step, bits)

    def tensors(self) -> dict[str, NDArray[np.int16]]:
        """What a checkpoint has of it, in integers; nothing if it is not trained."""
        if not self._begun:
            return {}
        layers = integers(field_network.layers_of(self._net))
        return dict(zip((RUNG + name for name in LAYERS), layers, strict=True))

    def _lessons(self, known: ContextNetwork, blocks: tuple[int, ...], examples: Coded) -> Lessons:
        first, second, third = integers(field_network.layers_of(self._before))
        layers = tuple(layer.astype(np.float64) for layer in (first, second, third))
        network = ContextNetwork((layers[0], layers[1], layers[2]))
        made = Lessons()
        with one_thread():
            for values, quality, rng in examples:
                _add(made, values, blocks, quality, (known, network), self._config, rng)
        made.close()
        return made

    def _both(self) -> dict[str, torch.nn.Module]:
        return {"rungs": self._net, "before": self._before}


def _add(
    lessons: Lessons,
    values: Values,
    blocks: tuple[int, ...],
    quality: int,
    networks: tuple[ContextNetwork, ContextNetwork],
    config: RungConfig,
    rng: np.random.Generator,
) -> None:
    """Code a part of an example on an even grid, and keep latents of its rungs."""
    count = min(int(rng.integers(SHORT, LONG + 1)), len(values))
    begin = int(rng.integers(len(values) - count + 1))
    frames = values[begin : begin + count]
    whole, price = chunk_of(frames, blocks, quality), FieldSettings().price
    params = replace(whole.params, step=whole.params.step + round(8 * math.log2(FINER)))
    grid = FrameGrid.even(count, int(rng.integers(1, DEEPEST + 1)))
    knots = FieldChunk(whole.layout, params, grid.knots.size)
    wanted = knots.latents(frames[grid.knots])
    latents = latents_under(knots, wanted, price, networks[0], params.stated)
    decoded = np.empty_like(frames)
    decoded[grid.knots] = knots.values(latents, frames.dtype)
    most = config.samples // max(1, config.examples)

    def pick(rung: Rung, chunk: FieldChunk, code: LatentCode) -> list[Ints]:
        found = chosen(code, chunk.latents(frames[rung.frames]), price, chunk.params.shrink)
        share = most * len(rung.frames) // count
        lessons.keep(chunk.pyramid, found, chunk.params.stated, share, rng, code.hints)
        return found

    RungLadder(whole.layout, params, networks[1]).climb(decoded, grid, pick)
