"""A file of one window in a record beside its checkpoint stands for its long form, and no other."""

from __future__ import annotations

import contextlib
import io
import shutil
from dataclasses import replace
from fractions import Fraction
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from tests import tiny
from tests.forge import knots, opened
from vdsc.api import reading
from vdsc.codecs import registry
from vdsc.codecs.knots import short_file
from vdsc.codecs.knots.short_header import DIGEST_START, Start
from vdsc.container import Writer, varint
from vdsc.container.prelude import ALONE_SINCE, prelude
from vdsc.container.record import RecordWriter
from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock
from vdsc.errors import (
    CorruptFile,
    LimitExceeded,
    ModelMissing,
    UnsupportedVersion,
    VdscError,
)
from vdsc.model import store

NEWEST = prelude(ALONE_SINCE)


@pytest.fixture(scope="module")
def short():
    """A file of the vectors' checkpoint, as long as one window may be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(tiny.FOLDER))
        return knots(tiny.clip(tiny.VECTORS, 41), quality=60)


def record(data):
    """Kind and body of the first record of a file."""
    size, at = varint.get(data, 10)
    return data[9:10], data[at : at + size]


def file_of(body, kind=b"U"):
    """A file of one record, with a right checksum."""
    stream = io.BytesIO()
    stream.write(NEWEST)
    RecordWriter(stream, crc32(NEWEST)).write(kind, body)
    return stream.getvalue()


def long_form(data):
    """The same file with its checkpoint named in full."""
    header, bodies = opened(data)
    stream = io.BytesIO()
    Writer(stream, header).chunk(bodies[0])
    return stream.getvalue()


def test_all_that_is_not_knots_takes_twenty_four_bytes():
    """A clip of 2 to 10 seconds of the shipped checkpoint, whatever its knots take."""
    checkpoint = store.by_name("cmu")
    pose = varint.put(1 + 2 * 0b10111) + bytes(8)
    start = Start(75, more=False, model=checkpoint.digest[:DIGEST_START], frames=300, end=0)
    stream = np.random.default_rng(1).bytes(1999) + b"\1"
    data = file_of(start.to_bytes() + pose + stream)
    facts = vdsc.info(data)
    assert facts.budget["header"] + facts.budget["checksums"] == 24
    assert facts.budget["pose"] == 9
    assert facts.size == len(data) == 24 + 9 + 2000
    assert (facts.shape, facts.fps, facts.params) == ((300, 96), 60.0, {"q": 75, "u": 23})


def test_a_short_file_is_what_its_long_form_is(short):
    """Values, times, info, knots: all but the bytes of the header and of one checksum."""
    long = long_form(short)
    assert (record(short)[0], record(long)[0]) == (b"U", b"S")
    one, other = vdsc.decompress(short), vdsc.decompress(long)
    assert one.values.tobytes() == other.values.tobytes()
    assert one.clock == other.clock
    facts = [vdsc.info(data) for data in (short, long)]
    sizes = [f.budget.pop("header") for f in facts]
    assert len(short) - len(long) == sizes[0] - sizes[1] < -25
    plain = [replace(f, size=0) for f in facts]
    assert plain[0] == plain[1]
    assert (vdsc.inspect_knots(short) == vdsc.inspect_knots(long)).all()


def test_a_file_opens_and_decodes_in_part(short, tmp_path):
    """`vdsc.open` gives what decoding gives, frame by frame and between frames."""
    (tmp_path / "a.vds").write_bytes(short)
    held, values = vdsc.open(str(tmp_path / "a.vds")), vdsc.decompress(short).values
    assert held.shape == values.shape
    assert (held.frames(3, 9) == values[3:9]).all()
    assert held.decode(fps=7).values.shape[0] == vdsc.decompress(short, fps=7).values.shape[0]


def vectors(frames=20, **how):
    return knots(tiny.clip(tiny.VECTORS, frames).astype(how.pop("dtype", "f4")), **how)


MADE = {
    "usual": vectors,
    "one frame": lambda: vectors(1),
    "another rate": lambda: vectors(fps="30000/1001"),
    "another type": lambda: vectors(dtype="f8"),
    "big-endian": lambda: vectors(dtype=">f4"),
    "points": lambda: knots(tiny.clip(tiny.VECTORS, 20).reshape(20, 2, 3)),
    "every frame": lambda: vectors(knots="full"),
    "drawn": lambda: vectors(grid="rec", seed=9, fps=60),
    "wound": lambda: knots(tiny.clip(tiny.VECTORS, 20) + np.float32([0, 0, 0, 720, 0, 0])),
    "pixels": lambda: knots(tiny.clip(tiny.PIXELS, 12)),
    "grey": lambda: knots(tiny.clip(tiny.PIXELS, 12)[..., 0]),
}


@pytest.mark.parametrize("name", MADE)
def test_what_is_unusual_is_said(name):
    """Each kind of file is short, comes back as its long form, and decodes the same."""
    data = MADE[name]()
    assert record(data)[0] == b"U"
    header, bodies = opened(data)
    assert short_file.fold(header, bodies[0]) == record(data)[1]
    long = long_form(data)
    assert len(data) < len(long) - 15
    assert vdsc.decompress(data).values.tobytes() == vdsc.decompress(long).values.tobytes()


def test_a_start_is_said(short):
    """A file whose first frame is not at 0 seconds takes ten bytes more."""
    header, (chunk,) = opened(short)
    late = replace(header, outline=replace(header.outline, clock=Clock(Fraction(30), -1.5)))
    folded = short_file.fold(late, chunk)
    assert len(folded) == len(record(short)[1]) + 9
    assert short_file.unfold(folded) == (late, chunk)


def test_what_a_checkpoint_cannot_say_is_not_short(short):
    """Several windows, listed times, a shorter hash, bodies that no encoder makes."""
    header, (chunk,) = opened(short)
    model = replace(header.model, digest=header.model.digest[:6])
    outline = replace(header.outline, clock=Clock(times=np.arange(41.0)))
    others = [
        replace(header, chunks=2),
        replace(header, outline=outline),
        replace(header, model=model),
        replace(header, model=None),
        replace(header, params={"u": 7}),
        replace(header, outline=replace(header.outline, shape=(42, 6))),
        replace(header, outline=replace(header.outline, shape=(41, 7))),
    ]
    assert [short_file.fold(other, chunk) for other in others] == [None] * len(others)
    wrong = (b"", chunk[:1], bytes([chunk[0] + 1]) + chunk[1:], chunk + b"\0")
    assert [short_file.fold(header, body) for body in wrong] == [None] * len(wrong)
    assert registry.fold(replace(header, codec="vdsde"), chunk) is None


@settings(deadline=None, max_examples=60)
@given(q=st.integers(0, 255), frames=st.integers(0, 50), rest=st.binary(max_size=60))
def test_any_body_is_explained_or_has_one_spelling(q, frames, rest):
    """Bytes without sense are a VdscError, or stand for a header and chunk that fold to them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(tiny.FOLDER))
        digest = store.by_name(tiny.VECTORS).digest[:DIGEST_START]
        body = bytes([q]) + digest + varint.put(frames) + rest
        with contextlib.suppress(VdscError):
            assert short_file.fold(*short_file.unfold(body)) == body


