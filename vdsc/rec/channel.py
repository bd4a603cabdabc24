"""What all schemes have in common, and the channel that joins one to a proposal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vdsc.core.types import Ints
from vdsc.entropy import BitStack
from vdsc.errors import InvalidInput
from vdsc.rec.codes import demand_empty
from vdsc.rec.density_ratio import Target
from vdsc.rec.noise import Noise
from vdsc.rec.proposals import Law
from vdsc.rec.steps import continuous, cuts, discrete


@dataclass(frozen=True)
class Found:
    """Where a search ended.

    Args:
        place: the arrival's number from 1, or the node's number in a binary heap (root 1).
        u: the sample's coordinate.
        steps: how many samples of the proposal were looked at.
    """

    place: int
    u: int
    steps: int


class PlaceCode(Protocol):
    """Names one of the samples that both sides share, and finds it again."""

    def push(self, stack: BitStack, place: int, noise: Noise) -> None:
        """Push the place of the sample."""
        ...

    def pop(self, stack: BitStack, noise: Noise) -> Found:
        """Pop a place and look up its sample."""
        ...


class Scheme(Protocol):
    """One way to choose one of the samples that both sides share, and the code of its place."""

    def search(self, target: Target, noise: Noise) -> Found:
        """Choose a sample that follows the target."""
        ...

    @property
    def code(self) -> PlaceCode:
        """How the place is coded."""
        ...


@dataclass(frozen=True, eq=False)
class Discrete:
    """Symbols 0..K-1 with integer frequencies (K,), not all zero, as a proposal."""

    frequencies: Ints

    def __post_init__(self) -> None:
        counts = np.asarray(self.frequencies)
        if counts.ndim != 1 or counts.dtype.kind not in "iu" or not counts.any():
            raise InvalidInput("a discrete law needs a row of integer frequencies, not all zero")
        if counts.min() < 0 or counts.sum() > 1 << 32:
            raise InvalidInput("frequencies must not be negative, and sum to at most 2**32")

    def quantile(self, u: Ints) -> Ints:
        """Return the symbol (...) at coordinates u (...)."""
        held = np.flatnonzero(self.frequencies)
        symbols: Ints = held[np.searchsorted(cuts(self.frequencies[held]), u, side="right")]
        return symbols


@dataclass(frozen=True)
class Channel:
    """Sends samples of targets that only the sender knows, given a proposal that both know.

    A sample is a float64 where the proposal is a `Law`, and a symbol where it is `Discrete`.
    Samples under one seed have different numbers, and each number its own noise.
    """

    proposal: Law | Discrete
    scheme: Scheme

    def push(self, stack: BitStack, q: Law | ArrayLike, *, seed: int, number: int = 0) -> Sample:
        """Push one sample of q, a law or the pmf (K,) of symbols.

        Raises:
            InvalidInput: q is not dominated by the proposal, or not fit for the scheme.
            LimitExceeded: the search was given up.
        """
        noise = Noise(seed, number)
        found = self.scheme.search(self.target(q), noise)
        self.scheme.code.push(stack, found.place, noise)
        return self._sample(found)

    def pop(self, stack: BitStack, *, seed: int, number: int = 0) -> Sample:
        """Pop one sample, the same that `push` returned.

        Raises:
            CorruptFile: no encoder pushed this place.
        """
        return self._sample(self.scheme.code.pop(stack, Noise(seed, number)))

    def encode(self, q: Law | ArrayLike, *, seed: int) -> tuple[bytes, Sample]:
        """Return the code of one sample of q, and the sample."""
        stack = BitStack()
        sample = self.push(stack, q, seed=seed)
        return stack.to_bytes(), sample

    def decode(self, code: bytes, *, seed: int) -> Sample:
        """Return the sample of a code.

        Raises:
            CorruptFile: no encoder makes this code.
        """
        stack = BitStack.from_bytes(code)
        sample = self.pop(stack, seed=seed)
        demand_empty(stack)
        return sample

    def target(self, q: Law | ArrayLike | Target) -> Target:
        """Return q as steps over the proposal's coordinate; reuse it for many samples of one q."""
        if isinstance(q, Target):
            return q
        if isinstance(self.proposal, Discrete) and not isinstance(q, Law):
            return discrete(q, self.proposal.frequencies)
        if isinstance(q, Law) and not isinstance(self.proposal, Discrete):
            return continuous(q, self.proposal)
        raise InvalidInput("the target of symbols is a pmf, the target of a law is a law")

    def _sample(self, found: Found) -> Sample:
        value: NDArray[np.float64] | Ints = self.proposal.quantile(np.array([found.u]))
        return Sample(value[0].item(), found)


@dataclass(frozen=True)
class Sample:
    """A value, and where it was found."""

    value: float
    found: Found
