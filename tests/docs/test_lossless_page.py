"""docs/format.md says all of `lossless`: a decoder written from it alone reads what vdsc writes."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import vdsc
from tests.docs.lossless_page import alphabets, container, decoder
from tests.docs.lossless_page import floor as plain_floor
from tests.docs.lossless_page import scheme as schemes
from tests.format_pages import TEXT as PAGE
from vdsc.codecs.lossless import chunk as lossless
from vdsc.codecs.lossless import floor, methods
from vdsc.codecs.lossless.arrays.alphabet import REACH, Binary
from vdsc.codecs.lossless.arrays.array_scheme import ArrayScheme
from vdsc.codecs.lossless.arrays.channel_features import Features
from vdsc.codecs.lossless.arrays.channel_plan import ChannelPlan
from vdsc.codecs.lossless.arrays.decimal import Decimal
from vdsc.container.header import DTYPES
from vdsc.errors import CorruptFile

RNG = np.random.default_rng(0)


def walk(frames, channels, seed=0):
    """A smooth path."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(frames, channels)).cumsum(0).cumsum(0)


def motion():
    """Channels that follow others, copies, negatives, and some that stand still."""
    free = walk(70, 3).round(2)
    bent = (np.sin(free[:, :2] / 40) * 90).round(2)
    still = np.repeat([[3.5, np.nan, -0.0]], 70, axis=0)
    return np.column_stack([free, bent, still, free[:, :2], -free[:, :1]]).astype(np.float32)


def apart():
    """Channels of which some move a million million times more than others, and stop."""
    made = walk(80, 4, 1) * [1, 1e-9, 1e3, 1e-12]
    made[:, 1] += made[:, 0] * 1e-9
    made[30:55] = made[30]
    return made


def angles():
    """Angles that wrap."""
    return ((walk(90, 3, 2) * 0.01 + np.arange(90)[:, None] * 11.3).round(3) % 360).astype("f4")


def wild():
    """Calm values with extremes between them."""
    made = np.zeros((60, 3), np.int64)
    made[:] = (walk(60, 3, 3) * 100).astype(np.int64)
    made[20:24] = [[2**63 - 1], [-(2**63)], [2**63 - 1], [-(2**63)]]
    return made


def lattice():
    """Frames with steps of a half, each from a start of its own."""
    steps = np.random.default_rng(4).integers(-40, 40, (40, 20)).cumsum(0) / 2
    return (280 + steps + np.arange(40)[:, None] % 7 / 128).astype(np.float32)


def video(dtype="u1"):
    """Two colours of a small picture that moves."""
    t, y, x = np.ogrid[:6, :11, :17]
    one = 128 + 60 * np.sin((y + 2 * t) / 5) + 40 * np.cos((x - t) / 4)
    two = one / 2 + np.random.default_rng(5).normal(size=one.shape) * 3
    made = np.stack([one, two], axis=3).astype(dtype)
    made[:, 3, 4:9] = 7
    return made


ARRAYS = {
    "motion": (motion, {"Decimal", "curved", "related", "rounds", ("kind", 2), ("kind", 3)}),
    "apart": (apart, {"Binary", "curved"}),
    "angles": (angles, {"Decimal"}),
    "wild": (wild, {"Whole"}),
    "lattice": (lattice, {"Lattice"}),
    "video": (video, {"Whole", "grid", "related", "rounds", ("kind", 1)}),
    "deep video": (lambda: video("f2"), {"grid", "related"}),
    "halves": (lambda: walk(50, 3).astype("f2"), {"Binary"}),
    "doubles": (lambda: walk(50, 5) * 1e200, {"Binary"}),
    "tiny": (lambda: (walk(50, 3) * 1e-44).astype("f4"), set()),
    "digits": (lambda: np.vectorize(lambda x: float(f"{x:.3g}"))(walk(60, 3) ** 2), {"Decimal"}),
    "zeros": (lambda: np.where(walk(60, 2) < 0, -0.0, walk(60, 2).round(1)), {"Decimal"}),
    "list of integers": (lambda: RNG.integers(0, 9, (300, 3)) ** 9, {("listed", "Whole")}),
    "list of floats": (
        lambda: np.exp(RNG.integers(0, 9, (300, 2)) / 3.0),
        {("listed", "Binary")},
    ),
    "steps": (lambda: (walk(80, 2) * 9).astype("u4") * 12 + 5, {"Whole"}),
    "long": (lambda: (walk(700, 1)[:, 0]).astype("i4"), {"lanes"}),
    "across": (lambda: np.ascontiguousarray(walk(60, 3).T.round(1)), {"axis"}),
    "still": (lambda: np.full((9, 2), 7, "i4"), {("kind", 1)}),
    "one": (lambda: np.array([5], "i2"), {("kind", 1)}),
    "bits": (lambda: np.frombuffer(RNG.bytes(640), "f4").reshape(40, 4), {"Binary"}),
    "bytes": (lambda: np.frombuffer(RNG.bytes(900), "i1").reshape(30, 30), {"Whole"}),
}


