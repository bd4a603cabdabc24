"""Collections: every clip comes back in any order, is checked alone, and damage is noticed."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.container import Header, ModelRef, brief, clip_variants, collection_head
from vdsc.container import clip_index as index
from vdsc.container.clip_index import ClipIndex
from vdsc.container.clip_names import pack as pack_names
from vdsc.container.clip_names import unpack as unpack_names
from vdsc.container.clip_record import Clip
from vdsc.container.collection_file import CollectionFile, is_collection
from vdsc.container.collection_head import CollectionHead, part, parts
from vdsc.container.collection_walk import CollectionWalk
from vdsc.container.collection_writer import CollectionWriter
from vdsc.container.prelude import COLLECTIONS_SINCE, prelude
from vdsc.container.record import RecordWriter
from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded, TruncatedFile, VdscError

F4 = np.dtype("<f4")
MODEL = ModelRef("cmu", bytes(range(16)))
USUAL = Header("linear", MODEL, Outline((120, 3), F4, Clock(Fraction(60))), {"q": 3})

CLOCKS = st.one_of(
    st.builds(
        Clock, st.fractions(Fraction(1, 100), 1000, max_denominator=2**40), st.floats(-1e6, 1e6)
    ),
    st.just(None),
)
METAS = st.one_of(
    st.none(),
    st.builds(Meta, st.sampled_from(["bvh", "csv"]), st.dictionaries(st.text(), st.integers(0, 9))),
)


def header(frames: int, clock: Clock | None, params: dict[str, int]) -> Header:
    """A header like the usual one, with its own frames, clock and parameters."""
    own = Clock(times=np.cumsum(np.arange(1.0, frames + 1))) if clock is None else clock
    return Header("linear", MODEL, Outline((frames, 3), F4, own), params)


CLIPS = st.builds(
    lambda head, bodies, **own: Clip(replace(head, chunks=len(bodies)), bodies, **own),
    st.one_of(
        st.just(USUAL),
        st.builds(
            header,
            st.integers(1, 300),
            CLOCKS,
            st.dictionaries(st.sampled_from("abcxyz"), st.integers(-9, 2**40)),
        ),
    ),
    st.lists(st.binary(max_size=40), min_size=1, max_size=3),
    meta=METAS,
    fresh=st.booleans(),
)


def written(clips, names=(), meta=None, head=None):
    """A collection in memory."""
    stream = io.BytesIO()
    writer = CollectionWriter.begin(stream, head or CollectionHead(USUAL), meta)
    if names:
        writer.names(list(names))
    for clip in clips:
        writer.clip(clip)
    assert writer.close() == len(stream.getvalue())
    return stream.getvalue()


def same(one: Clip, other: Clip) -> bool:
    """Whether two clips are alike, their times, too."""
    a, b = one.header.outline.clock, other.header.outline.clock
    clocks = (a.rate, a.start) == (b.rate, b.start) and np.array_equal(
        np.zeros(0) if a.times is None else a.times, np.zeros(0) if b.times is None else b.times
    )
    plain = [
        (
            clip.header.params,
            clip.header.outline.shape,
            clip.header.chunks,
            list(clip.bodies),
            clip.meta,
            clip.fresh,
            (clip.variant, clip.header.codec, clip.header.model),
        )
        for clip in (one, other)
    ]
    return clocks and plain[0] == plain[1]


def varied(clips, wanted):
    """Clips of several variants, which are numbered as they come; 0 is the first one's."""
    order = list(dict.fromkeys([0, *wanted]))
    made = []
    for clip, want in zip(clips, wanted, strict=False):
        if want:
            own = replace(clip.header, **KINDS[want - 1])
            made.append(replace(clip, header=own, variant=order.index(want)))
        else:
            made.append(clip)
    return made


KINDS = (
    {"codec": "lossless", "model": None},
    {"codec": "lossless"},
    {"codec": "new-codec"},
    {"codec": "bounded", "model": ModelRef("old", bytes(6))},
)
"""Codecs and models of variants, some of which only HEAD can say."""


@settings(max_examples=40, deadline=None)
@given(st.lists(CLIPS, min_size=1, max_size=20), METAS, st.lists(st.integers(0, 4), max_size=20))
def test_clips_of_variants_come_back(clips, meta, wanted):
    """Clips may have other codecs and models than the first one, in any order."""
    clips = [clips[0], *varied(clips[1:], wanted)]
    raw = written(clips, [f"clip {i}" for i in range(len(clips))], meta)
    file = CollectionFile.of(io.BytesIO(raw))
    assert file.names() == [f"clip {i}" for i in range(len(clips))]
    for number in reversed(range(len(clips))):
        assert same(file.clip(number), clips[number])
    for variant in range(len(file.shared)):
        first = next(i for i, clip in enumerate(clips) if clip.variant == variant)
        assert file.index.teacher(variant) == first
    walk = CollectionWalk(io.BytesIO(raw))
    assert all(same(a, b) for a, b in zip(walk, clips, strict=True))


