"""Clockwork VAE (Saxena, Ba, Hafner 2021), the paper's comparison, small and as a real coder.

Levels of latents tick every 4, 16 and 64 frames, each with a prior given its past and the level
above. A latent's posterior mean is rounded to steps of the posterior's own spread and coded under
the prior (ANS); decoding runs the same networks in floats, so files are good on one machine only.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import constriction
import numpy as np

from vdsc.bench.peers.clockwork_frames import CLOCKS, UNIT, Line, flat, level, raised
from vdsc.bench.peers.clockwork_net import Array, ClockTick, Net
from vdsc.bench.peers.peer import Peer, Setting, Values

NAME = "CW-VAE"
COARSE = (0.12, 0.2, 0.35, 0.6, 1.0, 1.7, 2.8, 4.0)
"""What the error's scale and the posterior's spread are multiplied by; one network for all."""

IDLE = 0.05
"""Nats a tick below which a latent is not sent: the prior's mean is taken."""

HEAD = struct.Struct("<HB8h")
LIMIT = 1 << 12
FAMILY = constriction.stream.model.QuantizedGaussian(-LIMIT, LIMIT)

Chooser = Callable[[int, int, ClockTick, Array, Array], Array]
"""Gives the steps (Z,) of a latent: level, tick, prior, width of a step, scale in steps."""


@dataclass(frozen=True, eq=False)
class Clockwork:
    """A trained network and the width of a step of each latent at each setting, inf if idle."""

    net: Net
    widths: list[list[Array]]

    @classmethod
    def load(cls, path: Path, train: Sequence[Values]) -> Clockwork:
        """Open weights (.npz), and find on training motion how wide steps are."""
        with np.load(path, allow_pickle=False) as stored:
            net = Net({name: stored[name] for name in stored.files})
        return cls(net, [_widths(net, train, coarse) for coarse in COARSE])

    def walk(self, setting: int, frames: int, choose: Chooser) -> Array:
        """Frames (T, 96) in network units, as `choose` says what each tick's latent is."""
        coarse = float(np.log(COARSE[setting]))

        def latent(at: int, tick: int, now: ClockTick) -> Array:
            step = self.widths[setting][at]
            live = np.isfinite(step)
            wide = np.where(live, step, 1.0)
            scale = np.hypot(np.exp(now.wide) / wide, np.sqrt(1 / 12))
            return now.mean + np.where(live, choose(at, tick, now, step, scale) * wide, 0)

        return _rolled(self.net, frames, coarse, latent).reshape(-1, 96)[:frames]

    def encode(self, values: Values, setting: Setting) -> bytes:
        """A whole file: length, setting, lines that were taken off, and the code."""
        row, (track, line) = COARSE.index(setting[0]), level(flat(values))
        embedded, raw = self.net.seen(_ticks(track / UNIT))
        symbols, scales = [], []

        def choose(at: int, tick: int, now: ClockTick, step: Array, scale: Array) -> Array:
            coarse = float(np.log(COARSE[row]))
            goal, _ = self.net.goal(at, now, embedded[at][tick], raw[at][tick], coarse)
            live = np.isfinite(step)
            found = np.where(live, (goal - now.mean) / np.where(live, step, 1), 0)
            found = np.clip(np.rint(found), -LIMIT, LIMIT)
            symbols.append(found[live].astype(np.int32))
            scales.append(scale[live])
            return found

        self.walk(row, len(values), choose)
        stack, flatly = constriction.stream.stack.AnsCoder(), np.concatenate(scales)
        stack.encode_reverse(np.concatenate(symbols), FAMILY, np.zeros(len(flatly)), flatly)
        code: bytes = stack.get_compressed().astype("<u4").tobytes()
        return HEAD.pack(len(values), row, *line.ravel().tolist()) + code

    def decode(self, file: bytes) -> Values:
        """Motion (T, 96), the same as the encoder saw on this machine."""
        frames, row, *ends = HEAD.unpack_from(file)
        code = np.frombuffer(file[HEAD.size :], "<u4").astype(np.uint32)
        stack = constriction.stream.stack.AnsCoder(code)

        def choose(at: int, tick: int, now: ClockTick, step: Array, scale: Array) -> Array:
            live, found = np.isfinite(step), np.zeros(len(step))
            if live.any():
                found[live] = stack.decode(FAMILY, np.zeros(live.sum()), scale[live])
            return found

        line: Line = np.array(ends, np.int64).reshape(2, -1)
        return raised(self.walk(row, frames, choose) * UNIT, line)


