"""A file of one record: what is written is read, in bytes that the page fixes."""

from __future__ import annotations

import contextlib
import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.container import Header, ModelRef, Reader, Writer, brief, sole, varint, weigh
from vdsc.container.prelude import prelude
from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import (
    CorruptFile,
    LimitExceeded,
    ModelMissing,
    TruncatedFile,
    UnsupportedVersion,
    VdscError,
)

NEWEST = prelude(2)
SMALL = Header("linear", None, Outline((5, 2), np.dtype("<f4"), Clock(Fraction(30))), {"q": 60})
BRIEF = brief.pack(SMALL)
assert BRIEF is not None


def written(header, chunk, meta=None, fold=None):
    """A file of one chunk."""
    stream = io.BytesIO()
    writer = Writer(stream, header, meta, fold=fold)
    writer.chunk(chunk)
    writer.close()
    return stream.getvalue()


def long_form(header, chunk, forge):
    """The same file in two records."""
    return forge((b"B", brief.pack(header)), (b"C", chunk), prelude=prelude(1))


HEADERS = st.builds(
    Header,
    st.sampled_from(brief.CODECS),
    st.none() | st.just(ModelRef("cmu", bytes(range(16)))),
    st.builds(
        Outline,
        st.lists(st.integers(1, 500), min_size=1, max_size=4).map(tuple),
        st.sampled_from([np.dtype("<f4"), np.dtype("u1"), np.dtype(">i8")]),
        st.builds(
            Clock,
            st.fractions(Fraction(1, 10**6), 10**6, max_denominator=10**6),
            st.floats(-1e9, 1e9),
        ),
    ),
    st.dictionaries(st.sampled_from("abcXYZ"), st.integers(-(2**62), 2**62 - 1), max_size=5),
)


@settings(deadline=None, max_examples=60)
@given(HEADERS, st.binary(max_size=300))
def test_header_and_chunk_come_back(header, chunk):
    """The file is one record, at least 5 bytes smaller than two, and each byte is accounted for."""
    raw = written(header, chunk)
    assert raw[8:10] == b"\x12S"
    assert len(raw) <= 9 + 2 * 6 + len(brief.pack(header)) + len(chunk) - 3
    reader = Reader(io.BytesIO(raw))
    assert reader.header == header
    assert reader.meta is None
    assert list(reader.chunks()) == [chunk]
    assert list(reader.chunks()) == []
    budget = reader.budget
    assert (budget.total, budget.chunks, budget.checksums) == (len(raw), len(chunk), 4)
    assert written(header, chunk) == raw


def test_a_file_in_two_records_is_read_as_before(forge):
    """BRIEF and CHUNK say the same, in five bytes more."""
    raw, older = written(SMALL, b"knots"), long_form(SMALL, b"knots", forge)
    assert len(older) == len(raw) + 5
    one, other = (Reader(io.BytesIO(data)) for data in (raw, older))
    assert one.header == other.header
    assert list(one.chunks()) == list(other.chunks())


LISTED = Clock(times=np.arange(5.0))


@pytest.mark.parametrize(
    ("header", "meta"),
    [
        (Header("raw", None, SMALL.outline, {}), None),
        (Header("linear", None, Outline((5, 2), np.dtype("<f4"), LISTED), {}), None),
        (Header("linear", None, SMALL.outline, {}, chunks=2), None),
        (SMALL, Meta("csv", {"x": 1})),
    ],
)
def test_what_needs_more_records_has_them(header, meta):
    """A codec that BRIEF lacks, listed times, two chunks, and metadata."""
    stream = io.BytesIO()
    writer = Writer(stream, header, meta)
    for _ in range(header.chunks):
        writer.chunk(b"x")
    writer.close()
    raw = stream.getvalue()
    assert raw[9:10] in {b"H", b"B"}
    reader = Reader(io.BytesIO(raw))
    assert reader.meta == meta
    assert list(reader.chunks()) == [b"x"] * header.chunks