@settings(max_examples=40, deadline=None)
@given(st.lists(CLIPS, min_size=1, max_size=20), METAS)
def test_clips_come_back_in_any_order(clips, meta):
    """Whatever a clip has beside the others, it comes back, read from either end."""
    raw = written(clips, [f"clip {i}" for i in range(len(clips))], meta)
    assert is_collection(raw[:16])
    file = CollectionFile.of(io.BytesIO(raw))
    assert len(file) == len(clips)
    assert file.names() == [f"clip {i}" for i in range(len(clips))]
    for number in reversed(range(len(clips))):
        assert same(file.clip(number), clips[number])
    walk = CollectionWalk(io.BytesIO(raw))
    assert all(same(a, b) for a, b in zip(walk, clips, strict=True))
    assert walk.names == file.names()
    assert walk.meta == file.meta == meta


def test_a_usual_clip_costs_eight_bytes():
    """Beside its chunk, in a collection of many with numbered names."""
    clips = [Clip(USUAL, [bytes(200)])] * 1000
    raw = written(clips, [f"walk_{i:04d}" for i in range(1000)])
    assert len(raw) - 200 * 1000 <= 8 * 1000 + 100


def test_a_clip_of_a_variant_costs_one_byte_more():
    """And the variant itself what its header takes."""
    other = Clip(replace(USUAL, codec="lossless"), [bytes(200)], variant=1)
    plain, both = ([Clip(USUAL, [bytes(200)])] * n + [other] * (500 - n) for n in (500, 1))
    assert len(written(both)) - len(written(plain)) <= 499 + 60


def test_few_bytes_are_read():
    """One clip of a thousand is found without the others."""
    clips = [Clip(USUAL, [i.to_bytes(2, "big") * 500]) for i in range(1000)]
    raw = written(clips)
    read: list[int] = []

    def fetch(begin, end):
        read.append(end - begin)
        return raw[begin:end]

    file = CollectionFile(fetch, len(raw))
    assert file.clip(777).bodies == clips[777].bodies
    assert sum(read) < 0.04 * len(raw)


def test_clips_are_added_behind_those_that_are_there():
    """The file before is a prefix of the one after, and a cut addition leaves the old clips."""
    one = written([Clip(USUAL, [b"a"]), Clip(USUAL, [b"b"])], ["a", "b"])
    stream = io.BytesIO(one)
    file = CollectionFile.of(stream)
    crc = int.from_bytes(one[-4:], "little")
    stream.seek(len(one))
    writer = CollectionWriter(stream, crc, file.shared, replace(file.index, end=file.size))
    writer.names(["c"])
    writer.clip(Clip(USUAL, [b"c" * 300]))
    writer.close()
    both = stream.getvalue()
    assert both.startswith(one)
    file = CollectionFile.of(io.BytesIO(both))
    assert [file.clip(i).bodies[0][:1] for i in range(3)] == [b"a", b"b", b"c"]
    assert file.names() == ["a", "b", "c"]
    walk = CollectionWalk(io.BytesIO(both))
    assert [clip.bodies[0][:1] for clip in walk] == [b"a", b"b", b"c"]
    assert walk.names == ["a", "b", "c"]
    cut = CollectionWalk(io.BytesIO(both[:-30]))
    found = []
    with pytest.raises(TruncatedFile):
        found.extend(iter(cut))


def sample() -> bytes:
    """A collection with everything in it."""
    own = header(7, None, {"a": -3})
    clips = [
        Clip(USUAL, [b"one"], Meta("bvh", {"x": 1})),
        Clip(
            replace(own, chunks=2), [b"two", b"three"], Meta("bvh", {"x": 1, "y": b"z"}), fresh=True
        ),
        Clip(USUAL, [b"four"], None),
        Clip(replace(USUAL, codec="lossless", model=None), [b"five"], variant=1),
        Clip(replace(own, codec="lossless", model=None, chunks=1), [b"six"], variant=1),
    ]
    return written(clips, ["a", "b", "\udcff", "d", "e"], Meta("bvh", {"x": 1}))


