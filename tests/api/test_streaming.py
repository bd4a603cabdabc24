"""Long sequences go through window by window, in memory that does not grow."""

from __future__ import annotations

import io
import tracemalloc
from fractions import Fraction
from itertools import pairwise

import numpy as np

import vdsc
from tests import tiny
from tests.battery import assert_near
from tests.tiny import CHUNK, VECTORS
from vdsc.api import decode, encode
from vdsc.io.source import Source, array_source


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
    assert reads[0][0] == 0
    assert reads[-1][1] == 500
    assert all(a[1] - 1 == b[0] for a, b in pairwise(reads))
    assert max(end - begin for begin, end in reads) <= CHUNK[VECTORS]
    assert steps == [(end, 500) for _, end in reads]
    assert report.frames == 500


def test_memory_does_not_grow_with_the_length():
    """Four times as many windows take about the memory of one time."""
    _, few, many = (peak(lambda n=n: encode(endless(40 * n + 1), io.BytesIO())) for n in (1, 5, 20))
    assert many < 1.1 * few


def test_memory_does_not_grow_with_the_frames_asked_for():
    """Frames are decoded in batches: 72,001 of them take less than a third of their own size."""
    stream = io.BytesIO()
    encode(endless(241), stream)
    frames = 8 * 9000 + 1
    taken = peak(lambda: count(decode(io.BytesIO(stream.getvalue()), fps=Fraction(9000))))
    assert taken < frames * 6 * 4 / 3


def count(decoding):
    assert sum(len(frames) for frames in decoding) == decoding.outline.frames


def peak(work):
    """Bytes that Python and numpy held at most."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_the_report_is_of_what_decodes():
    """Errors, sizes and knots in the report are those of the decoded file."""
    for model, frames in ((VECTORS, 100), (tiny.PIXELS, 30)):
        values, stream = tiny.clip(model, frames), io.BytesIO()
        report = encode(array_source(values), stream, quality=60)
        data = stream.getvalue()
        found, facts = vdsc.decompress(data).values, vdsc.info(data)
        assert (report.file_bytes, report.raw_bytes) == (len(data), values.nbytes)
        assert report.ratio == values.nbytes / len(data)
        assert report.bits_per_value == 8 * len(data) / values.size
        assert (report.knots, report.frames, report.model) == (facts.knots, frames, model)
        check_errors(report, values.astype(float), found.astype(float))


def check_errors(report, wanted, found):
    """PSNR of pixels; mean and maximum error of angles, modulo 360 degrees."""
    off = found - wanted
    if report.unit == "dB":
        psnr = 10 * np.log10(255**2 / np.square(off).mean())
        assert_near(np.array([report.psnr]), np.array([psnr]))
        assert (report.mean_error, report.max_error) == (None, None)
    else:
        turned = np.abs((off[:, 2:] + 180) % 360 - 180)
        assert (report.unit, report.psnr) == ("deg", None)
        found = np.array([report.mean_error, report.max_error])
        assert_near(found, np.array([turned.mean(), turned.max()]))