def test_every_prefix_and_every_flipped_bit_is_damage_with_and_without_the_model(
    short, monkeypatch, tmp_path
):
    """The checksum is that of the file alone, so damage is never taken for a missing model."""
    for models in (tiny.FOLDER, tmp_path):
        monkeypatch.setenv("VDSC_MODELS", str(models))
        for at in range(len(short)):
            with pytest.raises(CorruptFile):
                vdsc.info(short[:at])
            wrong = short[:at] + bytes([short[at] ^ 1 << at % 8]) + short[at + 1 :]
            with pytest.raises((CorruptFile, LimitExceeded)):
                vdsc.info(wrong)


def test_a_missing_checkpoint_is_named_by_its_hash(short, monkeypatch, tmp_path):
    """By the digits that the file has, which begin those of `vdsc models`."""
    digest = store.by_name(tiny.VECTORS).digest
    monkeypatch.setenv("VDSC_MODELS", str(tmp_path))
    for read in (vdsc.info, vdsc.decompress):
        with pytest.raises(ModelMissing, match=rf"begins with {digest[:5].hex()}, .*VDSC_MODELS"):
            read(short)


def twins(folder, monkeypatch):
    """Install a second checkpoint whose hash begins as that of the vectors' does."""
    shutil.copytree(tiny.FOLDER / tiny.VECTORS, folder / tiny.VECTORS)
    shutil.copytree(tiny.FOLDER / tiny.PIXELS, folder / tiny.PIXELS)
    monkeypatch.setenv("VDSC_MODELS", str(folder))
    one, other = store.by_name(tiny.VECTORS), store.by_name(tiny.PIXELS)
    forged = one.digest[:DIGEST_START] + other.digest[DIGEST_START:]
    monkeypatch.setattr(store, "_last", {})
    other.__dict__["digest"] = forged
    return other


