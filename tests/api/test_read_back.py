"""A file that is read back holds its source; any other source or file does not."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from vdsc.api import check_written, encode
from vdsc.errors import CorruptFile, VdscError
from vdsc.io.source import array_source

rng = np.random.default_rng(0)
WALK = rng.standard_normal((40, 4)).cumsum(axis=0)
PIXELS = rng.integers(0, 256, (20, 8, 8, 3)).astype(np.uint8)
GAPS = np.where(rng.random(WALK.shape) < 0.1, np.nan, WALK)
CASES = {
    "linear": (WALK, {"codec": "linear"}, None),
    "points": (WALK.reshape(40, 2, 2)[..., [0, 1, 1]], {"codec": "linear"}, False),
    "bounded": (WALK, {"max_error": 0.1}, True),
    "gaps": (GAPS, {"missing": "nan"}, None),
    "big-endian": (WALK.astype(">f8"), {"lossless": True}, True),
    "complex": (WALK + 1j, {"lossless": True}, True),
    "dates": (np.arange(40).reshape(20, 2).astype("M8[s]"), {"lossless": True}, True),
    "bfloat16": (
        rng.integers(0, 2**14, (20, 2)).astype(np.uint16).view("V2"),
        {"lossless": True},
        True,
    ),
    "channels first": (np.moveaxis(PIXELS, 3, 1), {"codec": "linear"}, False),
    "float video": (PIXELS.astype(np.float32) / 255, {"codec": "linear"}, False),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_holds_its_source(name):
    """Whatever was coded, and however it was seen, passes; one changed value does not."""
    values, asked, exact = CASES[name]
    stream = io.BytesIO()
    report = encode(array_source(values, exact=exact), stream, **asked)
    stream.seek(0)
    check_written(array_source(values, exact=exact), stream, report)
    other = values.copy()
    other[7] = values[9]
    stream.seek(0)
    with pytest.raises(CorruptFile, match="is not what was written; keep the source"):
        check_written(array_source(other, exact=exact), stream, report)


def test_another_shape_is_another_file():
    """A file with other frames than the source's is refused before they are compared."""
    stream = io.BytesIO()
    report = encode(array_source(WALK), stream, codec="linear")
    stream.seek(0)
    with pytest.raises(CorruptFile, match="another shape or type"):
        check_written(array_source(WALK[:20]), stream, report)


def test_errors_are_the_reports():
    """A report that promises less error than the file has does not pass."""
    stream = io.BytesIO()
    report = encode(array_source(WALK), stream, codec="linear")
    less = tuple(replace(one, max=one.max / 2) for one in report.groups)
    stream.seek(0)
    with pytest.raises(CorruptFile):
        check_written(array_source(WALK), stream, replace(report, groups=less))


def test_damage_and_limits_are_said():
    """A flipped bit, and a file that needs more memory than allowed, do not pass."""
    stream = io.BytesIO()
    report = encode(array_source(WALK), stream, lossless=True)
    data = bytearray(stream.getvalue())
    stream.seek(0)
    with pytest.raises(VdscError):
        check_written(array_source(WALK), stream, report, memlimit=100)
    data[len(data) // 2] ^= 1
    with pytest.raises(VdscError):
        check_written(array_source(WALK), io.BytesIO(data), report)


def test_attempts_are_told():
    """A report names what was tried, with settings, bytes and the time of each chunk."""
    report = encode(array_source(WALK, exact=True), io.BytesIO(), max_error=0.1)
    tried = [one for one in report.attempts if one.whole and one.codec == "bounded"]
    assert [one.settings for one in tried] == ["max_error=0.1", "max_error=0.1, base=none"]
    assert report.file_bytes == min(one.size for one in tried if one.frames == 40)
    for one in report.attempts:
        assert 0 <= one.slowest <= one.seconds
        assert one.chunks == 1 or not one.whole


def test_attempts_belong_to_one_call():
    """What one call tried is not in the report of the next, also after a failure."""
    with pytest.raises(VdscError):
        encode(array_source(WALK), io.BytesIO(), codec="linear", target_size=1)
    report = encode(array_source(WALK), io.BytesIO(), codec="linear")
    assert [one.codec for one in report.attempts] == ["linear"]


def test_what_is_given_up_is_told():
    """An attempt that became larger than the best one so far is not whole."""
    report = encode(array_source(WALK, exact=True), io.BytesIO(), lossless=True)
    first, second = report.attempts
    assert first.whole
    assert second.whole == (second.size == report.file_bytes)
