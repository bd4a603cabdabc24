"""What stands in gaps while they are coded: lines between what is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from vdsc.codecs.windows import apart
from vdsc.core.types import Floats, Values
from vdsc.errors import InvalidInput
from vdsc.io.source import Source

AT_ONCE = 1 << 22
"""Values that are looked at together, unless a frame has more."""


@dataclass(frozen=True, eq=False)
class Filling:
    """How gaps are filled; `usual` (C,) are the first values that are there.

    Where none ever is, it is another place's of the frame, so that no range is widened; or 0.
    """

    usual: Values

    @classmethod
    def of(cls, source: Source) -> Filling | None:
        """Look at a source of floats once; None where nothing is missing."""
        if source.dtype.kind != "f":
            return None
        channels, any_gap = prod(source.shape[1:]), False
        usual = np.full(channels, np.nan, source.dtype.newbyteorder("="))
        for begin, end in apart(source.shape[0], max(1, AT_ONCE // channels)):
            values = source.fetch(begin, end).reshape(end - begin, -1)
            there = ~np.isnan(values)
            any_gap = any_gap or not there.all()
            first = values[there.argmax(axis=0), np.arange(channels)]
            usual = np.where(np.isnan(usual), first, usual)
        if len(source.shape) > 2:
            usual = _lent(usual, source.shape[-1])
        return cls(np.where(np.isnan(usual), usual.dtype.type(0), usual)) if any_gap else None

    def filled(self, frames: Values) -> Values:
        """Frames (n, ...) without gaps: each on the line between its channel's neighbours."""
        flat = frames.reshape(len(frames), -1).copy()
        gaps = np.isnan(flat)
        times: Floats = np.arange(len(flat), dtype=np.float64)
        for channel in np.flatnonzero(gaps.any(axis=0)):
            there = ~gaps[:, channel]
            if there.any():
                known = flat[there, channel].astype(np.float64)
                line = np.interp(times[~there], times[there], known)
                flat[~there, channel] = np.clip(line, known.min(), known.max())
            else:
                flat[:, channel] = self.usual[channel]
        return flat.reshape(frames.shape)

    def source(self, source: Source) -> Source:
        """A source without gaps."""
        if not np.isfinite(self.usual).all():
            raise InvalidInput(f"{source.name} holds infinities; use --lossless")

        def fetch(begin: int, end: int) -> Values:
            return self.filled(source.fetch(begin, end))

        return replace(source, fetch=fetch, plain=None)


def _lent(usual: Values, last: int) -> Values:
    """Values (C,) in which a place that has none is lent that of the place before.

    Where there is one, it is of the same colour: as far along the last axis, of length `last`.
    """
    rows = usual.reshape(-1, last).copy()
    for row, before in zip(rows[1:], rows[:-1], strict=True):
        np.copyto(row, before, where=np.isnan(row))
    for row, after in zip(rows[-2::-1], rows[:0:-1], strict=True):
        np.copyto(row, after, where=np.isnan(row))
    known = rows[~np.isnan(rows)]
    return np.where(np.isnan(rows), known[0] if known.size else 0, rows).reshape(-1)
