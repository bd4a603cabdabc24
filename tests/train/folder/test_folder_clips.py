"""The sequences of a folder: what is read, what is kept, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.errors import InvalidInput
from vdsc.train.folder.folder_clips import read_clips, split
from vdsc.train.folder.folder_data import read_folder
from vdsc.train.folder.folder_trainer import check_out


def series(frames, channels=3, seed=0):
    """(frames, channels) float32 that moves."""
    return np.random.default_rng(seed).normal(size=(frames, channels)).astype(np.float32)


def test_every_kind_of_file_is_read(tmp_path):
    """Arrays, batches, archives and text, in the order of their names; rates are the files'."""
    np.save(tmp_path / "a.npy", series(40))
    np.save(tmp_path / "b.npy", series(40).reshape(40, 1, 3))
    np.savez(tmp_path / "c.npz", one=series(20), label=np.array(["x", "y"]))
    rows = "\n".join(f"{i / 50},{i},2,{i % 3}.5" for i in range(60))
    (tmp_path / "d.csv").write_text("time,x,y,z\n" + rows + "\n")
    (tmp_path / "notes.txt").write_text("nothing")
    np.save(tmp_path / "e.npy", series(5))
    clips, words = read_clips(tmp_path)
    assert [clip.name for clip in clips] == ["a.npy", "b.npy", "c.npz:one", "d.csv"]
    assert [len(clip.values) for clip in clips] == [40, 40, 20, 60]
    assert clips[3].rate == pytest.approx(50)
    assert clips[0].rate is None
    assert words == ["1 sequences of fewer than 8 frames were left out"]


def test_a_batch_is_so_many_sequences(tmp_path):
    """(N, T, D) is N sequences."""
    np.save(tmp_path / "all.npy", np.stack([series(30, 4, seed) for seed in range(6)]))
    clips, _ = read_clips(tmp_path)
    assert [clip.name for clip in clips] == [f"all.npy:{i}" for i in range(6)]
    assert all(np.array_equal(c.values, series(30, 4, i)) for i, c in enumerate(clips))


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "holds no sequence"),
        ({"a": series(200), "b": series(200, 4)}, "b.npy has 4 channels and a.npy has 3"),
        ({"a": np.where(series(200) > 2, np.float32("nan"), series(200))}, "a.npy"),
        ({"a": series(20)}, "has 20 frames"),
        ({"a": series(5), "b": series(7)}, "has 0 frames"),
        ({"a": np.zeros((300, 3), np.float32)}, "nothing moves"),
        ({"a": np.arange(600).reshape(200, 3)}, "astype('float32')"),
        ({"a": np.array([[1, "x"]], dtype=object)}, "cannot read"),
        ({"a": np.float32(3)}, "a.npy"),
        ({"a": np.full((200, 2), 1e300)}, "beyond float32"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow")
def test_hostile_folders_are_refused(tmp_path, files, words):
    """Empty, mixed, not finite, too short, still, of another type, pickles: one line of advice."""
    for name, values in files.items():
        np.save(tmp_path / f"{name}.npy", values)
    with pytest.raises(InvalidInput) as caught:
        read_folder(tmp_path, 30)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_damaged_files_are_refused(tmp_path):
    """A file that was cut off is named."""
    np.save(tmp_path / "a.npy", series(200))
    whole = (tmp_path / "a.npy").read_bytes()
    for count in (7, 100, len(whole) - 1):
        (tmp_path / "a.npy").write_bytes(whole[:count])
        with pytest.raises(InvalidInput, match=r"a\.npy"):
            read_clips(tmp_path)


def test_nobody_guesses_the_rate(tmp_path):
    """Where files say no rate it is asked for; an index.csv or channels.json may say it."""
    for seed in range(4):
        np.save(tmp_path / f"{seed}.npy", series(64, 3, seed))
    with pytest.raises(InvalidInput, match="--fps 30"):
        read_folder(tmp_path, None)
    (tmp_path / "index.csv").write_text("name,fps\n0,50\n1,50\n")
    assert read_folder(tmp_path, None).fps == 50
    (tmp_path / "channels.json").write_text('{"channels": ["a", "b", "c"], "fps": 40}')
    assert read_folder(tmp_path, None).fps == 40
    assert read_folder(tmp_path, 30).fps == 30


def test_the_same_files_are_kept(tmp_path):
    """Every eighth, at least two, none of them trained on; of one sequence, its end."""
    for seed in range(20):
        np.save(tmp_path / f"{seed:02d}.npy", series(40, 3, seed))
    clips, _ = read_clips(tmp_path)
    train, kept = split(clips)
    assert (len(train), len(kept)) == (18, 2)
    assert {c.name for c in train} | {c.name for c in kept} == {c.name for c in clips}
    assert [c.name for c in split(clips)[1]] == [c.name for c in kept]
    train, kept = split(clips[:1])
    assert np.array_equal(np.concatenate([train[0].values, kept[0].values]), clips[0].values)


def test_no_folder_of_others_is_overwritten(tmp_path):
    """--out names a model or nothing; a folder with other files stays as it is."""
    check_out(tmp_path / "new")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.npy").write_bytes(b"x")
    with pytest.raises(InvalidInput, match="a name of its own"):
        check_out(tmp_path / "data")
    with pytest.raises(InvalidInput, match="is a file"):
        check_out(tmp_path / "data" / "a.npy")
