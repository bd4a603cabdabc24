"""The integers of a file, popped without its networks."""

from __future__ import annotations

import io

import numpy as np

from vdsc.api.decoding import Opened
from vdsc.codecs.knots.window_code import Window
from vdsc.container import Reader
from vdsc.core.sequence import Times


def integers(data: bytes) -> list[Window]:
    """Knots and cells of every window of a .vds file; needs its checkpoint's tables, no network.

    They are the same on every machine. Raises VdscError.
    """
    return [window for _, window in Opened.of(Reader(io.BytesIO(data))).windows()]


def knot_times(data: bytes) -> Times:
    """Times (K,) seconds of all knots of a .vds file, seams once."""
    opened = Opened.of(Reader(io.BytesIO(data)))
    return np.unique(np.concatenate([seconds[w.knots] for seconds, w in opened.windows()]))
