"""The codec of sprites, and the method of lossless files, as the outer path sees them."""

from __future__ import annotations

import numpy as np
import pytest

import vdsc
from tests import tiny_sprites as tiny
from tests.battery import check_codec
from tests.forge import opened
from vdsc.codecs.lossless import chunk
from vdsc.codecs.scene.look_canvas import FINE
from vdsc.codecs.scene.look_network import LookNetworks
from vdsc.codecs.sprites.look_choice import coarse_look
from vdsc.codecs.sprites.sprite_settings import RUNGS, SpriteSettings
from vdsc.errors import CorruptFile, InvalidInput, ModelMissing
from vdsc.model import store

FILM = tiny.film()


@pytest.fixture(autouse=True, scope="module")
def model(tmp_path_factory):
    """The only checkpoint there is."""
    folder = tmp_path_factory.mktemp("models")
    tiny.write_sprites(folder / "blobs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(folder))
        patch.setattr(store, "folders", lambda: [folder])
        yield folder


@pytest.mark.parametrize(("quality", "film"), [(1, FILM), (60, FILM[..., None])])
def test_all_that_every_codec_passes(quality, film):
    """Round trips, reports, damage, spans of time."""
    check_codec("sprites", film, quality=quality, damage=8)


def test_all_levels_are_without_loss():
    """At the highest quality the frames are the same."""
    data, report = vdsc.compress(FILM, codec="sprites", quality=100, report=True)
    assert report.lossless
    assert (vdsc.decompress(data).values == FILM).all()


def test_lossless_files_take_the_method(model):
    """A clip of sprites is told as one, wrong pixels with it; the file is one short record."""
    film = FILM.copy()
    film[5, 0, -1] = 7
    data = vdsc.compress(film, codec="lossless")
    header, (body,) = opened(data)
    assert chunk.METHODS[body[0]] == "sprites"
    assert header.model.digest == store.by_name("blobs").digest
    assert data[9:10] == b"U"
    assert (vdsc.decompress(data).values == film).all()
    assert vdsc.info(data).budget["values, sprites"] == len(body) - chunk.HEAD


def test_a_narrowed_clip_takes_the_method():
    """Floats that are pixels divided by 255 are told as the pixels."""
    film = FILM / np.float32(255)
    data = vdsc.compress(film, codec="lossless")
    assert (vdsc.decompress(data).values == film).all()
    assert "sprites" in vdsc.info(data).chunks[0].method


def test_sprites_are_found_without_being_asked_for():
    """A clip of sprites is coded as one; with another codec's settings, or noise, it is not."""
    _, report = vdsc.compress(FILM, quality=60, report=True)
    assert report.codec in {"sprites", "lossless"}
    _, report = vdsc.compress(FILM, codec="linear", report=True)
    assert report.codec == "linear"


def test_what_are_no_sprites_is_refused_with_advice():
    """Noise, and colour."""
    noise = np.random.default_rng(0).integers(0, 256, FILM.shape).astype(np.uint8)
    with pytest.raises(InvalidInput, match="leave out --codec"):
        vdsc.compress(noise, codec="sprites")
    with pytest.raises(InvalidInput, match="grey pictures"):
        vdsc.compress(np.stack([FILM] * 3, axis=-1), codec="sprites")
    with pytest.raises(InvalidInput, match="quality"):
        SpriteSettings(quality=0)


def test_a_file_needs_its_checkpoint(monkeypatch, tmp_path):
    """Without it reading fails with a word on what is missing; another kind is damage."""
    data = vdsc.compress(FILM, codec="sprites", quality=1)
    monkeypatch.setattr(store, "folders", lambda: [tmp_path])
    with pytest.raises(ModelMissing, match="not installed"):
        vdsc.decompress(data)
    with pytest.raises(ModelMissing, match="no model of sprites"):
        vdsc.compress(FILM, codec="sprites")


def test_short_files_hold_one_header():
    """A short body of another kind of record is damage."""
    from vdsc.codecs import usual_file

    data = vdsc.compress(FILM, codec="sprites", quality=1)
    header, (body,) = opened(data)
    folded = usual_file.fold(header, body)
    assert folded is not None
    assert usual_file.unfold(folded) == (header, body)
    with pytest.raises(CorruptFile):
        usual_file.unfold(folded[:8])


def test_fewer_levels_cost_fewer_bits_and_looks_keep_ink():
    """Every rung gives a look whose box is tight; with no ink left one pixel stays."""
    networks = LookNetworks.of({"net": {"cell": tiny.CELL}}, tiny.weights())
    look = tiny.looks(1, np.random.default_rng(1))[0]
    for levels, share in RUNGS:
        one = coarse_look(look, networks, levels, share * 1000)
        assert one.look.any()
        if levels != FINE:
            assert len(np.unique(one.look)) <= levels
            assert all(one.look.any(axis=axis)[[0, -1]].all() for axis in (0, 1))
    dim = np.full((3, 4), 9, np.uint8)
    dim[1, 2] = 11
    kept = coarse_look(dim, networks, 2, 1.0)
    assert (kept.look == 255).all()
    assert (kept.look.shape, kept.corner) == ((1, 1), (1, 2))


def test_a_goal_turns_the_quality_of_a_clip_that_was_coded_already():
    """The file that chose the codec, at the usual quality, leaves nothing in that of the goal."""
    least = len(vdsc.compress(FILM, fps=10, quality=1))
    data, report = vdsc.compress(FILM, fps=10, target_size=least, report=True)
    assert len(data) == report.file_bytes <= least
    assert vdsc.decompress(data).values.shape == FILM.shape
    close, report = vdsc.compress(FILM, fps=10, psnr=report.snr, report=True)
    assert len(close) == report.file_bytes
    assert vdsc.decompress(close).values.shape == FILM.shape