@pytest.mark.parametrize(("more", "kind"), [(0, b"S"), (1, b"B")])
def test_a_large_chunk_has_a_record_of_its_own(more, kind):
    """What other versions refuse as a first record, 2^20 bytes and more, is not written."""
    chunk = bytes(2**20 - len(BRIEF) - 1 + more)
    raw = written(SMALL, chunk)
    assert raw[9:10] == kind
    assert list(Reader(io.BytesIO(raw)).chunks()) == [chunk]


def test_nothing_is_written_before_the_chunk_is_there():
    """A writer whose encoder fails leaves nothing that looks like a file."""
    stream = io.BytesIO()
    Writer(stream, SMALL)
    assert stream.getvalue() == b""


def whole(head, chunk=b"knots"):
    """The body of a SOLE record."""
    return varint.put(len(head)) + head + chunk


WRONG = {
    "empty": (b"", CorruptFile),
    "no header": (whole(b""), UnsupportedVersion),
    "too long a header": (varint.put(len(BRIEF) + 6) + BRIEF + b"knots", CorruptFile),
    "a number cut off": (b"\x80", CorruptFile),
    "listed times": (whole(b"\x02" + BRIEF[1:5] + BRIEF[6:]), CorruptFile),
    "several chunks": (whole(b"\x20" + BRIEF[1:6] + b"\x02" + BRIEF[6:]), CorruptFile),
    "a newer flag": (whole(b"\x40" + BRIEF[1:]), UnsupportedVersion),
    "another spelling": (whole(BRIEF + b"q\x02"), CorruptFile),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_no_writer_makes_is_refused(name, forge):
    """Each with a right checksum, and for what it is."""
    body, error = WRONG[name]
    with pytest.raises(error) as found:
        weigh(io.BytesIO(forge((b"S", body), prelude=NEWEST)))
    assert not isinstance(found.value, TruncatedFile)


@settings(deadline=None, max_examples=60)
@given(body=st.binary(max_size=40))
def test_any_body_is_read_or_explained(body):
    """Bytes without sense end in a VdscError, or in a header that is spelt so."""
    with contextlib.suppress(VdscError):
        head, chunk = sole.split(body)
        assert sole.pack(sole.unpack(head), chunk) == body


@pytest.mark.parametrize("kind", [b"S", b"U"])
def test_nothing_goes_with_it(kind, forge):
    """No record stands before it or behind it."""
    for records in ([(kind, whole(BRIEF)), (b"C", b"x")], [(b"B", BRIEF), (kind, whole(BRIEF))]):
        with pytest.raises(CorruptFile):
            for _ in Reader(
                io.BytesIO(forge(*records, prelude=NEWEST)), unfold=lambda *_: (SMALL, b"knots")
            ).chunks():
                pass


def test_a_codec_may_fold_header_and_chunk():
    """What it makes is the record USUAL, and what it finds in that is what counts."""
    raw = written(SMALL, b"knots", fold=lambda header, chunk: bytes([header.params["q"]]) + chunk)
    assert raw[8:17] == b"\x12U\x06\x3cknots"[:9]
    reader = Reader(io.BytesIO(raw), unfold=lambda body, _: (SMALL, body[1:]))
    assert (reader.header, list(reader.chunks())) == (SMALL, [b"knots"])
    assert (reader.budget.total, reader.budget.header) == (len(raw), 9 + 2 + 1)
    assert written(SMALL, b"knots", fold=lambda *_: None)[9:10] == b"S"


def test_without_checkpoints_a_usual_file_is_weighed_only_as_damaged_or_not(forge):
    """Its checksum needs no checkpoint; what it holds does."""
    raw = forge((b"U", b"?"), prelude=NEWEST)
    with pytest.raises(ModelMissing, match=r"vdsc\.open"):
        Reader(io.BytesIO(raw))
    for at in range(len(raw)):
        wrong = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises((CorruptFile, LimitExceeded)):
            Reader(io.BytesIO(wrong))


def test_the_limit_counts_the_header_alone():
    """Objects may become of the header, not of the chunk behind it."""
    raw = written(SMALL, bytes(2**19))
    assert weigh(io.BytesIO(raw), memlimit=2**22).chunks == 2**19
    with pytest.raises(LimitExceeded):
        weigh(io.BytesIO(raw), memlimit=2**20)