def peers(path: Path, train: Sequence[Values]) -> tuple[Peer, ...]:
    """The baseline with the weights at `path`; what is counted on training motion is not sent."""
    codec = Clockwork.load(path, train)
    return (
        Peer(
            NAME, ("coarse",), tuple((coarse,) for coarse in COARSE),
            encode=codec.encode, decode=codec.decode,
            note="levels of 4, 16 and 64 frames, 64 + 24 + 12 latents; weights not counted",
        ),
    )  # fmt: skip


def _ticks(track: Array) -> Array:
    """Frames (T, 96) as ticks (N, 384) of level 0, the last frame repeated to the end of one."""
    more = -len(track) % CLOCKS[-1]
    whole = np.concatenate([track, np.repeat(track[-1:], more, axis=0)])
    return whole.reshape(-1, CLOCKS[0] * whole.shape[1])


def _widths(net: Net, train: Sequence[Values], coarse: float) -> list[Array]:
    """Steps (Z,) of each level: sqrt(12) of the posterior's spread, inf where it tells little."""
    spreads: list[list[Array]] = [[] for _ in net.latents]
    nats: list[list[Array]] = [[] for _ in net.latents]
    for at, narrow, spent in _posteriors(net, train, float(np.log(coarse))):
        spreads[at].append(narrow)
        nats[at].append(spent)
    pairs = [(np.mean(s, axis=0), np.mean(n, axis=0)) for s, n in zip(spreads, nats, strict=True)]
    return [np.where(n < IDLE, np.inf, np.sqrt(12) * np.exp(s)) for s, n in pairs]


def _posteriors(
    net: Net, train: Sequence[Values], coarse: float
) -> Iterator[tuple[int, Array, Array]]:
    """Level, log of the posterior's spread (Z,) and its nats (Z,), tick after tick."""
    for values in train:
        seen, raw = net.seen(_ticks(level(flat(values))[0] / UNIT))
        found: list[tuple[int, Array, Array]] = []

        def latent(
            at: int,
            tick: int,
            now: ClockTick,
            *,
            seen: Any = seen,
            raw: Any = raw,
            found: Any = found,
        ) -> Array:
            goal, narrow = net.goal(at, now, seen[at][tick], raw[at][tick], coarse)
            off = ((goal - now.mean) * np.exp(-now.wide)) ** 2
            gap = narrow - now.wide
            found.append((at, narrow, 0.5 * (np.exp(2 * gap) + off - 1) - gap))
            return goal

        _rolled(net, len(values), coarse, latent)
        yield from found


def _rolled(
    net: Net, frames: int, coarse: float, latent: Callable[[int, int, ClockTick], Array]
) -> Array:
    """Ticks (N, 384) drawn from latents that `latent` gives, the slowest level first."""
    above = np.zeros((-(-frames // CLOCKS[-1]), 0))
    for at in reversed(range(net.levels)):
        h, z, states = np.zeros(net.hidden), np.zeros(net.latents[at]), []
        for tick in range(-(-frames // CLOCKS[at])):
            over = above[tick // 4 if at + 1 < net.levels else tick]
            now = net.tick(at, h, z, over, coarse)
            h, z = now.h, latent(at, tick, now)
            states.append(np.concatenate([h, z]))
        above = np.array(states)
    return net.draw(above, coarse)
