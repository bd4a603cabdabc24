"""Checkpoint folders: found, described, and refused when they are not what they say."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from vdsc.errors import ModelMissing
from vdsc.model import store
from vdsc.model.store import CONFIG, TABLES, WEIGHTS, Checkpoint, content_digest

WEIGHT_ARRAYS = {"w": np.arange(6, dtype=np.float32).reshape(2, 3)}
TABLE_ARRAYS = {"t": np.arange(4, dtype=np.int32)}


def write(folder, name="toy", **changes):
    """A folder that is what it says, of content that `changes` decide."""
    settings = {
        "name": name,
        "net": {"frame": [5, 4, 1], "fps": 9.0},
        "frames": {"kind": "pixels"},
        "chunk": 9,
    }
    settings |= changes
    settings["digest"] = content_digest(settings, WEIGHT_ARRAYS, TABLE_ARRAYS).hex()
    folder.mkdir(parents=True)
    save_file(WEIGHT_ARRAYS, folder / WEIGHTS)
    save_file(TABLE_ARRAYS, folder / TABLES)
    (folder / CONFIG).write_text(json.dumps(settings))
    return Checkpoint.open(folder)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder of models that is looked at before those of the package."""
    monkeypatch.setenv("VDSC_MODELS", str(tmp_path))
    return tmp_path


def test_a_folder_says_what_it_holds(tmp_path):
    """Name, frame, digest, size and arrays are those that were written."""
    checkpoint = write(tmp_path / "a")
    assert (checkpoint.name, checkpoint.frame, len(checkpoint.digest)) == ("toy", (5, 4, 1), 16)
    assert checkpoint.size == sum(p.stat().st_size for p in (tmp_path / "a").iterdir())
    weights, tables = checkpoint.tensors
    assert (weights["w"] == WEIGHT_ARRAYS["w"]).all()
    assert (tables["t"] == TABLE_ARRAYS["t"]).all()


def test_the_digest_covers_what_decoding_depends_on():
    """Settings, names, shapes, types and values change it; the name and the card do not."""
    base = {"name": "a", "net": {"x": 1}, "frames": {}, "chunk": 9}
    same = content_digest(base, WEIGHT_ARRAYS, TABLE_ARRAYS)
    assert content_digest(base | {"name": "b", "card": 1}, WEIGHT_ARRAYS, TABLE_ARRAYS) == same
    w = WEIGHT_ARRAYS["w"]
    others = [
        content_digest(base | {"chunk": 10}, WEIGHT_ARRAYS, TABLE_ARRAYS),
        content_digest(base | {"net": {"x": 2}}, WEIGHT_ARRAYS, TABLE_ARRAYS),
        content_digest(base, {"v": w}, TABLE_ARRAYS),
        content_digest(base, {"w": w.T.copy()}, TABLE_ARRAYS),
        content_digest(base, {"w": np.nextafter(w, np.float32(9))}, TABLE_ARRAYS),
        content_digest(base, WEIGHT_ARRAYS, {"t": TABLE_ARRAYS["t"].astype(np.int64)}),
    ]
    assert len({same, *others}) == len(others) + 1


@pytest.mark.parametrize("file", [WEIGHTS, TABLES])
def test_a_flipped_bit_is_refused(tmp_path, file):
    """A checkpoint whose arrays changed is named with both hashes."""
    checkpoint = write(tmp_path / "a")
    damaged = bytearray((tmp_path / "a" / file).read_bytes())
    damaged[-1] ^= 1
    (tmp_path / "a" / file).write_bytes(damaged)
    with pytest.raises(ModelMissing, match=f"toy.*{checkpoint.digest.hex()}"):
        _ = checkpoint.tensors


def test_missing_or_cut_files_are_refused(tmp_path):
    """No settings, no weights, or half of them: each is a ModelMissing."""
    with pytest.raises(ModelMissing, match="no readable checkpoint"):
        Checkpoint.open(tmp_path)
    for text in ("", "[1]", "{}", '{"name": "x", "digest": "zz", "net": {"frame": [1]}}'):
        (tmp_path / CONFIG).write_text(text)
        with pytest.raises(ModelMissing, match="no readable checkpoint"):
            Checkpoint.open(tmp_path)
    checkpoint = write(tmp_path / "a")
    whole = (tmp_path / "a" / WEIGHTS).read_bytes()
    (tmp_path / "a" / WEIGHTS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelMissing, match="install the checkpoint again"):
        _ = checkpoint.tensors
    (tmp_path / "a" / WEIGHTS).unlink()
    with pytest.raises(ModelMissing, match="toy"):
        _ = checkpoint.tensors


