"""Train a small Clockwork VAE (Saxena, Ba, Hafner 2021) on motion: the baseline of the paper.

    VDSC_DATA=... python -m benchmarks.clockwork_training OUT.npz [minutes]

The same command goes on from OUT.state.

frames --embed--> e1, e2, e3        one embedding a tick of 4, 16 and 64 frames
level 3 -> level 2 -> level 1        each: h = GRU(h, [z, level above]);  p(z | h);  q(z | h, e)
level 1 --draw--> four frames

Training data, sequences held out and what is taken off a window are those of
examples/train/cmu.toml. The weights become arrays that `vdsc.bench.peers.clockwork` runs in NumPy.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.motion_study import BURSTY
from vdsc.bench.clips import motion, root
from vdsc.bench.peers.clockwork_frames import CLOCKS, UNIT, flat, level
from vdsc.train.motion_data import mirrored

LATENTS = (64, 24, 12)
WIDTH, CHANNELS = 128, 96
WINDOW, SPANS = 128, (128, 600)
BATCH, RATE, STEPS = 24, 8e-4, 40_000
COARSE = (0.12, 4.0)
OBS_SCALE = 0.3
MOST = 4.0
"""The log of the prior's scale lies within this."""


def mlp(*sizes: int) -> nn.Sequential:
    """Two linear layers with a SiLU between."""
    return nn.Sequential(nn.Linear(sizes[0], sizes[1]), nn.SiLU(), nn.Linear(sizes[1], sizes[2]))


class Level(nn.Module):
    """One clock: its state h, its prior p(z | h, last z) and its posterior q(z | h, e)."""

    def __init__(self, latent: int, above: int, seen: int) -> None:
        super().__init__()
        self.latent = latent
        self.cell = nn.GRUCell(latent + above + 1, WIDTH)
        self.prior = mlp(WIDTH + 1, WIDTH, 2 * latent)
        self.keep = nn.Parameter(torch.full((latent,), 0.9))
        self.posterior = mlp(2 * WIDTH + 1, WIDTH, 2 * latent)
        self.read = nn.Linear(seen, latent)
        self.narrow = nn.Parameter(torch.zeros(latent))
        for last in (self.prior[-1], self.posterior[-1]):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(
        self, seen: Tensor, raw: Tensor, above: Tensor, coarse: Tensor
    ) -> tuple[Tensor, Tensor]:
        """States and latents (B, N, ...) at the ticks of embeddings (B, N, WIDTH), nats (B, D).

        raw (B, N, ...): what is read by a straight line beside the embedding.
        """
        batch, ticks, _ = seen.shape
        h, z = seen.new_zeros(batch, WIDTH), seen.new_zeros(batch, self.latent)
        read, out, nats = self.read(raw), [], seen.new_zeros(batch, self.latent)
        for tick in range(ticks):
            h = self.cell(torch.cat([z, above[:, tick], coarse], 1), h)
            mean, wide = self.prior(torch.cat([h, coarse], 1)).chunk(2, 1)
            mean, wide = mean + self.keep * z, MOST * torch.tanh(wide / MOST)
            goal, narrow = self.posterior(torch.cat([h, seen[:, tick], coarse], 1)).chunk(2, 1)
            goal, narrow = goal + read[:, tick], (narrow + self.narrow + coarse).clamp(-8, 2)
            gap = (2 * (narrow - wide)).exp() + ((goal - mean) * (-wide).exp()).square()
            nats = nats + wide - narrow + 0.5 * (gap - 1)
            z = goal + narrow.exp() * torch.randn_like(goal)
            out.append(torch.cat([h, z], 1))
        return torch.stack(out, 1), nats


