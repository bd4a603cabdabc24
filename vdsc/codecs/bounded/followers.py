"""Values of a frame that follow from others: a polynomial of one or two of them is their path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vdsc.codecs.bounded.error_grid import LARGEST, ErrorGrid
from vdsc.codecs.bounded.raw_values import impossible, raw
from vdsc.container import varint
from vdsc.core.types import Floats, Ints

HIGHEST = 15
"""No polynomial has a higher degree."""

UNITS = 16
"""Coefficients count so many parts of the follower's step."""

HALF = np.dtype("<f2")


@dataclass(frozen=True, slots=True)
class Leader:
    """A value that another one follows: t = (value - middle) / half, both as float16 holds them."""

    channel: int
    middle: float
    half: float

    @property
    def bytes(self) -> bytes:
        """As a file has it."""
        return varint.put(self.channel) + np.array([self.middle, self.half], dtype=HALF).tobytes()

    def turned(self, frames: Floats) -> Floats:
        """The t (n,) of frames (n, C)."""
        found: Floats = (frames[:, self.channel] - self.middle) / self.half
        return found


@dataclass(frozen=True, slots=True)
class Follower:
    """A value that follows one or two leaders.

    coefficients: that of the highest powers first, those of one power of the first leader together.
    """

    channel: int
    leaders: tuple[Leader, ...]
    degree: int
    coefficients: tuple[int, ...]

    @property
    def bytes(self) -> bytes:
        """As a file has it, but for the channel."""
        leaders = b"".join(one.bytes for one in self.leaders)
        own = b"".join(map(varint.put_signed, self.coefficients))
        return varint.put(len(self.leaders)) + leaders + varint.put(self.degree) + own

    def path(self, frames: Floats, step: float) -> Floats:
        """Where it is (n,) in frames (n, C)."""
        one, *other = (leader.turned(frames) for leader in self.leaders)
        left, made = iter(self.coefficients), np.zeros(len(frames))
        for count in counts(self.degree, len(self.leaders)):
            inner = np.zeros(len(frames))
            for _ in range(count):
                inner = inner * other[0] + next(left) if other else inner + next(left)
            made = made * one + inner
        return np.asarray(made * step / UNITS)


def counts(degree: int, leaders: int) -> Iterator[int]:
    """How many coefficients each power of the first leader has, the highest power first."""
    yield from (power + 1 if leaders > 1 else 1 for power in range(degree + 1))


@dataclass(frozen=True, slots=True)
class Followers:
    """All followers of a file, in the order of their channels; none leads another."""

    each: tuple[Follower, ...]

    def path(self, numbers: Ints, steps: Floats) -> Floats:
        """The path (n, C) of whole steps (n, C): 0 for what follows nothing.

        Raises CorruptFile where it is not finite, which no encoder makes.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return self.of_values(numbers * steps if self.each else np.zeros(numbers.shape), steps)

    def of_values(self, values: Floats, steps: Floats) -> Floats:
        """The path (n, C) of leaders' values in frames (n, C)."""
        made = np.zeros(values.shape)
        for one in self.each:
            made[:, one.channel] = one.path(values, float(steps[one.channel]))
        if self.each and not np.isfinite(made).all():
            raise impossible()
        return made

    def to_bytes(self) -> bytes:
        """One follower after the other."""
        steps = np.diff([one.channel for one in self.each], prepend=0).tolist()
        pairs = zip(steps, self.each, strict=True)
        return b"".join(varint.put(step) + one.bytes for step, one in pairs)

    @classmethod
    def read(cls, body: bytes, at: int, count: int, grid: ErrorGrid) -> tuple[Followers, int]:
        """The inverse of `to_bytes` at a place of a body, and where it ends; raises CorruptFile."""
        found, channel = [], 0
        for number in range(count):
            step, at = varint.get(body, at)
            channel += step
            if number and not step:
                raise impossible()
            one, at = _follower(body, at, channel)
            found.append(one)
        lead = {leader.channel for one in found for leader in one.leaders}
        follow = {one.channel for one in found}
        named = lead | follow
        if named and (max(named) >= len(grid.mantissas) or not grid.mantissas[list(named)].all()):
            raise impossible()
        if lead & follow:
            raise impossible()
        return cls(tuple(found)), at


def _follower(body: bytes, at: int, channel: int) -> tuple[Follower, int]:
    """The follower at a place of a body, behind its channel, and where it ends."""
    count, at = varint.get(body, at)
    if not 1 <= count <= 2:
        raise impossible()
    leaders: list[Leader] = []
    for _ in range(count):
        place, at = varint.get(body, at)
        middle, half = map(float, raw(body, at, HALF, 2))
        if not (np.isfinite([middle, half]).all() and half > 0):
            raise impossible()
        leaders.append(Leader(place, middle, half))
        at += 2 * HALF.itemsize
    degree, at = varint.get(body, at)
    if degree > HIGHEST:
        raise impossible()
    numbers: list[int] = []
    for _ in range(sum(counts(degree, count))):
        number, at = varint.get_signed(body, at)
        if abs(number) > LARGEST:
            raise impossible()
        numbers.append(number)
    return Follower(channel, tuple(leaders), degree, tuple(numbers)), at
