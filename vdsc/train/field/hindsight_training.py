"""Training of hindsight, after that of the context network, whose coded examples it learns from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from vdsc.codecs.field.field_checkpoints import LOOKS, MOVED, SEEN
from vdsc.model.hindsight_network import HindsightNetwork
from vdsc.train import state_file
from vdsc.train.field.hindsight_lessons import Example, HindsightLessons, HindsightPlaces
from vdsc.train.field.integer_layers import integers

SAVE_EVERY = 100
RATE, WARM, LEAST = 2e-3, 100, 0.01
FEW = 40
"""Examples by which places are chosen, at most."""


@dataclass(frozen=True, slots=True)
class HindsightConfig:
    """How hindsight is trained.

    wide: numbers that a block has; 0 for no hindsight. seen, moved: latents of a block that go in,
    and to which something is added. steps: of Adam. batch: examples of a step. examples: how many
    are coded, 0 for each once. qualities: least and highest, () for those of the context network.
    """

    wide: int = 0
    seen: int = 256
    moved: int = 512
    steps: int = 3000
    batch: int = 2
    examples: int = 0
    qualities: tuple[int, ...] = ()


class HindsightTraining:
    """One run: its state lies in `path`."""

    def __init__(self, config: HindsightConfig, path: Path, axes: int, seed: int) -> None:
        self._config, self._path, self._axes, self._seed = config, path, axes, seed
        self._looks: HindsightLessons | None = None
        self._places: HindsightPlaces | None = None
        self._net: HindsightNetwork | None = None
        self.step = 0

    def begin(self, examples: Iterator[Example]) -> None:
        """Take the examples; go on from the state, if there is one."""
        held: list[Example] = []
        for one in examples:
            held.append(one)
            if self._looks is None and len(held) == FEW:
                self._take(held)
            elif self._looks is not None:
                self._looks.add(held.pop())
        if self._looks is None:
            self._take(held)

    def train(self, until: Callable[[int, float], bool]) -> None:
        """Train on; `until` hears of each step and of the share of the error that is left."""
        assert self._looks is not None
        assert self._net is not None
        net, config = self._net, self._config
        parameters = list(net.parameters())
        adam = torch.optim.Adam(parameters, lr=RATE)
        if self._path.exists():
            kept = state_file.restore(self._path, {"hindsight": net}, adam, parameters)
            self.step = int(kept["step"])
        going = True
        while going and self.step < config.steps:
            rng = np.random.default_rng((self._seed, self.step, 1))
            for group in adam.param_groups:
                group["lr"] = RATE * self._share()
            left, whole = torch.zeros(()), 0.0
            for number in rng.integers(0, len(self._looks), config.batch):
                inputs, wanted = self._looks.look(int(number))
                left = left + torch.square(net(inputs) - wanted).sum()
                whole += float(torch.square(wanted).sum())
            loss = left / whole
            adam.zero_grad(set_to_none=True)
            loss.backward()
            adam.step()
            self.step += 1
            if self.step % SAVE_EVERY == 0 or self.step == config.steps:
                state_file.save(
                    self._path, {"hindsight": net}, adam, parameters, {"step": self.step}
                )
            going = until(self.step, float(loss.detach()))

    def tensors(self) -> dict[str, NDArray[np.int16]]:
        """What a checkpoint has of it, in integers; nothing if it is not trained."""
        if self._net is None or self._places is None:
            return {}
        places = self._places.seen, self._places.moved
        made = dict(zip((SEEN, MOVED), (part.astype(np.int16) for part in places), strict=True))
        layers = integers([layer.numpy() for layer in self._net.layers()])
        return made | dict(zip(LOOKS, layers, strict=True))

    def _take(self, held: list[Example]) -> None:
        config = self._config
        self._places = HindsightPlaces.of(held, config.seen, config.moved)
        self._looks = HindsightLessons(self._places)
        inputs = len(self._places.seen) + held[0].first.shape[1] + 1
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._seed)
            self._net = HindsightNetwork(inputs, config.wide, len(self._places.moved), self._axes)
        while held:
            self._looks.add(held.pop())

    def _share(self) -> float:
        """What share of the rate this step has: it rises, stays, and falls to nearly 0."""
        done = self.step / self._config.steps
        falling = (1 + math.cos(math.pi * max(0.0, 2 * done - 1))) / 2
        return min(1.0, (self.step + 1) / WARM) * max(falling, LEAST)
