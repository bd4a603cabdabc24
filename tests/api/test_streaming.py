"""Long sequences go through window by window, in memory that does not grow."""

from __future__ import annotations

import io
import tracemalloc
from fractions import Fraction
from functools import partial
from itertools import pairwise

import numpy as np

from tests import tiny
from tests.tiny import CHUNK, VECTORS
from vdsc.api import decode
from vdsc.api import encode as encode_any
from vdsc.io.source import Source

encode = partial(encode_any, codec="knots")


def endless(frames, reads=None):
    """A source that makes its frames when they are read."""
    base = tiny.clip(VECTORS, 64)

    def fetch(begin, end):
        if reads is not None:
            reads.append((begin, end))
        return base[np.arange(begin, end) % 64]

    return Source("endless", (frames, 6), base.dtype, fetch)


def test_frames_are_read_once_and_in_order():
    """Each window reads its own frames, the shared one twice, never more than a window's."""
    reads, steps = [], []
    report = encode(
        endless(500, reads), io.BytesIO(), progress=lambda done, total: steps.append((done, total))
    )
    (whole, *reads) = reads  # frames are looked at once for cuts, in parts of READ, and the unit
    assert whole == (0, 500)
    reads = [read for read in reads if read != (0, 500)]
    assert reads[0][0] == 0
    assert reads[-1][1] == 500
    assert all(b[0] in {a[1] - 1, a[1]} for a, b in pairwise(reads))
    assert max(end - begin for begin, end in reads) <= CHUNK[VECTORS]
    assert steps == [(end, 500) for _, end in reads]
    assert report.frames == 500


def test_memory_does_not_grow_with_the_length():
    """Four times as many windows take about the memory of one time."""
    _, few, many = (peak(lambda n=n: encode(endless(40 * n + 1), io.BytesIO())) for n in (1, 5, 20))
    assert many < 1.1 * few


def test_memory_does_not_grow_with_the_frames_asked_for():
    """Frames are decoded in batches: three times as many take about the memory of one time."""
    stream = io.BytesIO()
    encode(endless(241), stream)

    def taken(fps):
        return peak(lambda: count(decode(io.BytesIO(stream.getvalue()), fps=Fraction(fps))))

    _, few, many = taken(100), taken(4000), taken(12000)
    assert many < 1.1 * few


def count(decoding):
    assert sum(len(frames) for frames in decoding) == decoding.outline.frames


def peak(work):
    """Bytes that Python and numpy held at most."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most
