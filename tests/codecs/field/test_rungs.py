"""Knots and rungs of video: files, what a page reads of them, and what becomes of wrong ones."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import vdsc
from tests import tiny_rungs
from tests.battery import check_codec, same
from tests.forge import forged, opened
from vdsc.codecs.field.codec import FieldCodec
from vdsc.codecs.field.field_checkpoints import network_of
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.rungs import climber
from vdsc.codecs.field.rungs.frame_grid import FrameGrid
from vdsc.core.instants import Instants
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import (
    CorruptFile,
    InvalidInput,
    ModelMissing,
    TruncatedFile,
    UnsupportedVersion,
    VdscError,
)  # fmt: skip
from vdsc.io.source import array_source
from vdsc.model import store

FILM = tiny_rungs.film()
SHORT = FILM[:6, :20]
ARRAYS = tiny_rungs.arrays()
GRIDS = ("2", "4", "8", "16", "chosen")
PLAIN = {"sketch": False, "effort": 0, "quality": 40, "model": "tiny", "motion": "sought"}


@pytest.fixture(autouse=True, scope="module")
def models(tmp_path_factory):
    """The only checkpoints there are: a network for video with rungs, and a sketch."""
    with tiny_rungs.only_models(tmp_path_factory.mktemp("models")) as folder:
        yield folder


def packed(values, grid="", **options):
    """A file of codec `field`; the first checkpoint is taken and nothing lies beneath."""
    return vdsc.compress(values, codec="field", grid=grid, **PLAIN | options)


def params(data):
    """What the header says."""
    return opened(data)[0].params


@pytest.mark.parametrize("grid", GRIDS)
def test_all_that_every_codec_passes(grid):
    data = check_codec("field", FILM, grid=grid, damage=6, **PLAIN)
    assert params(data)["k"] == 1
    if grid != "chosen":
        count = int(grid)
        assert vdsc.info(data).knots == len({*range(0, 19, count), 16, 18})


@pytest.mark.parametrize("shape", [(4, 16, 16), (5, 17, 40), (17, 16, 31), (18, 24, 16)])
def test_any_size_of_video(shape):
    film = tiny_rungs.film(*shape)
    data, report = packed(film, "16", report=True)
    found = vdsc.decompress(data).values
    assert found.shape == film.shape
    off = np.square(found - film.astype(float)).mean()
    assert report.psnr == pytest.approx(10 * np.log10(255**2 / off))


def test_parts_are_those_of_the_whole(monkeypatch):
    monkeypatch.setattr("vdsc.codecs.field.field_encoder.VALUES", 10 * FILM[0].size)
    data = packed(FILM, "4", fps=10)
    assert len(opened(data)[1]) == 2
    whole = vdsc.decompress(data).values
    crop = vdsc.decompress(data, region="5:30,7:8,1:3").values
    assert same(crop, whole[:, 5:30, 7:8, 1:3])
    times = vdsc.decompress(data).times
    for low, high in ((0, 3), (8, 12), (11, 19)):
        assert same(vdsc.decompress(data, times=times[low:high]).values, whole[low:high])
    finer = vdsc.decompress(data, fps=30).values
    assert same(finer[::3], whole)
    assert same(vdsc.decompress(data, fps=30, region="5:30,7:8").values, finer[:, 5:30, 7:8])
    large = vdsc.decompress(data, scale=2).values
    assert same(vdsc.decompress(data, scale=2, region="4:30,8:22").values, large[:, 4:30, 8:22])


def test_damaged_streams_are_no_surprise():
    """With right checksums: an explained error, or other frames."""
    data = packed(SHORT, "4", quality=20)
    (body,) = opened(data)[1]
    rng, errors = np.random.default_rng(0), 0
    for at in [*range(1, len(body), 1 + len(body) // 40), *range(len(body) - 8, len(body))]:
        wrong = bytearray(body)
        wrong[at] ^= 1 << int(rng.integers(8))
        try:
            found = vdsc.decompress(forged(data, bodies=[bytes(wrong)])).values
            assert found.shape == SHORT.shape
        except VdscError:
            errors += 1
    assert errors > 9
    for end in range(0, len(body), 1 + len(body) // 40):
        with suppress(VdscError):  # a stream that ends sooner may still be one
            vdsc.decompress(forged(data, bodies=[body[:end]]))


def test_any_file_cut_short_is_known_to_be():
    data = packed(SHORT, "4", quality=20)
    for end in range(len(data)):
        with pytest.raises(TruncatedFile):
            vdsc.decompress(data[:end])


def test_wrong_headers(tmp_path, monkeypatch):
    data = packed(SHORT, "4")
    head, _ = opened(data)
    for wrong in ({"k": 3}, {"k": -1}):
        with pytest.raises(CorruptFile):
            vdsc.decompress(forged(data, params=head.params | wrong))
    with pytest.raises(UnsupportedVersion):
        vdsc.decompress(forged(data, params=head.params | {"l": 1}))
    with pytest.raises(CorruptFile):
        vdsc.decompress(forged(data, model=None))
    for small in (SHORT[:, :15], SHORT.astype("i2"), SHORT[..., :2]):
        other = packed(small, model="", own=True)
        with pytest.raises(CorruptFile):
            vdsc.decompress(forged(other, params=params(other) | {"k": 1}, model=head.model))
    tiny_rungs.write_rungs(tmp_path / "tiny", **{name: None for name in ARRAYS if "." in name})
    monkeypatch.setattr(store, "folders", lambda: [tmp_path])
    bare = store.by_name("tiny")
    with pytest.raises(CorruptFile, match="network for rungs"):
        vdsc.decompress(forged(data, model=type(head.model)("tiny", bare.digest)))


@pytest.mark.parametrize("name", ["rung.first", "rung.second", "rung.third"])
def test_a_damaged_network_is_refused(name, tmp_path, monkeypatch):
    for layer in (ARRAYS[name][1:], ARRAYS[name].astype("i4"), ARRAYS[name].ravel()):
        folder = tmp_path / str(layer.dtype) / str(layer.ndim)
        tiny_rungs.write_rungs(folder / "tiny", **{name: layer.copy()})
        monkeypatch.setattr(store, "folders", lambda folder=folder: [folder])
        with pytest.raises(ModelMissing, match="tiny"):
            packed(SHORT, "4")


@pytest.mark.parametrize("grid", ["3", "32", "none", "1", 4, None])
def test_other_words_for_grids_are_refused(grid):
    with pytest.raises(InvalidInput, match="grid must be one of"):
        FieldSettings(grid=grid)


def test_all_frames_are_knots_where_that_is_asked_or_must_be():
    assert "k" not in params(packed(FILM, "all"))
    assert "k" not in params(packed(FILM[:3], "4"))
    assert "k" not in params(packed(FILM, "4", blocks=(4, 4, 4)))
    assert "k" not in params(packed(FILM[:, :15], "4"))
    assert "k" not in params(packed(FILM, "4", own=True, model=""))
    noise = np.random.default_rng(0).integers(0, 256, FILM.shape).astype("u1")
    assert "k" not in params(packed(noise, "4", model=""))


def test_steps_may_be_as_large_as_can_be():
    """A header may say so: of what no number holds the largest value is meant."""
    data = packed(SHORT, "4")
    huge = forged(data, params=params(data) | {"j": 8000, "o": 1 << 40})
    assert (vdsc.decompress(huge).values == 255).all()


def test_steps_may_be_too_fine():
    still = np.full((20, 16, 16, 3), 128, "u1")
    for grid in ("4", "chosen"):
        with pytest.raises(InvalidInput, match="too large for such fine steps"):
            packed(still, grid, step=1e-8)
    assert "k" not in params(packed(still, step=1e-8))


@pytest.mark.parametrize("learned", ["adapted", "own"])
def test_clips_begin_with_what_others_have_learned(learned):
    """Knots are coded under that; with a network of another's own, all frames are knots."""
    codec, clock = FieldCodec(), Clock(rate=Fraction(10))
    network = network_of(store.by_name("tiny"))
    last = network.layers[2] + np.arange(3) * 99
    network = replace(network, layers=(*network.layers[:2], last), own=learned == "own")
    source, outline = array_source(SHORT), Outline(SHORT.shape, SHORT.dtype, clock)
    encoder = codec.encoder(source, outline, FieldSettings(grid="4", **PLAIN))
    encoder.begin_with(network)
    coded = encoder.encode(SHORT)
    header = encoder.header()
    assert ("k" in header.params) == (learned == "adapted")
    decoder = codec.decoder(header)
    decoder.begin_with(network)
    found = [*decoder.decode(coded.body, Instants(outline, own=True))]
    assert same(np.concatenate(found), coded.decoded)


