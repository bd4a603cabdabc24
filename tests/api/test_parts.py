"""A sequence in parts: the same frames, any of them read without the rest."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest

import vdsc
from vdsc.api.decoding import decode
from vdsc.api.salvaging import salvage_clips
from vdsc.errors import InvalidInput, VdscError

T = np.arange(160)[:, None] / 11
WALK = (20 * np.sin(T * (1 + np.arange(6) / 5)) + np.arange(6)).astype("f4")
UNEVEN = np.cumsum(0.01 + 0.02 * np.random.default_rng(1).random(160))
WAYS = {
    "linear": {"codec": "linear", "quality": 60},
    "lossless": {"lossless": True},
    "bounded": {"max_error": "0.1%"},
}


def made(way, **options):
    """A file in parts of a second."""
    dated = {} if "times" in options else {"fps": 60}
    return vdsc.compress(WALK, parts=1, **dated, **WAYS[way], **options)


def part(data, **span):
    """Some frames and their times."""
    decoding = decode(io.BytesIO(data), **span)
    clock, count = decoding.outline.clock, decoding.outline.frames
    return np.concatenate(list(decoding)), clock.seconds(0, count)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("times", [None, UNEVEN], ids=["rate", "times"])
def test_parts_are_the_whole(way, times):
    """Any span of the frames is what it is in the whole sequence."""
    data = made(way, **({} if times is None else {"times": times}))
    whole = vdsc.decompress(data)
    seconds = np.arange(160) / 60 if times is None else times
    assert whole.values.shape == WALK.shape
    assert np.allclose(whole.times, seconds, rtol=0, atol=1e-12)
    limit = {"linear": 2.0, "lossless": 0, "bounded": 0.001 * np.ptp(WALK, axis=0)}[way]
    assert (np.abs(whole.values.astype("f8") - WALK).max(axis=0) <= limit).all()
    for begin, end in ((0, 160), (59, 61), (60, 120), (159, 160), (0, 1), (30, 133)):
        found, when = part(data, start=float(seconds[begin]), end=float(seconds[end - 1]))
        assert (found == whole.values[begin:end]).all()
        assert np.allclose(when, seconds[begin:end])


@pytest.mark.parametrize("way", WAYS)
def test_other_times_are_those_of_the_whole(way):
    """At other rates, the parts meet without a jump, and each is what a list of times gives."""
    data = made(way)
    dense = vdsc.decompress(data, fps=240).values
    own = vdsc.decompress(data).values
    assert np.abs(dense[::4] - own).max() < 1e-4
    assert np.abs(np.diff(dense, axis=0)).max() < 1.5 * np.abs(np.diff(own, axis=0)).max() / 4 + 0.2
    times = np.sort(np.random.default_rng(0).uniform(0, 159 / 60, 50))
    listed = vdsc.decompress(data, times=times).values
    assert (vdsc.decompress(data, times=times[20:30]).values == listed[20:30]).all()
    some, when = part(data, fps=Fraction(240), start=0.75, end=1.25)
    assert (some == dense[180:301]).all()
    assert np.allclose(when, np.arange(180, 301) / 240)


def test_parts_of_a_file_without_parts():
    """They are found by decoding what is before."""
    data = vdsc.compress(WALK, fps=60, codec="linear", quality=60)
    whole = vdsc.decompress(data).values
    found, when = part(data, start=1.0, end=2.0)
    assert (found == whole[60:121]).all()
    assert when[0] == 1.0


@pytest.mark.parametrize("span", [{"start": 99.0}, {"end": -1.0}, {"start": 2.0, "end": 1.0}])
def test_spans_without_a_frame(span):
    """One line says what there is."""
    with pytest.raises(InvalidInput, match="spans 0 to"):
        part(made("linear"), **span)


def test_little_is_read(tmp_path):
    """A second out of many: the header, its part and the first one, and the index."""
    long = np.random.default_rng(3).normal(size=(30_000, 6)).astype("f4")
    path = tmp_path / "long.vds"
    path.write_bytes(vdsc.compress(long, fps=60, codec="packed", parts=1, verify=False))
    reader = vdsc.open(str(path))
    assert (reader.frames(9000, 9060) == long[9000:9060]).all()
    ranges = reader._held._decoding.file._fetch.__self__
    assert ranges.bytes_read < 0.2 * ranges.size  # in blocks of 4 KiB


def test_info_says_so():
    """The whole is one sequence, in so many parts, and the budget is its size."""
    data = made("linear")
    facts = vdsc.info(data)
    assert (facts.frames, facts.parts, facts.clips) == (160, 3, None)
    assert sum(facts.budget.values()) == facts.size == len(data)


def test_a_cut_file_gives_its_whole_parts():
    """They are a shorter sequence of the same frames."""
    data = made("linear")
    whole = vdsc.decompress(data).values
    found = set()
    for size in range(60, len(data), 17):
        out = io.BytesIO()
        try:
            count, _ = salvage_clips(io.BytesIO(data[:size]), out, memlimit=1 << 30)
        except VdscError:
            continue
        found.add(count)
        some = vdsc.decompress(out.getvalue()).values
        assert len(some) == min(60 * count + 1, 160)
        assert (some[:-1] == whole[: len(some) - 1]).all()  # the last one was the next part's
    assert found >= {1, 2}


def test_a_long_sequence_is_in_parts_by_itself(monkeypatch):
    """Beyond so many seconds and values there are parts, unless none or one whole is asked for."""
    monkeypatch.setattr("vdsc.api.joining.LONG", 2)
    monkeypatch.setattr("vdsc.api.joining.MANY", 900)
    monkeypatch.setattr("vdsc.api.joining.PART", 240)
    monkeypatch.setattr("vdsc.api.joining.EXACT", 240)
    monkeypatch.setattr("vdsc.api.joining.SHORTEST", 0)
    for way in WAYS.values():
        data = vdsc.compress(WALK, fps=60, **way)
        assert vdsc.info(data).parts == 4
        assert vdsc.decompress(data).values.shape == WALK.shape
        assert vdsc.info(vdsc.compress(WALK, fps=60, parts=0, **way)).parts is None
        assert vdsc.info(vdsc.compress(WALK, fps=90, **way)).parts is None
        assert vdsc.info(vdsc.compress(WALK[:, :3], fps=60, **way)).parts is None
    assert vdsc.info(vdsc.compress(WALK, fps=60, target_size=9000)).parts is None
