"""The networks of a sketch as they are trained: those that draw, and the eyes of its encoder.

Real numbers with gradients; `codecs.field.sketch` has what is made of them, in integers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

STATED = 2
"""What a network is told of the price: near, and near squared."""

USUAL, WIDE = 14, 3
"""The log of a usual price, and how many octaves count as 1; the integers have them in eighths."""

EIGHTHS, HALF = 8, 2
NARROWEST, WIDEST = -6.0, 7.0
"""Logs of scales, to the base 2."""

LARGEST = 7.9
"""The largest weight, in size."""


Moves = list[list[Tensor]]
"""Of each tier, the finest first, of each group: (n, *shape, c)."""


@dataclass(frozen=True, slots=True)
class Sketched:
    """What is drawn: latents (n, *grid, K) in usual sizes; bits (n,); numbers."""

    latents: Tensor
    bits: Tensor
    numbers: Moves


@dataclass(frozen=True, slots=True)
class SketchSizes:
    """How large the networks are.

    blocks: pixels of a block along frames, rows and columns. wide: numbers that places have; hidden
    layers have twice as many. groups: of each tier, the finest first, how many numbers each of its
    groups has. steps: of each tier, how many come before its groups. seeing: likewise of the eyes.
    """

    blocks: tuple[int, ...] = (4, 8, 8)
    wide: int = 192
    groups: tuple[tuple[int, ...], ...] = ((12, 24), (8, 8), (8, 8), (16,))
    steps: tuple[int, ...] = (2, 1, 1, 2)
    seeing: tuple[int, ...] = (2, 2, 2, 2)

    @property
    def latents(self) -> int:
        """Latents of a block of colours."""
        return math.prod(self.blocks) * 3


class Stepping(nn.Module):
    """What a place has and what those beside it have, added to what it has."""

    def __init__(self, wide: int) -> None:
        super().__init__()
        self.inner = nn.Linear(wide + STATED, 2 * wide)
        self.outer = nn.Linear(2 * wide, wide)
        with torch.no_grad():
            self.outer.weight *= 0.3
            self.outer.bias.zero_()

    def forward(self, held: Tensor, stated: Tensor) -> Tensor:
        """Of places (n, *shape, W); stated: (n, 1, 1, 1, 2)."""
        beside = torch.cat((shifted(held), stated.expand(*held.shape[:-1], -1)), dim=-1)
        found: Tensor = held + self.outer(functional.relu(self.inner(beside)))
        return found


class SketchTier(nn.Module):
    """The steps and groups of a tier, and the eyes for it."""

    def __init__(
        self, sizes: SketchSizes, groups: tuple[int, ...], steps: int, seeing: int
    ) -> None:
        super().__init__()
        wide = sizes.wide
        self.before = steps
        self.steps = nn.ModuleList(Stepping(wide) for _ in range(steps + len(groups)))
        self.laws = nn.ModuleList(nn.Linear(wide, n) for n in groups)
        self.backs = nn.ModuleList(nn.Linear(n, wide) for n in groups)
        self.seeing = nn.ModuleList(Stepping(wide) for _ in range(seeing))
        self.choosing = nn.ModuleList(
            nn.Sequential(nn.Linear(2 * wide + STATED, wide), nn.ReLU(), nn.Linear(wide, n))
            for n in groups
        )
        for law in self.laws:
            assert isinstance(law, nn.Linear)
            nn.init.zeros_(law.weight)
            nn.init.zeros_(law.bias)

    def group(
        self,
        i: int,
        held: Tensor,
        seen: Tensor,
        worth: Tensor,
        *,
        whole: bool,
        move: Tensor | None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What places have after a group and its step, its numbers, and their bits (n,)."""
        scale = self.laws[i](held).clamp(NARROWEST, WIDEST)
        every = worth.expand(*held.shape[:-1], -1)
        wanted = self.choosing[i](torch.cat((held, seen, every), dim=-1))
        wanted = wanted if move is None else wanted + move
        found = whole_of(wanted)
        counted = found if whole else wanted + torch.rand_like(wanted) - 0.5
        spent = bits_of(counted, scale).sum(dim=(1, 2, 3, 4))
        held = self.steps[self.before + i](held + self.backs[i](found), worth)
        return held, found, spent


