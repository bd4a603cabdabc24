"""What a coder of arrays knows before it starts: which channels there are and how they relate."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vdsc.core.types import Ints

PARENTS = 3
"""How many channels of the same frame another one may look at."""

ROUNDS = 4
"""Related channels are coded in so many rounds at most; parents belong to earlier rounds."""


@dataclass(frozen=True, eq=False)
class ChannelPlan:
    """How D channels are coded, in the order of coding.

    Args:
        rounds: (R,) how many channels each round has; they sum to D.
        parents: (D, P) channels of earlier rounds, or -1.
        activity: (D,) binary digits of a channel's mean second difference, Q6 levels.
        reach: (D,) binary digits of the levels' largest distance from the first level.
        middle: (D,) the middle of the levels less the first level, in 1/32 of 2**reach.
        start: binary digits of the levels of the first frame.
        curved: whether curves along the first two parents are followed.
        mixed: whether the laws of all experts are mixed; they are not in old files.
    """

    rounds: tuple[int, ...]
    parents: Ints
    activity: Ints
    reach: Ints
    middle: Ints
    start: int
    curved: bool
    mixed: bool = True

    @property
    def related(self) -> bool:
        """Whether any channel has a parent."""
        return bool((self.parents >= 0).any())

    def groups(self) -> list[slice]:
        """Return the channels of each round."""
        ends = np.cumsum((0, *self.rounds))
        return [slice(int(begin), int(end)) for begin, end in pairwise(ends)]
