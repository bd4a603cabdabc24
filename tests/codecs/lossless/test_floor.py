"""The floor: bytes without a model, bounded both ways."""

from __future__ import annotations

import lzma
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.codecs.lossless import floor
from vdsc.errors import CorruptFile


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([1, 2, 4, 8]))
def test_any_bytes_return(raw, width):
    """Whatever the bytes are, they return, at the cost of one byte at most."""
    values = np.frombuffer(raw[: len(raw) // width * width], dtype=f"u{width}")
    data = floor.encode(values)
    assert floor.decode(data, values.nbytes, width) == values.tobytes()
    assert len(data) <= values.nbytes + 1


@pytest.mark.parametrize("name", ["u1", "i2", "f4", "f8"])
def test_never_larger_than_xz(name):
    """The packed bytes are never more than xz's payload, of which a container takes 60 bytes."""
    rng = np.random.default_rng(0)
    rough, noise = rng.normal(size=3000).cumsum().round(1), rng.normal(size=3000) * 9
    for values in (rough, np.abs(noise), np.ones(9000)):
        made = np.abs(values).astype(name)
        peer = lzma.compress(made.tobytes(), preset=9 | lzma.PRESET_EXTREME)
        data = floor.encode(made)
        assert len(data) <= len(peer)
        assert floor.decode(data, made.nbytes, made.itemsize) == made.tobytes()


def test_a_table_goes_column_after_column():
    """Columns that have nothing in common are packed one after the other, and return."""
    rng = np.random.default_rng(1)
    phrases = rng.integers(0, 1 << 30, (4, 20))
    columns = [phrases[rng.integers(0, 4, 25)].ravel()[at : at + 480] for at in range(7)]
    table = np.stack(columns, axis=1).astype("<i4")
    data = floor.encode(table)
    assert data[0] >= 5
    assert floor.decode(data, table.nbytes, 4, frames=480) == table.tobytes()
    assert len(data) < len(floor.encode(table.ravel()))


def test_another_size_is_noticed():
    """A chunk that unpacks to more or fewer bytes than it should is refused; no more are made."""
    for values in (np.zeros(1 << 22, dtype=np.uint8), np.arange(500, dtype=np.int16)):
        data = floor.encode(values)
        for size in (values.nbytes - 1, values.nbytes + 1, 0):
            with pytest.raises(CorruptFile):
                floor.decode(data, size, values.itemsize)


def test_damage_is_noticed_or_harmless():
    """Cuts and flipped bytes are refused, or give as many bytes as there were."""
    values = np.arange(300, dtype=np.int32) ** 2 % 1000
    raw = values.tobytes()
    made = [floor.encode(values)]
    made.append(bytes([1]) + _deflated(raw))
    for data in made:
        for at in range(len(data)):
            for broken in (data[:at], data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]):
                try:
                    again = floor.decode(broken, len(raw), 4)
                except CorruptFile:
                    continue
                assert len(again) == len(raw)


def _deflated(raw):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(raw) + deflate.flush()