class SketchNets(nn.Module):
    """All networks of a sketch; `usual`: (K,) usual sizes of latents, in levels."""

    def __init__(self, sizes: SketchSizes) -> None:
        super().__init__()
        wide, self.sizes = sizes.wide, sizes
        some = zip(sizes.groups, sizes.steps, sizes.seeing, strict=True)
        self.tiers = nn.ModuleList(SketchTier(sizes, *one) for one in some)
        further = range(len(sizes.groups) - 1)
        self.ups = nn.ModuleList(nn.Linear(HALF**3 * wide, wide) for _ in further)
        self.downs = nn.ModuleList(nn.Linear(wide, HALF**3 * wide) for _ in further)
        self.see = nn.Linear(sizes.latents, wide)
        self.start = nn.Parameter(torch.zeros(wide))
        self.out = nn.Linear(wide, sizes.latents)
        self.usual: Tensor
        self.register_buffer("usual", torch.ones(sizes.latents))
        with torch.no_grad():
            self.out.weight *= 0.3

    def forward(
        self, latents: Tensor, price: Tensor, *, whole: bool, moves: Moves | None = None
    ) -> Sketched:
        """What is made of latents (n, *grid, K), in usual sizes.

        price: (n,) logs to the base 2 of squared levels that a bit is worth. whole: bits of whole
        numbers, not of evenly blurred ones, which have gradients. moves: what is added to the
        numbers of each group before they are rounded.
        """
        worth = stated(price)
        features = self._features(latents, worth)
        held = self.start.expand_as(features[-1])
        bits = held.new_zeros(len(held))
        numbers: Moves = [[] for _ in self.tiers]
        for number in reversed(range(len(self.tiers))):
            if number < len(self.tiers) - 1:
                held = split(self.downs[number](held), features[number].shape[1:4])
            tier, seen = self.tiers[number], features[number]
            assert isinstance(tier, SketchTier)
            for step in tier.steps[: tier.before]:
                held = step(held, worth)
            for i in range(len(tier.laws)):
                move = None if moves is None else moves[number][i]
                held, found, spent = tier.group(i, held, seen, worth, whole=whole, move=move)
                numbers[number].append(found)
                bits = bits + spent
        return Sketched(self.out(held), bits, numbers)

    def _features(self, latents: Tensor, worth: Tensor) -> list[Tensor]:
        held, made = self.see(latents), []
        for number, tier in enumerate(self.tiers):
            assert isinstance(tier, SketchTier)
            if number:
                held = self.ups[number - 1](merged(held))
            for step in tier.seeing:
                held = step(held, worth)
            made.append(held)
        return made


def whole_of(x: Tensor) -> Tensor:
    """Nearest whole numbers, with gradients as if they were what they are made of."""
    return x + (torch.round(x) - x).detach()


def stated(price: Tensor) -> Tensor:
    """What the networks are told (n, 1, 1, 1, 2) of logs of prices (n,)."""
    near = (price - USUAL) / WIDE
    return torch.stack((near, near * near), dim=-1).reshape(-1, 1, 1, 1, STATED)


def bits_of(numbers: Tensor, scale: Tensor) -> Tensor:
    """Bits of numbers under the logistic law around 0 of scales 2^scale, cells as wide as 1."""
    narrow, size = torch.exp2(-scale), numbers.abs()
    above, below = (0.5 - size) * narrow, (-0.5 - size) * narrow
    nats = functional.logsigmoid(above) + functional.logsigmoid(-below)
    return -(nats + torch.log(-torch.expm1(-narrow))) / math.log(2)


def shifted(held: Tensor) -> Tensor:
    """See `codecs.field.sketch.tiers.shifted`; places (n, *shape, W)."""
    part = held.shape[-1] // EIGHTHS
    made = [held[..., : 2 * part]]
    for i, (axis, way) in enumerate((axis, way) for axis in (1, 2, 3) for way in (0, 1)):
        some = held[..., (2 + i) * part : (3 + i) * part]
        count = some.shape[axis]
        none = torch.zeros_like(some.narrow(axis, 0, 1))
        both = some.narrow(axis, 1, count - 1), none
        made.append(torch.cat(both if way else (none, some.narrow(axis, 0, count - 1)), axis))
    return torch.cat(made, dim=-1)


def merged(held: Tensor) -> Tensor:
    """See `codecs.field.sketch.tiers.merged`; places (n, *shape, W)."""
    beyond = [n for size in reversed(held.shape[1:4]) for n in (0, size % HALF)]
    whole = functional.pad(held.movedim(-1, 1), beyond, mode="replicate")
    half = [size // HALF for size in whole.shape[2:]]
    apart = whole.reshape(*whole.shape[:2], half[0], 2, half[1], 2, half[2], 2)
    return apart.permute(0, 2, 4, 6, 3, 5, 7, 1).flatten(4)


def split(held: Tensor, shape: torch.Size) -> Tensor:
    """See `codecs.field.sketch.tiers.split`; places (n, *half, 8 W)."""
    count, *half, wide = held.shape
    apart = held.reshape(count, *half, 2, 2, 2, wide // HALF**3).permute(0, 1, 4, 2, 5, 3, 6, 7)
    whole = apart.reshape(count, *(HALF * n for n in half), wide // HALF**3)
    return whole[:, : shape[0], : shape[1], : shape[2]]