def test_models_are_found_by_name_folder_and_digest(shelf):
    """VDSC_MODELS adds folders; the first of equal digests is listed once."""
    first, other = write(shelf / "a"), write(shelf / "b", name="other", chunk=11)
    write(shelf / "c", name="copy")
    names = [c.name for c in store.installed()]
    assert names[:2] == ["toy", "other"]
    assert "copy" not in names
    assert store.by_name("other").digest == other.digest
    assert store.by_name(str(shelf / "c")).name == "copy"
    assert store.by_digest("whatever", first.digest).name == "toy"


def test_what_is_not_installed_is_named(shelf):
    """An unknown name lists what there is; an unknown digest is shown with its model's name."""
    write(shelf / "a")
    with pytest.raises(ModelMissing, match=r"no model 'nope'; installed: .*toy"):
        store.by_name("nope")
    with pytest.raises(ModelMissing, match=r"'gone' with hash 000102030405"):
        store.by_digest("gone", bytes(range(6)))


def test_a_broken_folder_does_not_hide_the_others(shelf):
    """What cannot be read is not listed; asked for as a folder, it says what is wrong."""
    write(shelf / "b")
    (shelf / "a").mkdir()
    (shelf / "a" / CONFIG).write_text("{")
    assert store.installed()[0].name == "toy"
    with pytest.raises(ModelMissing, match="no readable checkpoint"):
        store.by_name(str(shelf / "a"))


def test_an_old_checkpoint_states_six_bytes(shelf):
    """What release 0.1 wrote is checked by its 6 bytes, and known by all 16 to new files."""
    new = write(shelf / "a")
    config = shelf / "a" / CONFIG
    config.write_text(json.dumps(new.settings | {"digest": new.digest[:6].hex()}))
    old = Checkpoint.open(shelf / "a")
    assert (old.claim, old.digest) == (new.digest[:6], new.digest)
    for digest in (new.digest, new.digest[:6]):
        assert store.by_digest("toy", digest).tensors[0].keys() == {"w"}
    for other in (new.digest[:5] + b"?", new.digest[:6] + bytes(10)):
        with pytest.raises(ModelMissing):
            store.by_digest("toy", other)


def test_an_old_checkpoint_that_changed_is_refused(shelf):
    """Six bytes that are not those of the tensors are a changed checkpoint, for either length."""
    new = write(shelf / "a")
    config = shelf / "a" / CONFIG
    config.write_text(json.dumps(new.settings | {"digest": "00" * 6}))
    old = store.by_digest("toy", bytes(6))
    assert old.digest == bytes(6)
    with pytest.raises(ModelMissing, match=r"has hash .* but says 000000000000"):
        _ = old.tensors


@pytest.mark.parametrize("size", [0, 5, 7, 15, 17])
def test_digests_of_other_lengths_are_refused(size, tmp_path):
    """Settings state 6 or 16 bytes; a shorter prefix would match what it should not."""
    made = write(tmp_path / "a")
    config = tmp_path / "a" / CONFIG
    config.write_text(json.dumps(made.settings | {"digest": bytes(size).hex()}))
    with pytest.raises(ModelMissing, match=f"a digest of {size} bytes"):
        Checkpoint.open(tmp_path / "a")


def test_a_checkpoint_stays_while_its_files_do(shelf, monkeypatch):
    """It is opened once; another file, or another list of folders, and it is looked for again."""
    write(shelf / "a")
    one = store.installed()[0]
    assert one.folder == shelf / "a"
    assert store.by_digest("toy", one.digest) is one
    assert store.by_digest("toy", one.digest) is store.installed()[0]
    built = one.once("x", list)
    assert one.once("x", dict) is built
    config = one.folder / store.CONFIG
    config.write_text(config.read_text() + " ")
    again = store.by_digest("toy", one.digest)
    assert again is not one
    assert again.once("x", dict) == {}
    monkeypatch.setenv("VDSC_MODELS", "")
    with pytest.raises(ModelMissing):
        store.by_digest("toy", one.digest)
