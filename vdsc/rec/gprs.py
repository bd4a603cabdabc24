"""Greedy Poisson rejection sampling: take the first arrival that comes before its deadline.

Flamich 2023 (Greedy Poisson rejection sampling, NeurIPS). Arrivals (T_n, X_n) of a Poisson process
have times of rate 1 and places from P. With r = dQ/dP and W(h) = P(r >= h), an arrival at x is
accepted before

    s(r(x)),   s'(h) = 1 / D(h),   D(h) = integral of W from h to its end = P(still searching at s)

and the first one accepted follows Q. `Target.deadlines` has them in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.rec import arrivals
from vdsc.rec.channel import Found
from vdsc.rec.codes import check_expected
from vdsc.rec.density_ratio import Target
from vdsc.rec.noise import Noise
from vdsc.rec.tree import PathCode, Tree


@dataclass(frozen=True)
class GlobalGPRS:
    """Looks at all arrivals in order.

    Exact for any bounded ratio; 2**Dinf steps on average; over a channel of mutual information I
    the index has at most I + log2(I + 1) + 6 bits (Flamich 2023).

    Args:
        expected: the KL that both sides expect, sixteenths of a bit.
    """

    expected: int

    def __post_init__(self) -> None:
        check_expected(self.expected)

    def search(self, target: Target, noise: Noise) -> Found:
        """Return the first arrival before its deadline.

        Raises:
            LimitExceeded: there is none among 2**22.
        """
        due = target.deadlines
        for batch in arrivals.batches(noise):
            early = np.flatnonzero(batch.times <= due[target.cell(batch.u)])
            if early.size:
                index = batch.first + int(early[0])
                return Found(index, int(batch.u[early[0]]), index)
        raise arrivals.exhausted()

    @property
    def code(self) -> arrivals.IndexCode:
        """How the number of an arrival is coded."""
        return arrivals.IndexCode(self.expected, heavy=True)


@dataclass(frozen=True)
class BranchingGPRS:
    """Looks only where an acceptable arrival can still be: on one side of each rejected one.

    Exact where the ratio rises to one mode and falls after it; there the mean of steps is linear in
    the KL, whatever Dinf, and the code is I + log2(I + 1) + O(1) bits (Flamich 2023, branching with
    split on sample). What is acceptable later is an interval about the mode, which shrinks: an
    arrival rejected at x is outside of it, and so is everything beyond x.

    Args:
        expected: the KL that both sides expect, sixteenths of a bit.
    """

    expected: int

    def __post_init__(self) -> None:
        check_expected(self.expected)

    def search(self, target: Target, noise: Noise) -> Found:
        """Descend from the root towards the mode until an arrival is before its deadline.

        Raises:
            InvalidInput: the ratio has several modes.
            LimitExceeded: the search went 180 levels deep.
        """
        target = target.peaked
        due, mode = target.deadlines, int(target.ratio.argmax())
        tree = Tree(noise, "sample")
        node, time = tree.root(), 0.0
        while True:
            time += node.wait
            cell = int(target.cell(node.u))
            if time <= due[cell]:
                return Found(node.place, node.u, node.depth + 1)
            node = tree.child(node, right=cell < mode)

    @property
    def code(self) -> PathCode:
        """How the path to a node is coded."""
        return PathCode(self.expected, heavy=True, split="sample")
