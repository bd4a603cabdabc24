"""TIMES, lengths and wild bytes with right checksums fail cleanly, and early."""

from __future__ import annotations

import contextlib
import io
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vdsc.container import Reader, weigh
from vdsc.container.prelude import PRELUDE
from vdsc.container.varint import put
from vdsc.errors import CorruptFile, LimitExceeded, VdscError

Forge = Callable[..., bytes]

GOOD = {0: "raw", 1: [5], 3: 1}
HEAD = msgpack.packb(GOOD)
LISTED = msgpack.packb({0: "raw", 1: [5]})
WILD = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=8)
    | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)  # fmt: skip
FAST = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(raw: bytes) -> None:
    """Read a file to its end."""
    weigh(io.BytesIO(raw))


def deflate(planes: bytes) -> bytes:
    """Raw deflate of `planes`."""
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    return coder.compress(planes) + coder.flush()


STEPS = deflate(b"\1\1\1\1")
WRONG_TIMES = {
    "empty": b"",
    "no planes": put(1) + put(0),
    "not deflate": put(1) + put(0) + b"\xff\xff",
    "cut": put(1) + put(0) + STEPS[:-1],
    "joined": put(1) + put(0) + STEPS + b"\0",
    "few": put(1) + put(0) + deflate(b"\1\1\1"),
    "none": put(1) + put(0) + deflate(b""),
    "nine planes": put(1) + put(0) + deflate(b"\1" * 36),
    "no step": put(1) + put(0) + deflate(b"\1\0\1\1"),
    "wraps": put(0) + put(2**64 - 3) + STEPS,
    "nan": put(0) + put(2**64 - 5) + STEPS,
    "ticks": put(1) + put(2**53 - 2) + STEPS,
    "least": put(1) + put(2**64 - 2**53) + STEPS,
    "den": put(2**53 + 1) + put(0) + STEPS,
    "bomb": put(1) + put(0) + deflate(bytes(10**8)),
}


@pytest.mark.parametrize("name", WRONG_TIMES)
def test_wrong_times(name: str, forge: Forge) -> None:
    """TIMES that break a rule are corrupt."""
    with pytest.raises(CorruptFile):
        read(forge((b"H", LISTED), (b"T", WRONG_TIMES[name]), (b"C", b"")))


@FAST
@given(st.dictionaries(st.integers(0, 8) | st.sampled_from("abc"), WILD, max_size=9))
def test_wild_maps(forge: Forge, fields: dict[int | str, Any]) -> None:
    """Any msgpack map is a header or a clean error."""
    _read_or_explain(forge((b"H", msgpack.packb(GOOD | fields)), (b"C", b"")))


@FAST
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_wild_bodies(forge: Forge, first: bytes, second: bytes) -> None:
    """Any bytes as HEAD or as TIMES are read or a clean error."""
    _read_or_explain(forge((b"H", first), (b"C", b"")))
    _read_or_explain(forge((b"H", LISTED), (b"T", put(1) + second), (b"C", b"")))


@FAST
@given(st.binary(max_size=60))
def test_wild_files(tail: bytes) -> None:
    """Any bytes after a right prelude are a clean error."""
    with pytest.raises(VdscError):
        read(PRELUDE + tail)


def _read_or_explain(raw: bytes) -> None:
    with contextlib.suppress(VdscError):
        read(raw)


@pytest.mark.parametrize(
    "raw",
    [
        PRELUDE + b"H" + put(2**20 + 1),
        PRELUDE + b"H" + put(2**64 - 1),
    ],
)
def test_long_head(raw: bytes) -> None:
    """A HEAD above 1 MiB is refused unread."""
    with pytest.raises(LimitExceeded):
        Reader(io.BytesIO(raw))


def test_long_record(forge: Forge) -> None:
    """A record above 1 GiB is refused unread."""
    with pytest.raises(LimitExceeded):
        read(forge((b"H", HEAD)) + b"C" + put(2**30 + 1))


def test_allocation(forge: Forge) -> None:
    """A small file that claims much, in a length, a shape or deflate, allocates little."""
    listed = msgpack.packb({0: "raw", 1: [2**27]})
    wrong = (
        forge((b"H", HEAD)) + b"C" + put(2**30),
        forge((b"H", LISTED), (b"T", WRONG_TIMES["bomb"]), (b"C", b"")),
        forge((b"H", listed), (b"T", put(1) + put(0) + STEPS), (b"C", b"")),
    )
    tracemalloc.start()
    try:
        for raw in wrong:
            with pytest.raises(CorruptFile):
                read(raw)
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()