def test_two_checkpoints_that_begin_alike_are_told_apart_by_nobody(short, monkeypatch, tmp_path):
    """The error names both; a writer that has both names its own in full."""
    other = twins(tmp_path, monkeypatch)
    try:
        with pytest.raises(ModelMissing, match=f"{tiny.PIXELS} and {tiny.VECTORS} both begin"):
            vdsc.decompress(short)
        assert record(vectors())[0] == b"S"
    finally:
        del other.__dict__["digest"]


def test_the_right_checkpoint_is_found_by_its_whole_hash(short, monkeypatch, tmp_path):
    """Where only another one begins alike, no file of the right one is written short."""
    header, (chunk,) = opened(short)
    other = replace(header.model, digest=header.model.digest[:5] + bytes(11))
    assert short_file.fold(replace(header, model=other), chunk) is None


def test_a_model_of_another_kind_is_no_model_of_knots(short):
    """A hash of lossless video stands for no file."""
    video = next(c for c in store.installed() if c.kind == store.VIDEO)
    body = record(short)[1]
    with pytest.raises(CorruptFile, match="cannot be of model"):
        short_file.unfold(body[:1] + video.digest[:DIGEST_START] + body[6:])


def test_the_model_counts_against_the_memory_limit(short):
    """It is not loaded where it would take more."""
    with pytest.raises(LimitExceeded, match="the model of this file would take 96 MiB"):
        vdsc.info(short, memlimit=95 << 20)


@pytest.mark.parametrize(("at", "value"), [(0, 0), (0, 127), (6, 0), (6, 42)])
def test_values_out_of_range(short, at, value):
    """Qualities 0 and 127, 0 frames, and 42 where 41 go into a window, are corrupt."""
    body = record(short)[1]
    for read in (vdsc.info, vdsc.decompress):
        with pytest.raises(CorruptFile):
            read(file_of(body[:at] + bytes([value]) + body[at + 1 :]))


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (b"\x00", CorruptFile),  # fields that say nothing
        (b"\x01\x1e\x01", CorruptFile),  # the usual rate
        (b"\x01\x1e\x00", CorruptFile),
        (b"\x01\x04\x02", CorruptFile),  # not in lowest terms
        (b"\x02" + bytes(8), CorruptFile),
        (b"\x04\x00", CorruptFile),
        (b"\x04\x2e", UnsupportedVersion),
        (b"\x10q\x02", CorruptFile),
        (b"\x20s\x02d\x02", CorruptFile),  # not ascending
        (b"\x10z\x02", UnsupportedVersion),
    ],
)
def test_fields_that_no_writer_makes(short, fields, error):
    """What has its usual value is left out, and what is unknown is newer."""
    body = record(short)[1]
    with pytest.raises(error):
        vdsc.info(file_of(bytes([body[0] + 128]) + body[1:7] + fields + body[7:]))


def test_a_pose_has_one_spelling():
    """No turns are said by a bit, not by a number of 0."""
    digest = store.by_name(tiny.VECTORS).digest[:DIGEST_START]
    start = Start(60, more=False, model=digest, frames=5, end=0).to_bytes()
    stream = b"any bytes"
    assert vdsc.info(file_of(start + b"\x0f" + bytes(6) + stream)).params["u"] == 7
    with pytest.raises(CorruptFile, match="canonical"):
        vdsc.info(file_of(start + b"\x10" + bytes(7) + stream))
    assert vdsc.info(file_of(start + b"\0" + stream)).params == {"q": 60}


def test_a_file_with_metadata_stays_long(short):
    """What a source held beside its numbers has a record of its own."""
    header, (chunk,) = opened(short)
    stream = io.BytesIO()
    Writer(stream, header, Meta("csv", {}), fold=registry.fold).chunk(chunk)
    assert stream.getvalue()[9:10] == b"B"
    assert reading.of(io.BytesIO(stream.getvalue())).header == header
