"""The benchmark of fields: its peers code for real, its ratios are those of the curves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vdsc.bench import field_benchmark, field_domains, field_tables
from vdsc.bench.field_peers import RIVALS, Promiser, film_peers, packed
from vdsc.bench.metrics import psnr
from vdsc.bench.peers import bounded_packers, picture_codecs, sound_codecs

RAMP = np.add.outer(np.arange(32) * 4, np.arange(48) * 2).astype(np.uint8)
PICTURE = np.stack([RAMP, RAMP.T[:32, :1] + RAMP // 2, 255 - RAMP], axis=-1)[np.newaxis]
NOISE = np.convolve(np.random.default_rng(0).standard_normal(9000), np.hanning(40), "same")
TONE = (1000 * NOISE).astype(np.int16)[:, np.newaxis]
FIELD = np.add.outer(np.sin(np.arange(40) / 5), np.cos(np.arange(288)).reshape(12, 24)).astype("f4")


@pytest.mark.parametrize("name", ["WebP", "AVIF", "JPEG 2000", "JPEG XL"])
def test_pictures_trade_bytes_for_quality(name):
    """More bytes are nearer; what comes back has the shape of what went in."""
    pytest.importorskip("imagecodecs")
    (peer,) = picture_codecs.peers((name,))
    files = [peer.encode(PICTURE, peer.settings[index]) for index in (0, -1)]
    coarse, fine = (psnr(PICTURE, peer.decode(file)) for file in files)
    assert len(files[0]) < len(files[1])
    assert coarse < fine < 99
    assert fine > 30


def test_tiles_are_a_file_each_or_a_sheet():
    """Bytes of single files are summed without what tells them apart; order is kept."""
    pytest.importorskip("imagecodecs")
    values = np.concatenate([PICTURE[:, :, :32] // (1 + index) for index in range(6)])
    (peer,) = picture_codecs.peers(("WebP",))
    for made in (picture_codecs.alone(peer), picture_codecs.sheet(peer, 3)):
        file = made.encode(values, (90.0,))
        assert psnr(values, made.decode(file)) > 30
    alone = picture_codecs.alone(peer)
    file = alone.encode(values, (50.0,))
    sizes = [len(peer.encode(one[np.newaxis], (50.0,))) for one in values]
    assert (alone.size(file), len(file)) == (sum(sizes), sum(sizes) + 4 * 6)


@pytest.mark.parametrize("name", list(sound_codecs.RECIPES))
def test_sound_is_laid_over_the_original(name):
    """A codec that is late is not punished for it; eight bytes of bookkeeping do not count."""
    peer = next(peer for peer in sound_codecs.peers(16000) if peer.name == name)
    file = peer.encode(TONE, peer.settings[-1])
    assert peer.size(file) == len(file) - 8
    again = peer.decode(file)
    assert again.shape == TONE.shape
    noise = np.mean((again.astype(float) - TONE) ** 2)
    assert noise < 0.1 * np.mean(TONE.astype(float) ** 2)


@pytest.mark.parametrize("peer", film_peers(), ids=lambda peer: peer.name)
def test_films_keep_their_frames(peer):
    """Colours go through yuv420p and come back as such."""
    film = np.concatenate([np.roll(PICTURE[:, :32, :32], index, axis=1) for index in range(4)])
    film = film.repeat(2, axis=1).repeat(2, axis=2)
    again = peer.decode(peer.encode(film, peer.settings[-1]))
    assert again.shape == film.shape
    assert psnr(film, again) > 20


@pytest.mark.parametrize("name", RIVALS)
def test_rivals_give_their_best_layout_back(name):
    """Whichever layout is smallest, axes come back in order, within the error."""
    pytest.importorskip("imagecodecs")
    rival = Promiser(next(peer for peer in bounded_packers.PEERS if peer.name == name))
    for values in (FIELD, FIELD.T.copy()):
        again = rival.decode(rival.encode(values, (0.01,)))
        assert np.abs(again - values).max() <= 0.01


def test_a_rival_that_is_off_by_a_bit_is_asked_for_less():
    """The first file that keeps the error counts; where none does, the promise stays broken."""

    def code(slack):
        return lambda values, error: (b"%.6f" % error, lambda: values + np.float64(error) + slack)

    for slack, asked in ((0.0, b"1.000000"), (5e-5, b"0.999900"), (0.5, b"0.990000")):
        rival = Promiser(bounded_packers.BoundedPeer("made", code(slack), ""))
        values = np.zeros((4, 5))
        file = rival.encode(values, (1.0,))
        assert file == asked
        assert (np.abs(rival.decode(file)).max() <= 1) == (slack < 0.5)


def test_packers_give_every_voxel_back():
    """Bytes and bits alike."""
    shape = np.random.default_rng(0).integers(0, 2, (5, 6, 8)).astype(np.uint8)
    for peer in packed((6, 8)):
        np.testing.assert_array_equal(peer.decode(peer.encode(shape, ())), shape)


def rows(codec, *points, knob="quality"):
    return [
        {"codec": codec, "setting": {knob: at}, "bytes": size, "error": error,
         "encode_seconds": 1.0, "decode_seconds": 1.0}
        for at, size, error in points
    ]  # fmt: skip


RECORD = {"title": "made", "unit": "dB", "rate": "bits a pixel", "units": 800.0, "codecs": {}}


def test_ratios_are_taken_where_both_codecs_are():
    """Half the bytes at each quality is a ratio of a half, over the range that is shared."""
    ours = rows("vdsc", (1, 100, 20.0), (2, 400, 30.0))
    peer = rows("WebP", (1, 400, 25.0), (2, 1600, 35.0))
    far = rows("AVIF", (1, 50, 40.0), (2, 60, 50.0))
    record = {**RECORD, "kind": "quality", "rows": [*ours, *peer, *far]}
    one, none = field_tables.ratios(record)
    assert one["ratio"] == pytest.approx(0.5)
    assert (one["low"], one["high"]) == (25.0, 30.0)
    assert none["ratio"] is None
    page = field_tables.markdown({"made": {**record, "ratios": [one, none]}})
    assert "|  0.50 | 25.0 dB | 30.0 dB |" in page
    assert "AVIF -" in field_tables.summary({"made": {**record, "ratios": [one, none]}})


def test_a_broken_promise_does_not_count():
    """It is marked, and has no ratio."""
    ours = rows("vdsc", (1.0, 100, 1.0), knob="bound")
    peer = rows("SPERR", (1.0, 50, 1.001), knob="bound")
    record = {**RECORD, "kind": "promise", "unit": "K", "rows": [*ours, *peer]}
    assert field_tables.ratios(record) == [{"codec": "SPERR", "ratio": None, "bound": 1.0}]
    assert "50!" in field_tables.section({**record, "ratios": field_tables.ratios(record)})


def test_a_quick_run_writes_what_it_found(tmp_path, monkeypatch, capsys):
    """Domains whose data are there are measured; the others are skipped with a line each."""
    (tmp_path / "shapes3d").mkdir()
    ball = np.linalg.norm(np.indices((3, 16, 16, 16))[1:] - 8.0, axis=0) < 6
    np.savez_compressed(tmp_path / "shapes3d" / "occupancy64.npz", x=ball.astype(np.uint8))
    monkeypatch.setenv("VDSC_DATA", str(tmp_path))
    out = tmp_path / "out"
    assert field_benchmark.main(["--quick", "--out", str(out)]) == 0
    said = capsys.readouterr()
    for name in field_domains.DOMAINS:
        assert (f"{name} skipped: no data" in said.err) == (name != "voxels")
    found = json.loads((out / "field.json").read_text())
    assert [row["error"] for row in found["voxels"]["rows"]] == [0, 0, 0]
    assert "Shapes of 16 x 16 x 16 voxels (2), without loss" in (out / "field.md").read_text()
    assert sorted(path.name for path in out.iterdir()) == [
        "field.json", "field.md", "field_summary.md",
    ]  # fmt: skip


def test_recordings_are_read(tmp_path, monkeypatch):
    """Samples of 16 bits, one channel, and their rate; without any there is no data."""
    import wave

    monkeypatch.setenv("VDSC_DATA", str(tmp_path))
    with pytest.raises(field_domains.NoData, match=r"holds no audio/pocketsphinx_\*\.wav"):
        field_domains.speech(few=True)
    path = Path(tmp_path, "audio", "pocketsphinx_001.wav")
    path.parent.mkdir()
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(TONE.tobytes())
    domain = field_domains.speech(few=True)
    np.testing.assert_array_equal(domain.clips[0].values, TONE)
    assert domain.units == pytest.approx(9000 / 16)
    assert domain.error([(TONE, TONE + 1)]) == pytest.approx(90.3, abs=0.1)