def read_all(raw: bytes) -> None:
    """Read everything in both ways."""
    for _ in CollectionWalk(io.BytesIO(raw)):
        pass
    file = CollectionFile.of(io.BytesIO(raw))
    file.names()
    for number in range(len(file)):
        file.clip(number)


def test_every_prefix_fails_cleanly():
    """A file that ends early says so, whichever way it is read."""
    raw = sample()
    for count in range(len(raw)):
        for read in (
            lambda cut: CollectionFile.of(io.BytesIO(cut)),
            lambda cut: list(CollectionWalk(io.BytesIO(cut))),
        ):
            with pytest.raises(VdscError):
                read(raw[:count])


def test_every_flipped_byte_is_noticed():
    """No byte may change."""
    raw = sample()
    for place in range(len(raw)):
        for change in (0x01, 0x80, 0xFF):
            bad = bytearray(raw)
            bad[place] ^= change
            with pytest.raises(VdscError):
                read_all(bytes(bad))


def test_bytes_that_follow_are_noticed():
    """Nothing may stand behind the tail."""
    with pytest.raises(VdscError):
        read_all(sample() + b"\0")


@pytest.mark.parametrize(
    "other",
    [
        replace(USUAL, codec="bounded"),
        replace(USUAL, model=None),
        replace(USUAL, outline=replace(USUAL.outline, shape=(120, 4))),
        replace(USUAL, outline=replace(USUAL.outline, dtype=np.dtype("<f8"))),
    ],
)
def test_clips_of_another_kind_are_refused(other):
    """All clips have one codec, model, frame shape and type."""
    with pytest.raises(InvalidInput):
        written([Clip(USUAL, [b""]), Clip(other, [b""])])


def forged(records, *, variants=(), head=None):
    """A collection of records (kind, body) with right checksums behind its header, and an index.

    variants: which of the records are said to begin one.
    """
    stream = io.BytesIO()
    start = prelude(COLLECTIONS_SINCE)
    place = stream.write(start)
    writer = RecordWriter(stream, crc32(start))
    place += writer.write(b"K", collection_head.pack(head or CollectionHead(USUAL)))
    places = [place]
    for kind, body in records:
        places.append(places[-1] + writer.write(kind, body))
    groups = tuple(p for p, (kind, _) in zip(places, records, strict=False) if kind in b"IJW")
    counts = tuple(range(len(groups) + 1))
    found = tuple(places[i] for i in variants)
    body = index.pack(ClipIndex(groups, counts, counts, places[-1], (), found))
    writer.write(b"X", body)
    writer.write(b"Z", places[-1].to_bytes(8, "little"))
    return stream.getvalue()


OTHER = clip_variants.pack(replace(USUAL, codec="lossless"), [USUAL])


def test_forged_variants_may_be_sound():
    """The forger of the tests below can make what is right."""
    raw = forged([(b"I", b"a"), (b"V", OTHER), (b"W", b"\x02b"), (b"I", b"c")], variants=[1])
    read_all(raw)
    assert [clip.variant for clip in CollectionWalk(io.BytesIO(raw))] == [0, 1, 0]


@pytest.mark.parametrize(
    ("records", "variants"),
    [
        ([(b"I", b"a"), (b"W", b"\x02b")], []),  # of a variant that is not there
        ([(b"I", b"a"), (b"V", OTHER), (b"W", b"\x04b")], [1]),
        ([(b"I", b"a"), (b"V", OTHER), (b"W", b"\x00b")], [1]),  # of none
        ([(b"I", b"a"), (b"V", OTHER), (b"W", b"\x01b")], [1]),
        ([(b"I", b"a"), (b"V", OTHER), (b"W", b"")], [1]),
        ([(b"I", b"a"), (b"V", OTHER), (b"W", b"\x80")], [1]),
        ([(b"I", b"a"), (b"V", OTHER), (b"I", b"b")], [1]),  # whose first clip is another's
        ([(b"I", b"a"), (b"V", OTHER), (b"V", OTHER), (b"W", b"\x02b")], [1, 2]),  # twice
        ([(b"I", b"a"), (b"V", OTHER[:-1]), (b"W", b"\x02b")], [1]),
        ([(b"I", b"a"), (b"V", b""), (b"W", b"\x02b")], [1]),
        ([(b"I", b"a"), (b"V", b"I" + OTHER[1:]), (b"W", b"\x02b")], [1]),
        ([(b"I", b"a"), (b"V", b"B" + brief.pack(USUAL)), (b"W", b"\x02b")], [1]),  # 120 frames
        ([(b"I", b"a"), (b"V", clip_variants.pack(USUAL, [])), (b"W", b"\x02b")], [1]),  # the first
        ([(b"I", b"a"), (b"V", OTHER), (b"W", b"\x02b")], [0]),  # told to be elsewhere
        ([(b"I", b"a"), (b"V", OTHER)], [1]),  # without a clip
    ],
)
def test_hostile_variants(records, variants):
    """Variants that no writer makes are damage, to all who read."""
    raw = forged(records, variants=variants)
    for read in (walked, told):
        with pytest.raises((CorruptFile, TruncatedFile)):
            read(raw)


