"""What is written is read, at a known price."""

from __future__ import annotations

import io
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.container import Header, ModelRef, Reader, Writer, looks_like_vds, weigh
from vdsc.container import listed_times as times
from vdsc.container.header import DTYPES
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput, LimitExceeded

Samples = dict[str, tuple[Header, list[bytes]]]

U64 = st.integers(1, 2**64 - 1)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,31}", fullmatch=True)
MODELS = st.builds(
    ModelRef,
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True),
    st.binary(min_size=6, max_size=6),
)


@st.composite
def clocks(draw: st.DrawFn, frames: int) -> Clock:
    """A clock of either kind for so many frames."""
    if draw(st.booleans()) or frames > 50:
        return Clock(Fraction(draw(U64), draw(U64)), draw(FINITE))
    values = draw(st.lists(FINITE, min_size=frames, max_size=frames, unique=True))
    return Clock(times=np.sort(np.array(values)))


@st.composite
def headers(draw: st.DrawFn) -> Header:
    """Any header that may be stored."""
    shape = tuple(draw(st.lists(st.integers(1, 60), min_size=1, max_size=7)))
    outline = Outline(shape, draw(st.sampled_from(DTYPES)), draw(clocks(shape[0])))
    params = draw(st.dictionaries(KEYS, st.integers(-(2**63), 2**64 - 1), max_size=5))
    codec = draw(st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True))
    return Header(codec, draw(st.none() | MODELS), outline, params, draw(st.integers(1, 5)))


class Pipe(io.RawIOBase):
    """A stream that gives a byte at a time and does not seek."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, _count: int = -1, /) -> bytes:
        """The next byte, or none at the end."""
        return self._data.read(1)


def write(header: Header, chunks: list[bytes]) -> bytes:
    """The whole file."""
    stream = io.BytesIO()
    writer = Writer(stream, header)
    for body in chunks:
        writer.chunk(body)
    writer.close()
    return stream.getvalue()


def assert_same(got: Header, want: Header) -> None:
    """Assert that two headers are equal, their times bit for bit."""
    for field in ("codec", "model", "params", "chunks"):
        assert getattr(got, field) == getattr(want, field)
    assert (got.outline.shape, got.outline.dtype) == (want.outline.shape, want.outline.dtype)
    left, right = got.outline.clock, want.outline.clock
    assert (left.rate, left.start) == (right.rate, right.start)
    assert repr(left.times) == repr(right.times)
    if left.times is not None and right.times is not None:
        assert left.times.tobytes() == right.times.tobytes()


@settings(max_examples=150, deadline=None)
@given(headers(), st.data())
def test_header_and_chunks(header: Header, data: st.DataObject) -> None:
    """Any header and any chunks are read back, and the budget sums to the file's size."""
    count = header.chunks
    chunks = data.draw(st.lists(st.binary(max_size=200), min_size=count, max_size=count))
    raw = write(header, chunks)
    reader = Reader(io.BytesIO(raw))
    assert_same(reader.header, header)
    assert list(reader.chunks()) == chunks
    assert reader.budget.total == len(raw)
    assert reader.budget.chunks == sum(map(len, chunks))
    assert write(reader.header, chunks) == raw


def test_pipe(files: dict[str, bytes]) -> None:
    """A stream that cannot seek and gives little at a time is read just the same."""
    for raw in files.values():
        assert weigh(Pipe(raw)) == weigh(io.BytesIO(raw))  # type: ignore[arg-type]
        assert looks_like_vds(raw)


def test_budget(files: dict[str, bytes]) -> None:
    """The budget names each byte of each sample."""
    for raw in files.values():
        assert weigh(io.BytesIO(raw)).total == len(raw)
    skips = weigh(io.BytesIO(files["skips"]))
    assert (skips.skipped, skips.framing, skips.checksums) == (8, 3, 16)


def test_sizes(files: dict[str, bytes]) -> None:
    """A smallest file has 32 bytes, and a typical one 63 beside its codec's: keep it so."""
    assert len(files["minimal"]) == 32
    assert weigh(io.BytesIO(files["lossy"])).overhead == 63


