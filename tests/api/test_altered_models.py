"""Checkpoints that were altered, in their settings or in their tensors: one line of advice."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from typer.testing import CliRunner

import vdsc
from tests import tiny
from tests.forge import knots
from tests.tiny import VECTORS
from vdsc.api import installed_models
from vdsc.cli.app import app
from vdsc.codecs.knots import checkpoints
from vdsc.errors import ModelMissing
from vdsc.model.store import CONFIG, TABLES, WEIGHTS, content_digest

VALUES = tiny.clip(VECTORS, 9)
GONE = object()


@pytest.fixture(scope="module")
def sound(tiny, tmp_path_factory):
    """The vectors' checkpoint, and a file that was made with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(tiny))
        return tiny / VECTORS, knots(VALUES)


@pytest.fixture
def copy(sound, tmp_path, monkeypatch):
    """A folder of the vectors' checkpoint alone, and nothing kept of it in memory."""
    shutil.copytree(sound[0], tmp_path / "models" / VECTORS)
    monkeypatch.setenv("VDSC_MODELS", str(tmp_path / "models"))
    for kept in ("_networks", "_decoders"):
        monkeypatch.setattr(checkpoints, kept, {})
    monkeypatch.chdir(tmp_path)
    return tmp_path / "models" / VECTORS


def alter(folder, path, value, *, honest=False):
    """Set one setting, or take it away; `honest`: with the hash that it then has."""
    settings = json.loads((folder / CONFIG).read_text())
    *above, last = path.split(".")
    part = settings
    for key in above:
        part = part[key]
    if value is GONE:
        del part[last]
    else:
        part[last] = value
    if honest:
        arrays = load_file(folder / WEIGHTS), load_file(folder / TABLES)
        settings["digest"] = content_digest(settings, *arrays).hex()
    (folder / CONFIG).write_text(json.dumps(settings))


def command(*words):
    """Run the command line; its exit code and its one line."""
    result = CliRunner().invoke(app, list(words))
    assert result.stderr.count("\n") == 1, result.stderr
    return result.exit_code, result.stderr


def refused(data):
    """The file and its values are refused by the API and by the command line, with advice."""
    for work in (lambda: vdsc.compress(VALUES, codec="knots"), lambda: vdsc.decompress(data)):
        with pytest.raises(ModelMissing):
            work()
    np.save("clip.npy", VALUES)
    with open("old.vds", "wb") as file:
        file.write(data)
    for words in (("compress", "clip.npy"), ("decompress", "old.vds", "-o", "out.npy")):
        code, line = command(*words)
        assert code == 5, line
        assert "install" in line
        assert "internal" not in line


SETTINGS = [
    ("name", 5),
    ("name", GONE),
    ("digest", GONE),
    ("digest", "zz"),
    ("digest", 7),
    ("kind", "sound"),
    ("kind", []),
    ("card", []),
    ("net", []),
    ("net", GONE),
    ("net.frame", "6"),
    ("net.frame", [6] * 100_000),
    ("net.frame", [1 << 60]),
    ("net.frame", [True]),
    ("net.fps", 0),
    ("net.fps", "30"),
    ("net.fps", 10**400),
    ("net.fps", float("nan")),
    ("net.decoder", []),
    ("net.latent", 5),
    ("net.hidden", "4"),
    ("net.more", 1),
    ("frames", "angles"),
    ("frames", GONE),
    ("frames.kind", GONE),
    ("frames.kind", "pixels"),
    ("frames.first_angle", -1),
    ("frames.first_angle", 1.5),
    ("frames.first_angle", 3),
    ("frames.kind", "channels"),
    ("frames.offset", [0.0] * 100_000),
    ("frames.scale", [1.0] * 5),
    ("frames.scale", [0.0] * 6),
    ("frames.scale", [[]] * 6),
    ("frames.scale", [1.0] * 6),
    ("chunk", GONE),
    ("chunk", 0),
    ("chunk", "41"),
    ("chunk", 1e9),
    ("chunk", 40),
    ("pose", []),
    ("pose.ramps", [6]),
    ("pose.ramps", [0] * 100_000),
    ("pose.ramps", ["0"]),
    ("pose.level", 1),
    ("pose.level", [-1]),
    ("pose.metres", "1"),
    ("pose.metres", 0),
    ("pose.fastest", GONE),
]


@pytest.mark.parametrize(("path", "value"), SETTINGS, ids=[p for p, _ in SETTINGS])
def test_altered_settings_are_a_missing_model(copy, sound, path, value):
    """Whatever was changed, taken away or added: no traceback, exit code 5, and advice."""
    alter(copy, path, value)
    refused(sound[1])


HONEST = [
    ("net.latent", "4"),
    ("net.latent", 5),
    ("net.latent", -1),
    ("net.hidden", 5),
    ("net.features", GONE),
    ("net.more", 1),
    ("net.rates", [1.0]),
    ("net.rates", None),
    ("net.decoder", "sprites"),
]


@pytest.mark.parametrize(("path", "value"), HONEST, ids=[f"{p}={v!r:.9}" for p, v in HONEST])
def test_settings_that_fit_their_hash_but_no_network(copy, path, value):
    """A checkpoint whose hash is right and whose networks cannot be built is refused like that."""
    alter(copy, path, value, honest=True)
    np.save("clip.npy", VALUES)
    with pytest.raises(ModelMissing, match="cannot be built"):
        vdsc.compress(VALUES, codec="knots")
    code, line = command("compress", "clip.npy")
    assert code == 5
    assert "install the checkpoint again" in line


@pytest.mark.parametrize("text", ["", "[1]", "[" * 100_000, '"name"', "{}", "\0", "null", "1e9"])
def test_settings_that_are_none(copy, sound, text):
    """What is no JSON, or no object, is refused like any other change."""
    (copy / CONFIG).write_text(text)
    refused(sound[1])
    assert VECTORS not in {card.name for card in installed_models()}


@pytest.mark.parametrize("part", [WEIGHTS, TABLES])
def test_tensors_that_fit_the_hash_but_no_network(copy, part):
    """Tensors that are missing or of another shape, with the hash that they have."""
    for change in (lambda array: array[:1], None):
        arrays = load_file(copy / part)
        first = min(arrays)
        if change is None:
            del arrays[first]
        else:
            arrays[first] = change(arrays[first])
        save_file(arrays, copy / part)
        alter(copy, "card", {}, honest=True)
        with pytest.raises(ModelMissing, match="cannot be built"):
            vdsc.compress(VALUES, codec="knots")


def test_a_sound_copy_is_taken(copy, sound):
    """The checkpoint that nobody altered codes and decodes, so the refusals are of the changes."""
    assert vdsc.compress(VALUES, codec="knots") == sound[1]
    alter(copy, "card", {"domain": "other"})
    assert vdsc.decompress(sound[1]).values.shape == VALUES.shape
