"""Channels that need no coding: constant ones, copies of others, and their negatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.core.types import Ints
from vdsc.quant.ordinal import Numbers, numbers, ordinals

LIVE, CONSTANT, COPY, NEGATIVE = range(4)


@dataclass(frozen=True, eq=False)
class ChannelKinds:
    """What each of C channels is.

    Args:
        kinds: (C,) LIVE, CONSTANT, COPY or NEGATIVE.
        details: (C,) nothing, the constant's ordinal, or an earlier LIVE channel.
    """

    kinds: Ints
    details: Ints

    @classmethod
    def of(cls, matrix: Numbers) -> ChannelKinds:
        """Find out for a matrix (S, C); bits are compared, so NaNs and -0.0 count as they are."""
        keys = ordinals(matrix)
        kinds = np.where((keys == keys[0]).all(axis=0), CONSTANT, LIVE)
        details = np.where(kinds == CONSTANT, keys[0], 0)
        turned = matrix.dtype.kind == "f"
        known: dict[bytes, int] = {}
        for channel in np.flatnonzero(kinds == LIVE).tolist():
            column = keys[:, channel]
            for kind, key in ((COPY, column), (NEGATIVE, ~column))[: 1 + turned]:
                twin = known.get(key.tobytes())
                if twin is not None:
                    kinds[channel], details[channel] = kind, twin
                    break
            else:
                known[column.tobytes()] = channel
        return cls(kinds, details)

    @property
    def live(self) -> Ints:
        """The channels that are coded, in order."""
        return np.flatnonzero(self.kinds == LIVE)

    def holds(self, matrix: Numbers) -> bool:
        """Return whether a matrix (S, C) is as described."""
        return np.array_equal(ordinals(self.fill(matrix[:, self.live])), ordinals(matrix))

    def fill(self, live: Numbers) -> Numbers:
        """Return the matrix (S, C) from its live channels (S, L)."""
        keys = ordinals(live)
        matrix = np.empty((len(live), self.kinds.size), dtype=np.int64)
        matrix[:, self.live] = keys
        kinds = (CONSTANT, COPY, NEGATIVE)
        constant, copy, negative = (np.flatnonzero(self.kinds == kind) for kind in kinds)
        matrix[:, constant] = self.details[constant]
        matrix[:, copy] = matrix[:, self.details[copy]]
        matrix[:, negative] = ~matrix[:, self.details[negative]]
        return numbers(matrix, live.dtype)

    def valid(self) -> bool:
        """Return whether each copy is of an earlier live channel."""
        twins = self.kinds >= COPY
        source = self.details[twins]
        if ((source < 0) | (source >= np.flatnonzero(twins))).any():
            return False
        return bool((self.kinds[source] == LIVE).all())
