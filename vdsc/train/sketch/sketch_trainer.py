"""Training of what sketches colour video, behind the front door.

All networks learn together: squared error of the latents, and the price of the bits of numbers that
are blurred by even noise where they are counted and whole where they are drawn from.
"""

from __future__ import annotations

import math
import os
import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.utils.data import DataLoader

from vdsc.codecs.field.sketch.sketch_network import FINENESS
from vdsc.errors import InvalidInput
from vdsc.model.sketch_nets import LARGEST, SketchNets, SketchSizes
from vdsc.model.store import SKETCH
from vdsc.train import state_file
from vdsc.train.checkpoint_folder import write_folder
from vdsc.train.sketch import sketch_looks
from vdsc.train.sketch.frozen_sketch import drawing, seeing
from vdsc.train.sketch.lapped_blocks import LappedBlocks
from vdsc.train.sketch.sketch_clips import SketchBatches, SketchClips
from vdsc.train.sketch.sketch_config import SketchConfig
from vdsc.train.step_report import ReportStep, TrainStep

SAVE_EVERY, WARM, LEAST, STEADY = 200, 200, 0.02, 0.3
"""Steps between two states; steps in which the rate rises; the least share of it at the end; and
after what share of the steps it falls."""

USUAL, FIRST = 40, 2.0
"""Clips by which the usual sizes of latents are found, and what is added to them, in levels."""

KEPT, SLOW, PULL = 6, 0.999, 3.0
"""Kept clips that are looked at; how slowly the networks that are written follow; and the largest
gradient."""

MANY, FEW = 64, 2
"""Clips of a step on a GPU and elsewhere."""

HELPERS = 4
"""Processes that make batches for a GPU."""

MIDDLE = 15.0
"""The log of the price at which losses have weight 1."""


