"""The Poisson functional representation: the arrival with the least time by ratio.

Li and El Gamal 2018 (Strong functional representation lemma, IEEE Trans. Inf. Theory 64). For
arrivals (T_n, X_n) of a Poisson process with places from P, argmin T_n / r(X_n) is at a place that
follows Q.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.rec import arrivals
from vdsc.rec.channel import Found
from vdsc.rec.codes import check_expected
from vdsc.rec.density_ratio import Target
from vdsc.rec.noise import Noise


@dataclass(frozen=True)
class PFR:
    """Looks at arrivals in order until none later can win: T_n / max r exceeds the best so far.

    Exact for any bounded ratio; about 2**Dinf steps on average; over a channel of mutual
    information I the index has at most I + log2(I + 1) + 4 bits (Li and El Gamal 2018).

    Args:
        expected: the KL that both sides expect, sixteenths of a bit.
    """

    expected: int

    def __post_init__(self) -> None:
        check_expected(self.expected)

    def search(self, target: Target, noise: Noise) -> Found:
        """Return the arrival of the least T / r.

        Raises:
            LimitExceeded: 2**22 arrivals do not settle it.
        """
        least, top, best = np.inf, float(target.ratio.max()), Found(0, 0, 0)
        for batch in arrivals.batches(noise):
            with np.errstate(divide="ignore", over="ignore"):
                race = batch.times / target.ratio[target.cell(batch.u)]
            leader = int(race.argmin())
            if race[leader] < least:
                least, best = race[leader], Found(batch.first + leader, int(batch.u[leader]), 0)
            late = np.searchsorted(batch.times, least * top)
            if late < batch.times.size:
                return Found(best.place, best.u, max(batch.first + int(late), best.place))
        raise arrivals.exhausted()

    @property
    def code(self) -> arrivals.IndexCode:
        """How the number of an arrival is coded."""
        return arrivals.IndexCode(self.expected)
