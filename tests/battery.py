"""What every codec, model and adapter must pass: `check_codec(model, values)` is one line."""

from __future__ import annotations

import io
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import vdsc
from vdsc.api import models
from vdsc.api.decoding import Opened
from vdsc.codecs.windows import windows
from vdsc.container import Reader
from vdsc.errors import CorruptFile, VdscError

NEAR = 2e-4  # of the largest value: float32 networks run in batches of other sizes


def check_codec(model, values, *, times=None, damage=24, **options) -> bytes:
    """All checks of this page on values (T, ...) coded by `model`; returns the file."""
    data = vdsc.compress(values, model=model, times=times, **options)
    sequence = vdsc.decompress(data)
    check_round_trip(sequence, values, times=times)
    check_info(data, values, model)
    check_seams(data, sequence)
    check_size(data)
    check_damage(data, damage)
    if times is None and len(values) < 400:
        check_other_rate(data, sequence)
    check_some_times(data, sequence)
    return data


def check_round_trip(sequence, values, *, times=None) -> None:
    """Shape, type and times come back, in native byte order, and all values are finite."""
    assert sequence.values.shape == values.shape
    assert sequence.values.dtype == values.dtype.newbyteorder("=")
    assert sequence.values.dtype.isnative
    assert np.isfinite(sequence.values).all()
    assert (np.diff(sequence.times) > 0).all()
    if times is not None:
        assert (sequence.times == times).all()


def check_info(data, values, model) -> None:
    """Info tells what was coded, and its byte budget sums to the size of the file."""
    facts = vdsc.info(data)
    assert facts.size == len(data) == sum(facts.budget.values())
    assert min(facts.budget.values()) >= 0
    assert (facts.model, facts.shape, facts.dtype) == (model, values.shape, values.dtype.name)
    chunk = models.store.by_name(model).settings["chunk"]
    lengths = [end - begin for begin, end in windows(len(values), chunk)]
    assert [c["frames"] for c in facts.chunks] == lengths
    assert sum(c["bytes"] for c in facts.chunks) <= len(data)
    assert len(vdsc.inspect_knots(data)) == facts.knots


def check_seams(data, sequence) -> None:
    """Neighbouring windows hold the same cells at their shared knot and decode to one frame."""
    opened = Opened.of(Reader(io.BytesIO(data)))
    networks = models.networks(opened.checkpoint, "cpu")
    parts, last = list(opened.windows()), -1
    for (seconds, window), (_, after) in pairwise(parts):
        assert (window.cells[-1] == after.cells[0]).all()
        last += len(seconds) - (last >= 0)
        ticks = seconds[window.knots] - seconds[0]
        (edge,) = networks.synthesise(ticks, window.values, ticks[-1:])
        assert_near(edge.reshape(sequence.values[last].shape), sequence.values[last])


def check_size(data) -> None:
    """The file is at most 3 % and 96 bytes above its ideal bits, and 16 for each further window."""
    opened = Opened.of(Reader(io.BytesIO(data)))
    coding, bits, context, frame = opened.coding, 0.0, None, 0
    listed = vdsc.info(data).budget["header"] if opened.coding.outline.clock.rate is None else 0
    for seconds, window in opened.windows():
        lags = coding.lags(window.knots, frame)
        bits += coding.values.bits(window.cells, lags, context=context)
        bits += coding.times.bits(window.knots, len(seconds) - 1)
        context = coding.values.context(window.cells, lags, context=context)
        frame += len(seconds) - 1
    further = 16 * (opened.reader.header.chunks - 1)
    assert len(data) - listed <= bits / 8 * 1.03 + 96 + further


def check_damage(data, count) -> None:
    """A file cut anywhere, or with one bit flipped anywhere, is told apart from a sound one."""
    rng = np.random.default_rng(len(data))
    for cut in {0, 1, len(data) - 1, *rng.integers(0, len(data), count).tolist()}:
        with pytest.raises(CorruptFile):
            vdsc.decompress(data[:cut])
    for at in rng.integers(0, len(data), count).tolist():
        wrong = bytearray(data)
        wrong[at] ^= 1 << int(rng.integers(8))
        with pytest.raises(VdscError):
            vdsc.decompress(bytes(wrong))
    with pytest.raises(CorruptFile):
        vdsc.decompress(data + b"\0")


def check_other_rate(data, sequence) -> None:
    """At three times the rate every third frame is an original instant and equals its frame."""
    finer = vdsc.decompress(data, fps=3 * sequence.clock.rate)
    assert (finer.times[::3] == sequence.times).all()
    assert_near(finer.values[::3], sequence.values)
    assert len(finer.values) == 3 * len(sequence.values) - 2
    slower = vdsc.decompress(data, fps=sequence.clock.rate / Fraction(5, 2))
    assert_near(slower.values[::2], sequence.values[::5])


def check_some_times(data, sequence) -> None:
    """At a few of the original times the original frames come back."""
    some = np.unique(np.linspace(0, len(sequence.values) - 1, 5).astype(int))
    found = vdsc.decompress(data, times=sequence.times[some])
    assert (found.times == sequence.times[some]).all()
    assert_near(found.values, sequence.values[some])


def assert_near(one, other) -> None:
    """Equal but for the rounding of floats; pixels by at most one step."""
    limit = 1.0 if other.dtype == np.uint8 else NEAR * (1 + np.abs(other, dtype=float).max())
    if other.dtype == np.float16:
        limit += np.abs(other, dtype=float).max() / 1024
    assert np.abs(one.astype(float) - other.astype(float)).max(initial=0) <= limit