class SketchTrainer:
    """One run: its state, its curve and its sheet in `folder`; see `Trainer`."""

    def __init__(self, config: SketchConfig, folder: Path, clips: SketchClips) -> None:
        torch.manual_seed(config.seed)
        gpu = torch.cuda.is_available()
        self._device = torch.device("cuda" if gpu else "cpu")
        config = replace(config, batch=config.batch or (MANY if gpu else FEW))
        self._config, self._folder, self._clips = config, folder, clips
        self._state = folder / "state.safetensors"
        self.nets = SketchNets(config.sizes).to(self._device)
        self._parameters = list(self.nets.parameters())
        self._adam = torch.optim.Adam(self._parameters, lr=config.rate, betas=(0.9, 0.98))
        self._blocks: dict[tuple[int, ...], LappedBlocks] = {}
        self.step, self._minutes = 0, 0.0
        self.written = deepcopy(self.nets)
        if self._state.exists():
            kept = state_file.restore(self._state, self._both(), self._adam, self._parameters)
            self.step, self._minutes = int(kept["step"]), float(kept["minutes"])
        elif config.start:
            self._begin_with(Path(os.path.expandvars(config.start)))
        else:
            self._begin()

    @classmethod
    def open(cls, values: dict[str, Any], folder: Path) -> SketchTrainer:
        """Open a run with the settings of a config file; raises InvalidInput without data."""
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        sizes: dict[str, Any] = values.pop("sizes", {})
        sizes = {k: _tuples(v) for k, v in sizes.items()}
        config = SketchConfig(**values, sizes=SketchSizes(**sizes))
        places = [Path(os.path.expandvars(place)) for place in config.data]
        return cls(config, folder, SketchClips(places, config.shares, config.kept))

    def train(self, report: ReportStep, *, minutes: float | None) -> None:
        """Train on, with a look at kept clips now and then."""
        config, begun, first = self._config, time.monotonic(), self.step
        deadline = math.inf if minutes is None else begun + 60 * minutes
        before = self._minutes
        self._folder.mkdir(parents=True, exist_ok=True)
        kept = self._clips.kept(KEPT)
        for pixels in self._batches():
            if time.monotonic() >= deadline:
                break
            terms = self._one(pixels)
            self.step += 1
            self._minutes = before + (time.monotonic() - begun) / 60
            if self.step % SAVE_EVERY == 0:
                self._save()
            if kept and (self.step % config.every == 0 or self.step == config.steps):
                looks = sketch_looks.look(self.written, kept, config.prices)
                passed = self._minutes
                sketch_looks.write(self._folder, looks, kept, minutes=passed, step=self.step)
            each = (time.monotonic() - begun) / (self.step - first)
            left = each * (config.steps - self.step)
            report(TrainStep(self.step, config.steps, "sketch", terms, left))
        self._save()

    def write(self, out: Path) -> None:
        """Write the networks so far as a checkpoint."""
        config = self._config
        net = {"blocks": list(config.sizes.blocks), "prices": list(config.prices)}
        card = {"domain": config.domain, **config.card}
        settings = {"name": config.name, "kind": SKETCH, "net": net, "card": card}
        nets = self.written.cpu()
        write_folder(out, settings, drawing(nets, nets.usual), {}, seeing(nets))
        self.written.to(self._device)

    def compared(self, out: Path) -> str:
        """Bytes and errors of clips that were kept from training."""
        kept = self._clips.kept(KEPT)
        if not kept:
            return ""
        looks = sketch_looks.look(self.written, kept, self._config.prices)
        said = [f"{one.bytes:.0f} bytes at {one.decibels(kept):.2f} dB" for one in looks]
        return f"clips kept from training: {', '.join(said)}"

    def _batches(self) -> DataLoader[Tensor]:
        """What the steps that are left are trained on; other processes make it ahead for a GPU."""
        steps, gpu = range(self.step, self._config.steps), self._device.type == "cuda"
        made = SketchBatches(self._clips, self._config)
        helpers = min(HELPERS, os.cpu_count() or 1) if gpu else 0
        return DataLoader(made, None, sampler=steps, num_workers=helpers, pin_memory=gpu)

    def _one(self, pixels: Tensor) -> dict[str, float]:
        """One step; its loss terms."""
        config = self._config
        rng = np.random.default_rng((config.seed, self.step, 2))
        torch.manual_seed(config.seed * 1_000_003 + self.step)
        pixels = pixels.to(self._device, non_blocking=True)
        blocks = self._blocks_of(tuple(pixels.shape[1:4]))
        latents = blocks.forward(pixels)
        low, high = config.prices
        prices = torch.from_numpy(rng.uniform(low, high, len(pixels)) / FINENESS).float()
        prices = prices.to(self._device)
        for group in self._adam.param_groups:
            group["lr"] = config.rate * self._share()
        with torch.autocast(self._device.type, torch.bfloat16, enabled=config.bf16):
            made = self.nets(latents / self.nets.usual, prices, whole=False)
        off = made.latents.float() * self.nets.usual - latents
        error, spent = torch.square(off).sum(dim=(1, 2, 3, 4)), made.bits.float()
        # Dear and cheap bits should pull alike: losses grow as the root of what a bit is worth.
        cost = (error / torch.exp2(prices) + spent) * torch.exp2((prices - MIDDLE) / 2)
        loss = cost.mean() * (200 / pixels[0].numel() * 3)
        self._adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, PULL)
        self._adam.step()
        self._follow()
        return {"loss": float(loss.detach()), "bytes": float(spent.detach().mean()) / 8}

    @torch.no_grad()
    def _follow(self) -> None:
        """Keep weights small enough, and let the networks that are written follow."""
        share = 1 - min(SLOW, (self.step + 2) / (self.step + 21))
        for mean, now in zip(self.written.parameters(), self._parameters, strict=True):
            now.clamp_(-LARGEST, LARGEST)
            mean.lerp_(now, share)

    def _blocks_of(self, shape: tuple[int, ...]) -> LappedBlocks:
        if shape not in self._blocks:
            self._blocks[shape] = LappedBlocks(shape, self._config.sizes.blocks)
        return self._blocks[shape]

    def _share(self) -> float:
        """What share of the rate this step has: it rises, stays, and falls to nearly 0."""
        done = max(0.0, self.step / self._config.steps - STEADY) / (1 - STEADY)
        falling = LEAST + (1 - LEAST) * (1 + math.cos(math.pi * min(1.0, done))) / 2
        return min(1.0, (self.step + 1) / WARM) * falling

    def _begin(self) -> None:
        """Find the usual sizes of latents."""
        total = torch.zeros(self._config.sizes.latents, dtype=torch.float64)
        for i in range(USUAL):
            rng = np.random.default_rng((self._config.seed, i, 1))
            pixels = torch.from_numpy(self._clips.part(rng, self._config.frames, 0.0))[None]
            latents = self._blocks_of(tuple(pixels.shape[1:4])).forward(pixels)
            total += torch.square(latents).mean(dim=(0, 1, 2, 3)).double()
        usual = (torch.sqrt(total / USUAL) + FIRST).float()
        for nets in (self.nets, self.written):
            nets.usual.copy_(usual)

    def _begin_with(self, path: Path) -> None:
        """Begin with the networks of another run; raises InvalidInput where they are others."""
        if not path.exists():
            raise InvalidInput(f"no state at {path}; leave start out, or train that run first")
        found = load_file(path)
        part = {k.removeprefix("written."): v for k, v in found.items() if k.startswith("written.")}
        try:
            for nets in (self.nets, self.written):
                nets.load_state_dict(part)
        except RuntimeError:
            raise InvalidInput(f"{path} holds networks of other sizes; leave start out") from None

    def _both(self) -> dict[str, torch.nn.Module]:
        return {"nets": self.nets, "written": self.written}

    def _save(self) -> None:
        counters = {"step": self.step, "minutes": self._minutes}
        state_file.save(self._state, self._both(), self._adam, self._parameters, counters)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
