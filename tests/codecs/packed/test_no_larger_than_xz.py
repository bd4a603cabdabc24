"""No lossless file is larger than xz -9e makes the whole .npy file, by more than 60 bytes."""

from __future__ import annotations

import io
import lzma

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import vdsc
from vdsc.codecs.lossless import chunk as lossless
from vdsc.container.header import DTYPES

ALLOWED = 60
"""Bytes above xz's."""


def arrays_of(dtype):
    """Arrays of one of the types; hypothesis draws no voids, so bfloat16 views a uint16."""
    held = np.dtype(np.uint16) if dtype.kind == "V" else dtype
    shapes = hnp.array_shapes(min_dims=1, max_dims=4, max_side=12)
    return hnp.arrays(held, shapes).map(lambda values: values.view(dtype))


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(DTYPES).flatmap(arrays_of),
    st.sampled_from([16, 1 << 20]),
    st.integers(1, 4),
)
def test_any_array(values, chunk, times):
    """Arrays of all types and shapes, repeated or not, in one chunk or many."""
    values = np.tile(values, (times, *(1,) * (values.ndim - 1)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lossless, "VALUES", chunk)
        data = vdsc.compress(values, lossless=True)
        assert vdsc.decompress(data).values.tobytes() == values.tobytes()
    assert len(data) <= xz(values) + ALLOWED


def test_a_mostly_static_screen(monkeypatch):
    """Frames that repeat what chunks long ago held: noise that is shown again and again."""
    rng = np.random.default_rng(0)
    screen = rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)
    values = np.repeat(screen[None], 12, axis=0)
    values[6:, 10:20, 10:20] = 7
    monkeypatch.setattr(lossless, "VALUES", 2 * screen.size)
    data = vdsc.compress(values, lossless=True)
    assert vdsc.info(data).codec == "packed"
    assert len(data) <= xz(values) + ALLOWED


def xz(values):
    """Bytes of the .npy file as `xz -9e` makes them."""
    stream = io.BytesIO()
    np.save(stream, values)
    return len(lzma.compress(stream.getvalue(), preset=9 | lzma.PRESET_EXTREME))
