"""Sequences that are coded in blocks, in the two parts that a `Blocked` scheme asks for."""

from __future__ import annotations

from typing import Protocol

from vdsc.core.types import Floats, Ints


class Chain(Protocol):
    """A sequence of variables under the proposal, which moves through states 0..S-1 from 0."""

    def step(self, state: Ints, u: Ints) -> tuple[Ints, Ints]:
        """Return the values (N,) that coordinates u (N,) give in states (N,), and the next states.

        In the last state the value is 0 and the state stays.
        """
        ...

    def group(self, state: int, budget: int) -> tuple[int, int]:
        """Return how many variables the next block has, 0 at the end, and its expected KL.

        Both KLs, the budget and the block's, are in sixteenths of a bit.
        """
        ...


class Ratios(Protocol):
    """The target of a chain, for the encoder."""

    def log_ratio(self, state: Ints, value: Ints) -> Floats:
        """Return log2(q / p) (N,) of values (N,) in states (N,); 0 in the last state."""
        ...

    def bounds(self, count: int) -> Floats:
        """Return (count + 1, S): the most that the next 0..count variables can add, by state."""
        ...
