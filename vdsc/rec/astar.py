"""A* coding: best-first search for the largest log ratio minus log arrival time.

Flamich, Markou and Hernandez-Lobato 2022 (Fast relative entropy coding with A* coding, ICML), after
Maddison, Tarlow and Minka 2014 (A* sampling, NeurIPS). In a tree of regions, the first arrival in a
region comes an exponential time of rate P(region) after its parent's. Nothing inside can beat

    log M(region) + G,   M the largest ratio in the region, G = -log(its first arrival's time),

so regions are opened in the order of this bound until it is below the best sample.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vdsc.errors import LimitExceeded
from vdsc.rec import arrivals
from vdsc.rec.channel import Found
from vdsc.rec.codes import check_expected
from vdsc.rec.density_ratio import Target
from vdsc.rec.noise import Noise
from vdsc.rec.tree import Node, PathCode, Tree

MOST = 1 << 16
"""Regions that are opened before a search is given up."""

_Entry = tuple[float, int, Node, float]  # minus the bound, a tie breaker, the region, its time


@dataclass(frozen=True)
class GlobalAStar:
    """One region, the whole line, with one bound: arrivals in order.

    Exact for any bounded ratio; 2**Dinf steps on average. It chooses what `PFR` chooses.

    Args:
        expected: the KL that both sides expect, sixteenths of a bit.
    """

    expected: int

    def __post_init__(self) -> None:
        check_expected(self.expected)

    def search(self, target: Target, noise: Noise) -> Found:
        """Return the arrival with the largest log r - log T.

        Raises:
            LimitExceeded: 2**22 arrivals do not settle it.
        """
        log_ratio, best, held = target.log_ratio, Found(0, 0, 0), -np.inf
        for batch in arrivals.batches(noise):
            gumbels = -np.log(batch.times)
            keys = gumbels + log_ratio[target.cell(batch.u)]
            leader = int(keys.argmax())
            if keys[leader] > held:
                held, best = keys[leader], Found(batch.first + leader, int(batch.u[leader]), 0)
            closed = np.flatnonzero(gumbels + log_ratio.max() < held)
            if closed.size:
                steps = max(batch.first + int(closed[0]), best.place)
                return Found(best.place, best.u, steps)
        raise arrivals.exhausted()

    @property
    def code(self) -> arrivals.IndexCode:
        """How the number of an arrival is coded."""
        return arrivals.IndexCode(self.expected)


@dataclass(frozen=True)
class BranchingAStar:
    """A tree of regions, cut at their samples (AS*) or at their middles (AD*).

    Exact for any bounded ratio. With one mode, AS* takes O(Dinf) steps on average, as is proven,
    and AD* too, as was observed (Flamich et al. 2022); with several, bounds help less.

    Args:
        expected: the KL that both sides expect, sixteenths of a bit.
        split: "sample" for AS*, "middle" for AD*.
    """

    expected: int
    split: Literal["sample", "middle"] = "sample"

    def __post_init__(self) -> None:
        check_expected(self.expected)

    def search(self, target: Target, noise: Noise) -> Found:
        """Open regions by their bounds until none can beat the best sample.

        Raises:
            LimitExceeded: 2**16 regions do not settle it, or a path went 180 levels deep.
        """
        tree = Tree(noise, self.split)
        queue = [_entry(tree.root(), 0.0, target)]
        best, held = tree.root(), -math.inf
        for steps in range(MOST):
            if not queue or -queue[0][0] <= held:
                return Found(best.place, best.u, steps)
            _, _, node, time = heapq.heappop(queue)
            key = float(target.log_ratio[target.cell(node.u)]) - math.log(time)
            if key > held:
                best, held = node, key
            for child in tree.children(node):
                heapq.heappush(queue, _entry(child, time, target))
        raise LimitExceeded(f"no sample among {MOST} regions; use a nearer P")

    @property
    def code(self) -> PathCode:
        """How the path to a node is coded."""
        return PathCode(self.expected, heavy=False, split=self.split)


def _entry(node: Node, before: float, target: Target) -> _Entry:
    """Queue a region: its first arrival after the time `before`, and its bound."""
    time = before + node.wait
    first, last = target.cell(np.array([node.begin, node.end - 1]))
    bound = float(target.log_ratio[first : last + 1].max()) - math.log(time)
    return -bound, node.place, node, time
