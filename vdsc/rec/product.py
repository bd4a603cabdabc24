"""Independent variables as a chain, such as the weights of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.errors import InvalidInput
from vdsc.rec.density_ratio import Target


@dataclass(frozen=True, eq=False)
class ProductChain:
    """Independent variables; a value is a coordinate u, for each variable's own proposal.

    Args:
        expected: (J,) the expected KL of each variable, sixteenths of a bit, not negative.

    Raises:
        InvalidInput: one of them is negative.
    """

    expected: Ints

    def __post_init__(self) -> None:
        if self.expected.ndim != 1 or (self.expected < 0).any():
            raise InvalidInput("expected KLs must be a row of integers, not negative")

    def step(self, state: Ints, u: Ints) -> tuple[Ints, Ints]:
        """Return the coordinates themselves; the state is the number of the variable."""
        live = state < self.expected.size
        return np.where(live, u, 0), state + live

    def group(self, state: int, budget: int) -> tuple[int, int]:
        """Take variables while their KLs fit the budget, at least one."""
        sums = np.cumsum(self.expected[state:])
        if not sums.size:
            return 0, 0
        count = max(int(np.searchsorted(sums, budget, side="right")), 1)
        return count, int(sums[count - 1])


@dataclass(frozen=True, eq=False)
class ProductRatios:
    """Targets of a `ProductChain`, one for each variable."""

    targets: Sequence[Target]

    def log_ratio(self, state: Ints, value: Ints) -> Floats:
        """Look up coordinates; all states of one call are the same, as they are in a block."""
        at = int(state[0])
        if at == len(self.targets):
            return np.zeros(state.size)
        bits: Floats = self.targets[at].log_ratio[self.targets[at].cell(value)] / np.log(2)
        return bits

    def bounds(self, count: int) -> Floats:
        """Return sums of the next largest log ratios."""
        tops = np.array([target.dinf for target in self.targets] + [0.0] * (count + 1))
        sums = np.append(0.0, np.cumsum(tops))
        first = np.arange(len(self.targets) + 1)
        return np.stack([sums[first + k] - sums[first] for k in range(count + 1)])