def assert_read(values, met=None, most=lossless.VALUES):
    """The page's decoder gives every bit of a file of the codec `lossless` back."""
    found = decoder.decode(vdsc.compress(values, codec="lossless"), most, met)
    assert found.dtype == values.dtype
    assert found.shape == values.shape
    assert found.tobytes() == np.ascontiguousarray(values).tobytes()


@pytest.fixture
def no_floor(monkeypatch):
    """Chunks are coded by method 1, even where the floor is smaller."""
    monkeypatch.setattr(methods.Floor, "start", lambda *_: None)


@pytest.mark.usefixtures("no_floor")
@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_are_read_by_the_page(name):
    """Values of every alphabet, layout and plan return, and each example uses what it is for."""
    make, uses = ARRAYS[name]
    met = set()
    assert_read(make(), met)
    assert uses <= met


@pytest.mark.usefixtures("no_floor")
@pytest.mark.parametrize("dtype", [dtype.str for dtype in DTYPES])
def test_every_type_is_read_by_the_page(dtype):
    """A ramp and the extremes of each type, of each order of bytes."""
    values = np.zeros((12, 4), dtype)
    ramp = np.arange(48).reshape(12, 4) ** 2 % 100
    values[:] = ramp.astype("i2").view("V2") if values.dtype.kind == "V" else ramp.astype(dtype)
    if values.dtype.kind == "f":
        limits = np.finfo(dtype)
        values[3] = [limits.max, limits.min, limits.smallest_subnormal, -0.0]
        values[4, :3] = [np.nan, np.inf, -np.inf]
    elif values.dtype.kind in "iu":
        limits = np.iinfo(dtype)
        values[3, :2] = [limits.max, limits.min]
    assert_read(values)


@pytest.mark.usefixtures("no_floor")
def test_chunks_are_read_by_the_page(monkeypatch):
    """The predictor passes from chunk to chunk, and a new description starts another."""
    monkeypatch.setattr(lossless, "VALUES", 100)
    values = (walk(90, 4) * 3000).astype(np.int32)
    values[:40, 2] = 7
    data = vdsc.compress(values, codec="lossless")
    assert {body[0] for body in container.opened(data)[1]} == {1}
    sizes = [int.from_bytes(body[5:9], "little") for body in container.opened(data)[1]]
    assert sizes[0]
    assert not all(sizes[1:])
    assert any(sizes[1:])
    assert_read(values, most=100)
    assert_read(motion(), most=100)


def test_chunks_of_both_methods_are_read_by_the_page(monkeypatch):
    """Where chunks of the floor stand between others, the predictor waits."""
    monkeypatch.setattr(lossless, "VALUES", 512)
    values = (walk(512, 4) * 30).astype(np.int32)
    values[128:256] = np.random.default_rng(7).integers(-(2**31), 2**31, (128, 4))
    data = vdsc.compress(values, codec="lossless")
    used = [body[0] for body in container.opened(data)[1]]
    assert re.search("10+1", "".join(map(str, used)))
    assert_read(values, most=512)


@pytest.mark.parametrize("way", range(5))
def test_the_floor_is_read_by_the_page(way):
    """Bytes packed in each of the first five ways."""
    noise = np.random.default_rng(6)
    values = {
        0: noise.integers(0, 256, 50),
        1: np.arange(300) % 7,
        2: np.frombuffer(noise.integers(0, 40, 3000).astype("i4").tobytes(), "u1"),
        3: np.exp(noise.integers(0, 9, 4000) / 3),
        4: (np.arange(4000) * 3 + noise.integers(0, 2, 4000)).astype("i4"),
    }[way]
    values = values.astype("u1") if way < 3 else values
    payload = floor.encode(values)
    assert payload[0] == way
    assert plain_floor.floor(payload, values.nbytes, values.itemsize, 1) == values.tobytes()