@pytest.mark.parametrize(
    "den", [1, 7, 24, 30, 60, 120, 1000, 24000, 30000, 44100, 48000, 60000, 10**9]
)
def test_times_that_tick_are_small(den: int) -> None:
    """Times on a grid that the writer knows cost about a byte a frame; all are exact."""
    steps = np.random.default_rng(0).integers(1, 8, 500)
    stamps = (np.cumsum(steps) - 100) / den
    body = times.pack(stamps)
    assert times.unpack(body, 500).tobytes() == stamps.tobytes()
    assert len(body) < 300 or den == 7


def test_times_of_wild_floats() -> None:
    """Zeros of either sign, subnormals and the largest floats are restored bit for bit."""
    tiny, huge = 5e-324, 1.7976931348623157e308
    for row in ([-huge, -tiny, -0.0, tiny, huge], [0.0], [-0.0], [-0.0, 1.0], [0.0, tiny]):
        stamps = np.array(row)
        assert times.unpack(times.pack(stamps), len(row)).tobytes() == stamps.tobytes()


def test_chunk_count(samples: Samples) -> None:
    """The writer insists on as many chunks as the header promised."""
    writer = Writer(io.BytesIO(), samples["lossy"][0])
    with pytest.raises(InvalidInput):
        writer.close()
    writer.chunk(b"")
    writer.close()
    with pytest.raises(InvalidInput):
        writer.chunk(b"")


F4, SECOND = np.dtype("<f4"), Clock(Fraction(1))
WRONG: dict[str, tuple[str, Outline, dict[str, int], int]] = {
    "codec": ("Raw!", Outline((1,), F4, SECOND), {}, 1),
    "no dimension": ("raw", Outline((), F4, SECOND), {}, 1),
    "no value": ("raw", Outline((1, 0), F4, SECOND), {}, 1),
    "string": ("raw", Outline((1,), np.dtype("U1"), SECOND), {}, 1),
    "hours": ("raw", Outline((1,), np.dtype("m8[h]"), SECOND), {}, 1),
    "object": ("raw", Outline((1,), np.dtype("O"), SECOND), {}, 1),
    "start": ("raw", Outline((1,), F4, Clock(Fraction(1), math.nan)), {}, 1),
    "rate": ("raw", Outline((1,), F4, Clock(Fraction(2**64))), {}, 1),
    "times": ("raw", Outline((2,), F4, Clock(times=np.zeros(1))), {}, 1),
    "key": ("raw", Outline((1,), F4, SECOND), {"": 1}, 1),
    "flag": ("raw", Outline((1,), F4, SECOND), {"a": True}, 1),
    "large": ("raw", Outline((1,), F4, SECOND), {"a": 2**64}, 1),
    "many": ("raw", Outline((1,), F4, SECOND), {f"a{n}": 1 for n in range(241)}, 1),
    "none": ("raw", Outline((1,), F4, SECOND), {}, 0),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_headers(name: str) -> None:
    """A header that cannot be stored cannot be made."""
    codec, outline, params, chunks = WRONG[name]
    with pytest.raises(InvalidInput):
        Header(codec, None, outline, params, chunks)


@pytest.mark.parametrize("shape", [(1,) * 9, (2**44 + 1,), (2**40, 2**40)])
def test_large_shapes(shape: tuple[int, ...]) -> None:
    """A shape above the limits is told apart from a wrong one."""
    with pytest.raises(LimitExceeded):
        Header("raw", None, Outline(shape, F4, SECOND), {})


@pytest.mark.parametrize(
    ("name", "digest"), [("../x", b"123456"), ("", b"123456"), ("m", b"1"), ("m", bytes(15))]
)
def test_wrong_models(name: str, digest: bytes) -> None:
    """A model name is no path, and its digest has 16 bytes or, in old files, 6."""
    with pytest.raises(InvalidInput):
        ModelRef(name, digest)
