"""Files whose checksums are right and whose contents are not: explained, never believed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from tests import tiny
from tests.battery import same
from tests.forge import forged, knots, opened
from tests.tiny import VECTORS
from vdsc.codecs.knots import body as layout
from vdsc.container import ModelRef, varint
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, ModelMissing, UnsupportedVersion

QUICK = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def file(tiny):
    """A sound file of three windows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(tiny))
        return knots(clip(100))


def clip(frames):
    return tiny.clip(VECTORS, frames)


def outline(frames=100, channels=6, dtype="<f4", clock=None):
    return Outline((frames, channels), np.dtype(dtype), clock or Clock(rate=Fraction(30)))


def test_a_forger_can_change_nothing(file):
    """Taken apart and put together, a file is the same."""
    assert forged(file) == file


@pytest.mark.parametrize(
    "change",
    [
        {"q": 0}, {"q": 101}, {"q": -(2**63)}, {"q": 2**64 - 1}, {"a": 0}, {"a": 2}, {"p": 0},
        {"p": 2**20 + 1}, {"p": -1}, {"q": None}, {"d": 2}, {"s": 1}, {"k": 0}, {"k": 2**33},
        {"u": -1}, {"a": 1, "d": 1},
    ],
)  # fmt: skip
def test_parameters_that_no_encoder_writes(file, change):
    """Parameters out of range are a corrupt file, for info as well."""
    params = {k: v for k, v in (opened(file)[0].params | change).items() if v is not None}
    for read in (vdsc.decompress, vdsc.info, vdsc.inspect_knots):
        with pytest.raises(CorruptFile):
            read(forged(file, params=params))


@pytest.mark.parametrize(
    "change", [{"u": 1 << 6}, {"u": 0}, {"u": 63}, {"q": 1}, {"a": 1}, {"d": 1}]
)
def test_parameters_of_another_file(file, change):
    """Possible parameters that are not this file's give other integers or none, cleanly."""
    params = dict(opened(file)[0].params) | change
    with pytest.raises(CorruptFile):
        vdsc.decompress(forged(file, params=params))


@pytest.mark.parametrize(
    "wrong",
    [
        outline(frames=1), outline(frames=2), outline(frames=500), outline(frames=2**40),
        outline(channels=5), outline(channels=7), outline(dtype="u1"), outline(dtype="<i4"),
        outline(clock=Clock(rate=Fraction(2**64 - 1))),
        outline(clock=Clock(rate=Fraction(1, 2**64 - 1))),
        outline(clock=Clock(rate=Fraction(30), start=1e300)),
        outline(clock=Clock(rate=Fraction(30), start=-1e18)),
        outline(clock=Clock(times=np.arange(100) * 5e-324)),
        outline(clock=Clock(times=np.linspace(-8e307, 8e307, 100))),
    ],
    ids=range(14),
)  # fmt: skip
def test_outlines_that_the_chunks_do_not_fill(file, wrong):
    """Shapes, types and clocks that no encoder writes are refused; nothing large is allocated."""
    with pytest.raises(CorruptFile):
        vdsc.decompress(forged(file, outline=wrong))
    with pytest.raises(CorruptFile):
        vdsc.inspect_knots(forged(file, outline=wrong))


def test_a_clock_may_start_anywhere(file):
    """Where a clock starts is no more than a claim, and moves all instants."""
    later = forged(file, outline=outline(clock=Clock(rate=Fraction(30), start=5.0)))
    assert same(vdsc.decompress(later).values, vdsc.decompress(file).values)
    assert vdsc.decompress(later).times[0] == vdsc.info(later).start == 5
    assert len(vdsc.decompress(later, fps=3).values) == 10


def test_a_file_of_several_windows_needs_them_all(file):
    """Chunks that are missing, doubled or swapped do not decode, even with right checksums."""
    _, bodies = opened(file)
    for wrong in (bodies[:2], [*bodies, bodies[0]], bodies[:1]):
        for read in (vdsc.decompress, vdsc.inspect_knots):
            with pytest.raises(CorruptFile):
                read(forged(file, bodies=wrong))
    with pytest.raises(CorruptFile):
        vdsc.info(forged(file, bodies=bodies * 40))


def test_a_codec_of_the_future(file):
    """A codec that is not known here needs a newer vdsc, and info says so, too."""
    for read in (vdsc.decompress, vdsc.info):
        with pytest.raises(UnsupportedVersion, match=r"'vdsde9'.*upgrade"):
            read(forged(file, codec="vdsde9"))


