"""Training settings: a TOML file, changed from the command line, refused with advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from vdsc.errors import InvalidInput
from vdsc.model.net_config import NetConfig
from vdsc.train import front_door, kinds, settings_file, train_config
from vdsc.train import training_domains as domains

EXAMPLES = Path(__file__).parents[2] / "examples" / "train"

TOML = """
name = "toy"
domain = "motion"
chunk = 31
data = "$SOMEWHERE/clips"

[net]
frame = [6]
latent = 3
fps = 30.0
window = 21
interpolation = "spline"

[[stages]]
kind = "sde"
steps = 5
batch = 2
lr = 1e-3

[[stages]]
kind = "joint"
steps = 7
batch = 2
lr = 1e-4
coarse = [0.5, 2.0]
"""


def load(path, overrides):
    """Settings of latent paths from a file."""
    values = settings_file.read(path, overrides)
    with settings_file.advice(path):
        return train_config.build(values)


@pytest.fixture
def toml(tmp_path):
    """A working config file."""
    path = tmp_path / "toy.toml"
    path.write_text(TOML)
    return path


def test_a_file_becomes_settings(toml, monkeypatch):
    """Sections, stages and variables in the data path are read; the rest has defaults."""
    monkeypatch.setenv("SOMEWHERE", "/data")
    loaded = load(toml, [])
    assert (loaded.name, loaded.chunk, loaded.seed) == ("toy", 31, 0)
    assert loaded.data == Path("/data/clips")
    assert loaded.net.frame == (6,)
    assert [stage.steps for stage in loaded.stages] == [5, 7]
    assert loaded.stages[1].coarse == (0.5, 2.0)


def test_any_setting_can_be_changed_from_the_line(toml):
    """section.key=value takes TOML literals, plain words, list items and new keys."""
    changes = ["net.latent=5", "stages.1.steps=9", "seed=4", "name=other", "net.rates=[1.0, 5.0]"]
    changes += ['data="a=b"', "net.noise=laplace", "card.licence='CC0'", "net.frame.0=8"]
    loaded = load(toml, ["card={}", *changes])
    assert (loaded.net.latent, loaded.stages[1].steps, loaded.seed) == (5, 9, 4)
    assert (loaded.name, loaded.data, loaded.net.noise) == ("other", Path("a=b"), "laplace")
    assert loaded.net.rates == (1.0, 5.0)
    assert loaded.net.frame == (8,)
    assert loaded.card == {"licence": "CC0"}
    assert load(toml, []).net.latent == 3


@pytest.mark.parametrize(
    "override",
    [
        "seed",
        "nothing.here=1",
        "net.nothing=1",
        "nothing=1",
        "stages.9.steps=1",
        "stages.first.steps=1",
        "net.latent.deep=1",
        "net=3",
        "stages=3",
        "stages=[1]",
        "data=3",
        "stages.0.kind=jiont",
        "stages.0.objective=losless",
    ],
)
def test_an_unknown_setting_is_refused(toml, override):
    """What no network or stage knows is an error that names the file or the syntax."""
    with pytest.raises(InvalidInput, match=r"toy\.toml|section\.key=value"):
        load(toml, [override])


@pytest.mark.parametrize("text", ["name = ", "[net", "", 'name = "x"', "stages = []", "\xff"])
def test_a_broken_file_is_refused(toml, text):
    """Bad TOML, missing sections and bytes that are no text are errors with advice."""
    toml.write_bytes(text.encode("latin-1"))
    with pytest.raises(InvalidInput, match="see examples/ for a working config"):
        load(toml, [])


def test_a_missing_file_is_refused(tmp_path):
    """The error names the file."""
    with pytest.raises(InvalidInput, match=r"cannot read .*gone\.toml"):
        load(tmp_path / "gone.toml", [])


def test_missing_data_and_unknown_domains_are_refused(toml, tmp_path):
    """Both are found before any network is built."""
    gone = f"data={str(tmp_path / 'gone')!r}"
    with pytest.raises(InvalidInput, match="no training data at"):
        domains.build(load(toml, [gone]))
    with pytest.raises(InvalidInput, match=r"no domain 'audio'; there are motion, digits, video"):
        front_door.train(toml, tmp_path / "out", overrides=["domain=audio"])
    with pytest.raises(InvalidInput, match=r"no kind of model 'sounds'; there are paths, video"):
        front_door.train(toml, tmp_path / "out", overrides=["kind=sounds"])
    assert not (tmp_path / "out").exists()


def test_a_net_config_is_json_ready():
    """as_dict and from_dict are inverses; lists stand for tuples; unknown keys raise."""
    net = NetConfig(frame=(64, 64, 1), latent=36, fps=10.0, window=100, rates=(1.0, 8.0))
    assert net.as_dict()["frame"] == [64, 64, 1]
    assert NetConfig.from_dict(net.as_dict()) == net
    with pytest.raises(TypeError, match="colour"):
        NetConfig.from_dict(net.as_dict() | {"colour": 1})


@pytest.mark.parametrize("name", ["cmu", "digits"])
def test_the_shipped_configs_of_paths_load(name):
    """The configs that the checkpoints were trained with are read as they are."""
    loaded = load(EXAMPLES / f"{name}.toml", [])
    assert loaded.name == name
    assert loaded.chunk > 1
    assert sum(stage.steps for stage in loaded.stages) > 1000


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_each_shipped_config_reaches_the_trainer_of_its_kind(path, monkeypatch, tmp_path):
    """The domain says which kind of model is trained; `kind` in the config comes first."""
    opened = []
    for kind in kinds.KINDS:
        monkeypatch.setitem(kinds.KINDS, kind, lambda *_, k=kind: opened.append(k))
    kinds.open_trainer(settings_file.read(path, []))
    kinds.open_trainer(settings_file.read(path, ["kind=paths"]))
    own = {
        "video": "video",
        "mazes": "bitsback",
        "digits-bitsback": "bitsback",
        "sprites": "sprites",
        "voxel": "solids",
        "gates": "implicit",
        "tiles": "implicit",
        "clip": "field",
        "photo": "field",
        "speech": "field",
        "climate": "field",
        "maze": "sketch",
        "blockworld": "sketch",
        "clip64": "sketch",
    }
    assert opened == [own.get(path.stem, "paths"), "paths"]
