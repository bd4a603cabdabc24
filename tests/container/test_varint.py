"""Varints: one spelling each, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.container import varint
from vdsc.errors import CorruptFile, InvalidInput, TruncatedFile


@given(st.integers(0, 2**64 - 1), st.binary(max_size=5), st.binary(max_size=5))
def test_round_trip(value: int, before: bytes, after: bytes) -> None:
    """A number is read back from within other bytes, and the position is the one after it."""
    raw = varint.put(value)
    assert varint.get(before + raw + after, len(before)) == (value, len(before + raw))


@given(st.binary(max_size=12))
def test_canonical(raw: bytes) -> None:
    """Whatever is read is what would have been written."""
    try:
        value, end = varint.get(raw, 0)
    except CorruptFile:
        return
    assert varint.put(value) == raw[:end]


@pytest.mark.parametrize("value", [-1, 2**64])
def test_range(value: int) -> None:
    """Numbers outside 64 bits are refused."""
    with pytest.raises(InvalidInput):
        varint.put(value)


@pytest.mark.parametrize("raw", [b"\x80\x00", b"\xff" * 9 + b"\x02", b"\x80" * 10 + b"\x01"])
def test_wrong(raw: bytes) -> None:
    """Long spellings and numbers of more than 64 bits are corrupt."""
    with pytest.raises(CorruptFile):
        varint.get(raw, 0)


@pytest.mark.parametrize("raw", [b"", b"\x80", b"\xff" * 9])
def test_cut(raw: bytes) -> None:
    """A number without its last byte is truncated."""
    with pytest.raises(TruncatedFile):
        varint.get(raw, 0)