class Clockwork(nn.Module):
    """All levels, the embeddings that they see and the network that draws frames."""

    def __init__(self) -> None:
        super().__init__()
        first = CLOCKS[0] * CHANNELS
        widths = [first, *(4 * WIDTH for _ in CLOCKS[1:])]
        self.embed = nn.ModuleList([mlp(width, 256, WIDTH) for width in widths])
        tops = [WIDTH + latent for latent in LATENTS[1:]] + [0]
        rows = zip(LATENTS, tops, widths, strict=True)
        self.levels = nn.ModuleList([Level(*row) for row in rows])
        self.line = nn.Linear(WIDTH + LATENTS[0], first)
        self.bend = mlp(WIDTH + LATENTS[0] + 1, 256, first)

    def forward(self, x: Tensor, coarse: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Frames (B, T, 96) as drawn, and nats (B, D) of each level; coarse (B, 1) is a log."""
        seen, raw = [], [x.reshape(len(x), -1, CLOCKS[0] * CHANNELS)]
        for embed in self.embed:
            seen.append(embed(raw[-1]))
            if len(seen) < len(CLOCKS):
                raw.append(seen[-1].reshape(len(x), -1, 4 * WIDTH))
        above, nats = x.new_zeros(len(x), seen[-1].shape[1], 0), []
        for level_, clock, plain in zip(
            reversed(self.levels), reversed(seen), reversed(raw), strict=True
        ):
            state, spent = level_(clock, plain, above, coarse)
            nats.insert(0, spent)
            above = state.repeat_interleave(4, 1)
        dial = coarse[:, None].expand(-1, state.shape[1], -1)
        drawn = self.line(state) + self.bend(torch.cat([state, dial], 2))
        return drawn.reshape(x.shape), nats


class Windows:
    """Random windows of the training motion and of its mirror, in units of ten degrees."""

    def __init__(self) -> None:
        clips = [clip.values for clip in motion("train") if clip.name not in BURSTY]
        names = json.loads((root() / "mocap/cmu_mb/channels.json").read_text())
        both = [*clips, *(mirrored(values, names) for values in clips)]
        self.seen = [flat(values) for values in both if len(values) >= WINDOW]
        self.chances = np.array([len(track) for track in self.seen], float)
        self.chances /= self.chances.sum()

    def one(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """A window (WINDOW, 96) of a longer span less its line, half the time that span's first."""
        track = self.seen[rng.choice(len(self.seen), p=self.chances)]
        span = min(len(track), int(rng.integers(SPANS[0], SPANS[1] + 1)))
        begin = int(rng.integers(0, len(track) - span + 1))
        part = level(track[begin : begin + span])[0]
        at = int(rng.integers(0, span - WINDOW + 1)) if rng.random() < 0.5 else 0
        return (part[at : at + WINDOW] / UNIT).astype(np.float32)

    def batch(self, rng: np.random.Generator) -> Tensor:
        """(BATCH, WINDOW, 96); each window gets a small constant offset, as those of cmu do."""
        x = np.stack([self.one(rng) for _ in range(BATCH)])
        moving = x.std(1, keepdims=True) > 1e-4
        return torch.from_numpy(
            x + moving * rng.normal(0, 0.2, (BATCH, 1, CHANNELS)).astype(np.float32)
        )

    def basis(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean (384,) and scaled principal axes (384, D) of what level 1 sees in a tick."""
        rng = np.random.default_rng(1)
        ticks = np.concatenate([self.one(rng) for _ in range(400)]).astype(np.float64)
        ticks = ticks.reshape(-1, CLOCKS[0] * CHANNELS)
        variance, axes = np.linalg.eigh(np.cov(ticks.T))
        best = np.argsort(variance)[::-1][: LATENTS[0]]
        return ticks.mean(0), axes[:, best] * np.sqrt(np.maximum(variance[best], 1e-4))


def start(net: Clockwork, data: Windows) -> None:
    """Level 1 begins as whitened principal components of four frames; cmu begins with one."""
    mean, axes = data.basis()
    scale = np.linalg.norm(axes, axis=0)
    back = (axes / scale**2).T
    first = net.levels[0]
    with torch.no_grad():
        for weight in (net.line.weight, net.bend[-1].weight, net.bend[-1].bias):
            weight.zero_()
        net.line.weight[:, WIDTH:] = torch.from_numpy(axes)
        net.line.bias.copy_(torch.from_numpy(mean))
        first.read.weight.copy_(torch.from_numpy(back))
        first.read.bias.copy_(torch.from_numpy(-back @ mean))
        first.narrow.copy_(torch.from_numpy(np.log(OBS_SCALE * 2 / scale)).clamp(-5, 0))


def loss_of(net: Clockwork, x: Tensor, coarse: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Negative evidence lower bound in nats a value, and what it is made of."""
    drawn, nats = net(x, coarse.log())
    error = (drawn - x).abs().mean((1, 2)) / (OBS_SCALE * coarse[:, 0])
    rate = sum(part.sum(1) for part in nats) / x[0].numel()
    terms = {"deg": float((drawn - x).detach().abs().mean()) * UNIT}
    terms |= {
        f"bits{i}": float(n.detach().sum(1).mean()) / math.log(2) for i, n in enumerate(nats, 1)
    }
    return (error + rate).mean(), terms


def main(words: Sequence[str]) -> None:
    """Train until the steps or the minutes are spent, saving on the way."""
    out, minutes = Path(words[0]), float(words[1]) if len(words) > 1 else math.inf
    torch.set_num_threads(1)
    torch.manual_seed(0)
    data, net = Windows(), Clockwork()
    start(net, data)
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    state, step, spent = out.with_suffix(".state"), 0, 0.0
    if state.exists():
        kept = torch.load(state, weights_only=True)
        net.load_state_dict(kept["net"])
        optimiser.load_state_dict(kept["optimiser"])
        step, spent = kept["step"], kept["spent"]
    began = time.process_time() - spent
    while step < STEPS and (spent := time.process_time() - began) < 60 * minutes:
        rng = np.random.default_rng([0, step])
        torch.manual_seed(step)
        low, high = COARSE
        coarse = torch.from_numpy(low * (high / low) ** rng.random((BATCH, 1))).float()
        done = max(step / STEPS, spent / (60 * minutes))
        for group in optimiser.param_groups:
            group["lr"] = (
                RATE * min(1, (step + 1) / 200) * (0.525 + 0.475 * math.cos(math.pi * done))
            )
        optimiser.zero_grad(set_to_none=True)
        loss, terms = loss_of(net, data.batch(rng), coarse)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % 100 == 0:
            print(step, f"{spent:.0f} s", f"{loss.item():.4f}", terms, flush=True)
        if step % 500 == 0:
            _keep(state, net, optimiser, step, spent)
    _keep(state, net, optimiser, step, spent)
    arrays = {name: value.numpy() for name, value in net.state_dict().items()}
    np.savez(out, steps=step, seconds=spent, **arrays)


def _keep(
    state: Path, net: Clockwork, optimiser: torch.optim.Optimizer, step: int, spent: float
) -> None:
    kept = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step}
    torch.save({**kept, "spent": spent}, state.with_suffix(".new"))
    state.with_suffix(".new").replace(state)


if __name__ == "__main__":
    main(sys.argv[1:])
