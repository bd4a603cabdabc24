"""Whether a source may be solids: few voxels, of two values, along three axes."""

from __future__ import annotations

import numpy as np

from vdsc.core.sequence import Outline
from vdsc.io.source import Source
from vdsc.model import store

AXES = 3
"""Axes with more than a few entries, frames among them, from which on an array may be solids."""

FEW = 8
VALUES = 1 << 23
"""Values beyond which they are not tried: that would take minutes."""

SIDE = 1 << 11
FRAME = 1 << 22


def two_valued(source: Source, outline: Outline) -> bool:
    """Whether all values are one of two, both of which occur, and a model of solids is there."""
    long = [n for n in outline.shape if n >= FEW]
    sizes = [n for n in outline.shape[1:] if n > 1]
    solid = len(long) >= AXES and 2 <= len(sizes) <= AXES and max(sizes) <= SIDE
    if not solid or outline.values > VALUES or outline.dtype.kind not in "biuf":
        return False
    known: set[int] = set()
    step = max(1, FRAME * outline.frames // outline.values)
    for begin in range(0, outline.frames, step):
        values = source.fetch(begin, min(begin + step, outline.frames))
        bits = np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}").ravel()
        while bits.size and len(known) <= 2:
            known.add(int(bits[0]))
            bits = bits[bits != bits[0]]
        if len(known) > 2:
            return False
    return len(known) == 2 and any(one.kind == store.SOLIDS for one in store.installed())
