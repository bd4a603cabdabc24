"""Which two values a source has, and which of them is rarer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vdsc.codecs.solids.solids_header import ID, SolidsLayout, keys
from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput
from vdsc.io.source import Source


def layout_of(source: Source, outline: Outline) -> SolidsLayout:
    """The layout of a source whose values are one or two; raises InvalidInput for others."""
    layout = SolidsLayout.of(outline)
    counted: dict[int, int] = {}
    for begin, end in layout.spans():
        found = keys(np.ascontiguousarray(source.fetch(begin, end)))
        low, high = int(found.min()), int(found.max())
        above = int(np.count_nonzero(found == high))
        if above + int(np.count_nonzero(found == low)) < found.size and low != high:
            counted.update({0: 0, 1: 0, 2: 0})
        else:
            counted[high] = counted.get(high, 0) + above
            counted[low] = counted.get(low, 0) + found.size - above
        if len(counted) > 2:
            words = f"codec {ID!r} takes arrays of two values, and there are more"
            raise InvalidInput(f"{words}; leave out --codec")
    if set(counted) <= {layout.back, layout.front}:
        counted = {layout.back: 0, layout.front: 0, **counted}
    order = sorted(counted, key=lambda key: (-counted[key], key))
    return replace(layout, back=order[0], front=order[-1])