def walked(raw):
    """Read from the first byte to the last."""
    assert list(CollectionWalk(io.BytesIO(raw)))
    told(raw)


def told(raw):
    """Read what the index tells of, and who teaches."""
    file = CollectionFile.of(io.BytesIO(raw))
    for number in range(len(file)):
        file.clip(number)
    for variant in range(len(file.shared)):
        file.teacher(variant)


def test_too_many_variants():
    """There are 64 at most, and none in a sequence in parts."""
    clips = [Clip(replace(USUAL, codec=f"c{i}"), [b""], variant=i) for i in range(1, 66)]
    assert len(CollectionFile.of(io.BytesIO(written([Clip(USUAL, [b""]), *clips[:64]])))) == 65
    with pytest.raises(InvalidInput, match="64"):
        written([Clip(USUAL, [b""]), *clips])
    with pytest.raises(CorruptFile, match="64"):
        index.unpack(index.pack(ClipIndex((9,), (0, 1), (0, 9), 10, (), tuple(range(65)))), 100)
    parts = CollectionHead(USUAL, joined=True, usual=60)
    raw = forged([(b"I", b"a"), (b"V", OTHER), (b"W", b"\x02b")], variants=[1], head=parts)
    for read in (walked, told):
        with pytest.raises(CorruptFile, match="parts"):
            read(raw)


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000])
def test_strange_names_are_refused(name):
    """A name is some text without a zero."""
    with pytest.raises(InvalidInput):
        written([Clip(USUAL, [b""])], [name])


@given(st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=9)))
def test_names_come_back(names):
    """Whatever they are, surrogates of bytes that are no UTF-8 excepted."""
    try:
        body = pack_names(names)
    except InvalidInput:
        assert any("\ud800" <= one <= "\udfff" for name in names for one in name)
        return
    assert unpack_names(body) == names


@pytest.mark.parametrize(
    "body",
    [b"", b"\x01", b"\x02\x00a\0", b"\x01\x00a", b"\x01\x07a\0", b"\x01\x02abc", b"\x01\0\0"],
)
def test_hostile_names(body):
    """Names that no writer makes are a damaged file."""
    with pytest.raises((CorruptFile, TruncatedFile)):
        unpack_names(body)


def test_names_are_weighed():
    """Their memory is bounded."""
    with pytest.raises(LimitExceeded):
        unpack_names(b"\x01\x00a\0", 1000)


def test_an_index_that_points_outside():
    """Places lie before the index, rise, and belong to clips."""
    for wrong in (
        ClipIndex((50, 40), (0, 1, 2), (0, 9, 9), 60),
        ClipIndex((50,), (0, 0), (0, 9), 60),
        ClipIndex((50,), (0, 1), (0, 9), 600),
        ClipIndex((50,), (0, 1), (0, 9), 60, (700,)),
        ClipIndex((50,), (0, 1), (0, 9), 60, (), (700,)),
    ):
        try:
            body = index.pack(wrong)
        except InvalidInput:
            continue
        with pytest.raises(CorruptFile):
            index.unpack(body, 100)
    numbers = zlib.decompress(index.pack(ClipIndex((9,), (0, 1), (0, 9), 60)), -15) + b"\0"
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    none = coder.compress(numbers) + coder.flush()  # variants, but none of them
    cut = index.pack(ClipIndex((9,), (0, 1), (0, 9), 60))[:-1]
    for body in (b"", b"\0", cut, bytes(99), none):
        with pytest.raises(CorruptFile):
            index.unpack(body, 100)


@given(st.integers(1, 500), st.integers(1, 100), st.booleans())
def test_parts_cover_a_sequence(frames, usual, sharing):
    """Every frame belongs to one part; where they share, a part reaches the next one's first."""
    count = parts(frames, usual, sharing=sharing)
    found = [part(frames, usual, i, sharing=sharing) for i in range(count)]
    assert [n for one in found for n in range(one.begin, one.end)] == list(range(frames))
    for one, after in pairwise(found):
        assert one.until == after.begin + sharing
        assert one.begin + usual == one.end
    assert found[-1].until == frames