def test_a_lossy_file_without_a_model(file):
    """The codec's parameters mean nothing without its model."""
    for read in (vdsc.decompress, vdsc.info):
        with pytest.raises(CorruptFile, match="needs a model"):
            read(forged(file, model=None))


def test_a_model_that_is_not_installed(file):
    """The error names the model and its hash; info needs no model at all."""
    other = forged(file, model=ModelRef("elsewhere", bytes(range(6))))
    with pytest.raises(ModelMissing, match="'elsewhere' with hash 000102030405"):
        vdsc.decompress(other)
    assert vdsc.info(other).model == "elsewhere"


@pytest.mark.parametrize("knots", [0, 2, 40, 2**63])
def test_a_wrong_number_of_knots(file, knots):
    """The number of knots that a chunk claims must be the number it holds."""
    _, bodies = opened(file)
    span, at = layout.Span.read(bodies[1])
    _, spent, at = layout.split(bodies[1], at)
    bodies[1] = span.to_bytes() + layout.join(knots, spent, bodies[1][at:])
    with pytest.raises(CorruptFile):
        vdsc.decompress(forged(file, bodies=bodies))


@pytest.mark.parametrize("body", [b"", b"\x01", b"\x01\x00", b"\x05\x09ab", b"\x80" * 20])
def test_bodies_that_are_none(file, body):
    """Empty and cut bodies are refused."""
    _, bodies = opened(file)
    with pytest.raises(CorruptFile):
        vdsc.decompress(forged(file, bodies=[body, *bodies[1:]]))


@pytest.mark.parametrize("frames", [0, 1, 2, 39, 41, 42, 2**40])
@pytest.mark.parametrize("fresh", [True, False])
def test_spans_that_the_file_does_not_have(file, frames, fresh):
    """Windows that are too long, too short, or do not end with the file are corrupt."""
    _, bodies = opened(file)
    span, at = layout.Span.read(bodies[1])
    if (frames, fresh) == (span.frames, span.fresh):
        return
    bodies[1] = layout.Span(frames, fresh).to_bytes() + bodies[1][at:]
    with pytest.raises(CorruptFile):
        vdsc.decompress(forged(file, bodies=bodies))


def test_knot_times_may_not_be_longer_than_their_stream(file):
    """Neither info, whose bytes would be negative, nor decoders believe it."""
    _, bodies = opened(file)
    span, at = layout.Span.read(bodies[0])
    knots, _, at = layout.split(bodies[0], at)
    rest = bodies[0][at:]
    bodies[0] = span.to_bytes() + varint.put(knots) + varint.put(len(rest)) + rest
    for read in (vdsc.info, vdsc.decompress):
        with pytest.raises(CorruptFile, match="longer"):
            read(forged(file, bodies=bodies))


@QUICK
@given(st.binary(max_size=200), st.integers(1, 40), st.integers(0, 2))
def test_streams_of_noise(file, noise, knots, at):
    """Any bytes in place of a stream are refused, or are the integers of some other file."""
    _, bodies = opened(file)
    span, _ = layout.Span.read(bodies[at])
    bodies[at] = span.to_bytes() + layout.join(knots, 1, noise)
    try:
        values = vdsc.decompress(forged(file, bodies=bodies)).values
    except CorruptFile:
        return
    assert values is not None
    assert values.shape == (100, 6)


@QUICK
@given(st.data())
def test_streams_with_a_changed_byte(file, data):
    """One byte of a stream changed, checksums mended: refused, or other values, nothing else."""
    _, bodies = opened(file)
    at = data.draw(st.integers(0, 2))
    place = data.draw(st.integers(0, len(bodies[at]) - 1))
    wrong = bytearray(bodies[at])
    wrong[place] ^= data.draw(st.integers(1, 255))
    bodies[at] = bytes(wrong)
    try:
        values = vdsc.decompress(forged(file, bodies=bodies)).values
    except CorruptFile:
        return
    assert values is not None
    assert values.shape == (100, 6)


@QUICK
@given(st.dictionaries(st.sampled_from("qapdsukz"), st.integers(-(2**63), 2**64 - 1)))
def test_parameters_of_noise(file, params):
    """Any parameters are refused, unknown ones as those of a newer vdsc, or are another file's."""
    wrong = forged(file, params=params)
    if "z" in params:
        with pytest.raises(UnsupportedVersion):
            vdsc.decompress(wrong)
        return
    try:
        values = vdsc.decompress(wrong).values
    except CorruptFile:
        return
    assert values.shape == (100, 6)