def hills(rows, columns, seed):
    """A smooth picture (rows, columns, 3)."""
    rng, total = np.random.default_rng(seed), 120.0
    for size in (4, 8, 16):
        corners = rng.normal(size=(rows // size + 3, columns // size + 3, 3)) * 5 * size
        for axis, n in enumerate((rows, columns)):
            i, part = np.divmod(np.arange(n) / size, 1)
            part = part.reshape((-1, 1, 1) if axis == 0 else (-1, 1))
            low, high = (corners.take(i.astype(int) + k, axis) for k in (0, 1))
            corners = low + (high - low) * part
        total = total + corners
    return total


def cut_and_slow(count=60, rows=48, columns=48):
    """Video that drifts a pixel in three frames, with a cut between two pictures."""
    wide = [hills(rows, columns + count, seed) for seed in (0, 7)]
    made = []
    for i in range(count):
        part = wide[i >= 40][:, i // 3 : i // 3 + columns + 1]
        made.append(part[:, :-1] + (part[:, 1:] - part[:, :-1]) * (i % 3) / 3)
    return np.clip(made, 0, 255).astype("u1")


def test_a_grid_is_taken_where_it_pays(monkeypatch):
    """With the checkpoint that comes with the package, by itself: a fifth less at equal error."""
    folder = Path(vdsc.__file__).parents[1] / "models"
    monkeypatch.setattr(store, "folders", lambda: [folder])
    film, sizes, wrong = cut_and_slow(), [], []
    for grid, quality in (("", 60), ("all", 58)):
        options = {"model": "clip", "sketch": False, "quality": quality, "effort": 0}
        data = vdsc.compress(film, codec="field", grid=grid, **options)
        assert ("k" in params(data)) == (not grid)
        sizes.append(len(data))
        wrong.append(np.square(vdsc.decompress(data).values - film.astype(float)).mean())
    assert sizes[0] < 0.8 * sizes[1]
    assert wrong[0] < 1.1 * wrong[1]


def test_knots_alone_are_no_rungs(monkeypatch):
    """Where all frames look best as knots, a file is what it is without rungs, byte for byte."""
    monkeypatch.setattr(climber, "ranked_grids", lambda some, *_: [FrameGrid.even(len(some), 0)])
    folder = Path(vdsc.__file__).parents[1] / "models"
    monkeypatch.setattr(store, "folders", lambda: [folder])
    options = {"codec": "field", "model": "clip", "sketch": False, "quality": 40, "effort": 0}
    options["motion"] = "sought"
    plain, found = (vdsc.compress(cut_and_slow(), grid=g, **options) for g in ("all", ""))
    assert found == plain
    assert "k" in params(vdsc.compress(cut_and_slow(), grid="chosen", **options))