@pytest.mark.parametrize("seed", range(6))
def test_the_alphabets_are_those_on_the_page(seed):
    """Levels, first ranks and grains agree, at the ends of the line too."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(["f2", "f4", "f8"][seed % 3])
    low, high = {2: (-984, 63), 4: (-984, 188), 8: (-984, 1000)}[dtype.itemsize]
    scales = [low, high, 0, 30, *rng.integers(-200, 60, 2).tolist()]
    pairs = [(Binary(dtype, s), alphabets.Binary(dtype, s)) for s in scales]
    for places, digits, signed in [(0, 1, 0), (3, 5, 1), (15, 13, 1)]:
        ours = Decimal(dtype, places, digits, bool(signed))
        pairs.append((ours, alphabets.Decimal(dtype, places, digits, signed)))
    far = (rng.integers(1, 10, 40) << rng.integers(0, 37, 40)) * rng.choice([-1, 1], 40)
    levels = np.unique([-REACH, 1 - REACH, *range(-9, 10), *far, REACH])
    for ours, theirs in pairs:
        every = [theirs.first(int(level)) for level in (*levels, REACH + 1)]
        assert ours.first(np.append(levels, REACH + 1)).tolist() == every
        assert ours.grain(levels).tolist() == [theirs.grain(int(level)) for level in levels]
        ranks = ours.first(levels[1:])
        assert ours.levels(ranks).tolist() == [theirs.level(int(rank)) for rank in ranks]


def test_the_file_on_the_page_holds_its_values():
    """The whole file on the page decodes to the array that stands beside it."""
    block = re.search(r"```lossless\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    data = bytes.fromhex(re.sub(r"\|.*", "", block[1]))
    values = ((np.arange(24)[:, None] * [7, -3, 0] + [[5, 900, 42]]) ** 2 // 10).astype("i2")
    assert decoder.decode(data).tolist() == values.tolist()
    assert vdsc.decompress(data).values.tolist() == values.tolist()


def followers():
    """The description of two channels and one that follows both."""
    values = (walk(60, 3, 8) * 9).astype("f4")
    scheme = ArrayScheme.of(values)
    parents = np.array([[-1, -1, -1], [-1, -1, -1], [0, 1, -1]])
    plan = ChannelPlan((2, 1), parents, *[np.full(3, 9)] * 2, np.zeros(3, int), 41, curved=True)
    return values, replace(scheme, order=np.arange(3), plan=plan)


@pytest.mark.parametrize(
    "wrong",
    [
        {"activity": np.full(3, 50)},
        {"parents": np.array([[-1, -1, -1], [-1, -1, -1], [-1, 1, -1]])},
        {"parents": np.array([[-1, -1, -1], [0, -1, -1], [0, 1, -1]])},
        {"reach": np.full(3, 43)},
        {"middle": np.full(3, 33)},
        {"start": 42},
    ],
)
def test_a_plan_beyond_the_page_is_refused(wrong):
    """What the page calls a corrupt file is one for vdsc, and for the page's decoder."""
    values, scheme = followers()
    for right in (True, False):
        plan = scheme.plan if right else replace(scheme.plan, **wrong)
        data = replace(scheme, plan=plan).to_bytes()
        if right:
            assert ArrayScheme.from_bytes(data, values.shape, values.dtype).plan.start == 41
            assert schemes.Scheme(data, values.shape, values.dtype).start == 41
            continue
        with pytest.raises(CorruptFile):
            ArrayScheme.from_bytes(data, values.shape, values.dtype)
        with pytest.raises(AssertionError):
            schemes.Scheme(data, values.shape, values.dtype)


@pytest.mark.parametrize(("dtype", "finest"), [("f2", 63), ("f4", 188), ("f8", 1000)])
def test_scales_of_floats_are_those_on_the_page(dtype, finest):
    """The scales that values ask for are on the page, and others are refused."""
    limits = np.finfo(dtype)
    least = Binary.of(np.array([limits.smallest_subnormal], dtype)).scale
    assert least == finest
    assert Binary.of(np.array([limits.max], dtype)).scale >= -984
    for scale, fine in [(finest, True), (finest + 1, False), (-984, True), (-985, False)]:
        scheme = replace(followers()[1], alphabet=Binary(np.dtype(dtype), scale))
        if fine:
            ArrayScheme.from_bytes(scheme.to_bytes(), (60, 3), np.dtype(dtype))
        else:
            with pytest.raises(CorruptFile):
                ArrayScheme.from_bytes(scheme.to_bytes(), (60, 3), np.dtype(dtype))


@pytest.mark.usefixtures("no_floor")
@pytest.mark.parametrize("seed", range(4))
def test_extreme_regressions_are_read_by_the_page(seed):
    """Channels of very different sizes keep within 64 bits, or wrap alike."""
    rng = np.random.default_rng(seed)
    made = rng.normal(size=(50, 4)).cumsum(0) * 10.0 ** rng.integers(-12, 12, 4)
    made[:, 3] = made[:, 0] * 1e-6
    made[20:30] = made[20]
    made[rng.random(made.shape) < 0.05] *= 1e9
    assert_read(made)
    calm = features_at(rng.integers(-(2**48), 2**48, (5, 3)), seed)
    assert np.abs(calm).max() <= 1 << 24


def features_at(past, seed):
    """The features of three channels of any liveliness after any past."""
    _, scheme = followers()
    activity = np.random.default_rng(seed).permutation([0, 12, 49])
    features = Features(replace(scheme.plan, activity=activity), past[0])
    features.begin(past, np.random.default_rng(seed).integers(0, 49, 3))
    features.see(past[0] + 1, past[1], slice(0, 3))
    return features.look(slice(0, 3))
