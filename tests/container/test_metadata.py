"""What a file held beside its numbers: there and back, bounded, and never in the way."""

from __future__ import annotations

import io
import lzma
import zlib

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.container import Reader, Writer, metadata
from vdsc.core.meta import Meta
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded

PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False)
TREES = st.recursive(
    PLAIN | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), TREES))
def test_metadata_comes_back(fields):
    """Whatever msgpack holds comes back as it was, packed in the smallest of three ways."""
    meta = Meta("bvh", fields)
    body = metadata.pack(meta)
    assert metadata.unpack(body) == meta
    assert len(body) <= 1 + len(msgpack.packb(["bvh", fields]))


def test_text_is_packed():
    """Text that repeats takes a fraction of its size."""
    assert len(metadata.pack(Meta("csv", {"head": "the same " * 1000}))) < 100


@pytest.mark.parametrize("name", ["", "BVH", "a b", "x" * 40, "\x1b[2J", 3])
def test_strange_names_are_refused(name):
    """A format's name is a short word."""
    with pytest.raises(InvalidInput):
        Meta(name)


@pytest.mark.parametrize("value", [{1}, 2**64, {3: 4}, object(), 1j])
def test_other_values_are_refused(value):
    """Metadata is plain."""
    with pytest.raises(InvalidInput):
        Meta("bvh", {"value": value})


def test_deep_metadata_is_refused():
    """Nesting is bounded."""
    deep: list = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(InvalidInput, match="levels"):
        Meta("bvh", {"deep": deep})


def hostile():
    """Bodies that no writer makes, by what is wrong with them."""
    pair = msgpack.packb(["bvh", {"a": 1}])
    squeezed = zlib.compress(pair)[2:-4]
    return {
        "empty": b"",
        "unknown": b"\x07" + pair,
        "cut": b"\x01" + squeezed[:-3],
        "noise": b"\x02" + bytes(range(40)),
        "no map": b"\x00" + msgpack.packb(["bvh", 3]),
        "no name": b"\x00" + msgpack.packb([{}, "bvh"]),
        "one": b"\x00" + msgpack.packb(["bvh"]),
        "more": b"\x00" + pair + b"\x00",
        "extension": b"\x00" + msgpack.packb(["bvh", {"a": msgpack.ExtType(1, b"x")}]),
        "keys": b"\x00" + msgpack.packb(["bvh", {1: 2}]),
        "deep": b"\x00" + msgpack.packb("bvh") + b"\x91" * 3000,
    }


@pytest.mark.parametrize("name", hostile())
def test_hostile_metadata(name):
    """What cannot be right is a damaged file, with one line."""
    with pytest.raises(CorruptFile):
        metadata.unpack(hostile()[name])


def test_bombs():
    """No more than the limit is unpacked, and the tree is weighed before it is built."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = squeezed.compress(bytes(1 << 26)) + squeezed.flush()
    with pytest.raises(LimitExceeded):
        metadata.unpack(b"\x01" + bomb)
    packed = lzma.compress(bytes(1 << 26), lzma.FORMAT_RAW, filters=metadata._FILTERS)
    with pytest.raises(LimitExceeded):
        metadata.unpack(b"\x02" + packed)
    with pytest.raises(LimitExceeded):
        metadata.pack(Meta("csv", {"text": bytes(1 << 25)}))
    tree = b"\x00" + msgpack.packb(["csv", {"n": [0] * 1_000_000}])
    with pytest.raises(LimitExceeded):
        metadata.unpack(tree, 1 << 25)


def written(samples, meta):
    """A file of one chunk with metadata."""
    header, chunks = samples["lossy"]
    stream = io.BytesIO()
    writer = Writer(stream, header, meta)
    writer.chunk(chunks[0])
    writer.close()
    return stream.getvalue()


def test_a_file_with_metadata(samples):
    """The reader gives it before the chunks or after them, and counts its bytes."""
    meta = Meta("bvh", {"decimals": 6})
    raw = written(samples, meta)
    before = Reader(io.BytesIO(raw))
    assert before.meta == meta
    assert list(before.chunks()) == samples["lossy"][1]
    after = Reader(io.BytesIO(raw))
    assert list(after.chunks()) == samples["lossy"][1]
    assert after.meta == before.meta == meta
    assert after.budget == before.budget
    assert after.budget.total == len(raw)
    assert after.budget.metadata == len(raw) - len(written(samples, None)) - 4


def test_later_metadata_is_skipped(samples, forge, files):
    """The first record before the first chunk counts; others are as any that is not known."""
    head = files["minimal"][11:22]
    one, two = (metadata.pack(Meta(name)) for name in ("bvh", "csv"))
    raw = forge((b"H", head), (b"m", one), (b"m", two), (b"C", b""))
    reader = Reader(io.BytesIO(raw))
    assert reader.meta == Meta("bvh")
    assert list(reader.chunks()) == [b""]
    assert reader.budget.skipped == 2 + len(two)
