"""Parts of frames: the values of the whole, and of a field no more work than they need."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from tests.battery import same
from vdsc.codecs.field import field_decoder
from vdsc.errors import InvalidInput


def film(frames=40, side=32, seed=0):
    """Coloured waves with some noise, uint8."""
    rng = np.random.default_rng(seed)
    t, y, x = np.meshgrid(*(np.arange(n) / 9 for n in (frames, side, side)), indexing="ij")
    waves = np.stack([np.sin(x + t), np.cos(y - t), np.sin(x * y / 3)], axis=-1)
    return (waves * 90 + 128 + rng.normal(0, 4, waves.shape)).clip(0, 255).astype("u1")


@pytest.fixture(scope="module")
def chunked(tmp_path_factory):
    """The path of a field of several chunks, and its values."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vdsc.codecs.field.field_encoder.VALUES", 10 * 32 * 32 * 3)
        data = vdsc.compress(film(), codec="field", quality=40, effort=0)
    assert len(vdsc.info(data).chunks) == 4
    path = tmp_path_factory.mktemp("fields") / "film.vds"
    path.write_bytes(data)
    return str(path), vdsc.decompress(data)


def spans(length):
    """First and one-past-last of a part."""
    return st.tuples(st.integers(0, length - 1), st.integers(1, length)).map(
        lambda pair: (pair[0], min(length, pair[0] + pair[1]))
    )


@settings(max_examples=12, deadline=None)
@given(spans(40), st.tuples(spans(32), spans(32), spans(3)))
def test_any_part_of_a_field_has_the_values_of_the_whole(chunked, frames, region):
    path, whole = chunked
    text = ",".join(f"{low}:{high}" for low, high in region)
    places = (slice(*frames), *(slice(*part) for part in region))
    reader = vdsc.open(path)
    assert same(reader.frames(*frames, region=text), whole.values[places])
    some = reader.decode(whole.times[slice(*frames)], region=text)
    assert same(some.values, whole.values[places])


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_parts_of_fields_of_any_shape(data):
    shape = data.draw(st.lists(st.integers(1, 20), min_size=2, max_size=4).map(tuple))
    values = np.random.default_rng(len(shape)).normal(size=shape).cumsum(axis=-1)
    logs = [data.draw(st.integers(0, min(3, n.bit_length() - 1))) for n in shape]
    blocks = tuple(1 << log for log in logs[: len(shape) - (shape[-1] <= 4)])
    made = vdsc.compress(values, codec="field", quality=50, blocks=blocks, effort=0)
    region = tuple(slice(*data.draw(spans(n))) for n in shape[1:])
    whole = vdsc.decompress(made).values
    assert same(vdsc.decompress(made, region=region).values, whole[(slice(None), *region)])


def test_only_chunks_that_hold_wanted_frames_are_decoded(chunked, monkeypatch):
    path, whole = chunked
    reader, read = vdsc.open(path), []
    own = field_decoder.FieldDecoder._read

    def counted(*given):
        read.append(given)
        return own(*given)

    monkeypatch.setattr(field_decoder.FieldDecoder, "_read", counted)
    assert same(reader.frames(22, 25), whole.values[22:25])
    assert len(read) == 1
    found = reader.frames(18, 25, region="5:9,20:")
    assert same(found, whole.values[18:25, 5:9, 20:])
    assert len(read) == 3
    assert reader.frames(3, 3, region="5:9").shape == (0, 4, 32, 3)


def test_parts_of_clips_and_of_sequences_in_parts(tmp_path):
    values = film()
    data = vdsc.compress(values, codec="field", quality=40, effort=0, parts=1)
    (tmp_path / "film.vds").write_bytes(data)
    whole = vdsc.decompress(data)
    reader = vdsc.open(str(tmp_path / "film.vds"))
    assert same(reader.frames(9, 30, region="3:4"), whole.values[9:30, 3:4])
    assert same(reader.decode(region=np.s_[:, 7:]).values, whole.values[:, :, 7:])
    exact = vdsc.compress(values, codec="packed")
    assert same(vdsc.decompress(exact, region=":,7:9").values, values[:, :, 7:9])


def test_what_other_codecs_do():
    values = (np.arange(60) + 2j).reshape(5, 12)
    data = vdsc.compress(values, lossless=True)
    assert same(vdsc.decompress(data, region="3:5").values, values[:, 3:5])
    with pytest.raises(InvalidInput, match="only files of codec"):
        vdsc.decompress(data, scale=2)
    with pytest.raises(InvalidInput, match="single number"):
        vdsc.decompress(vdsc.compress(np.arange(9.0), lossless=True), region="0:1")
