"""Where the measured clips come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vdsc.bench import clips as data


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two motions and 50,002 digits, the held-out ones bright."""
    motion = tmp_path / "mocap" / "cmu_mb" / "val"
    motion.mkdir(parents=True)
    for name in ("08_01", "07_02"):
        np.save(motion / f"{name}.npy", np.zeros((30, 96), np.float32))
    digits = np.zeros((data.HELD_OUT + 2, 28, 28), np.uint8)
    digits[data.HELD_OUT :, 10:18, 10:18] = 255
    (tmp_path / "video").mkdir()
    np.savez_compressed(tmp_path / "video" / "mnist_train.npz", x=digits)
    monkeypatch.setenv(data.VARIABLE, str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("value", ["", "/nowhere/at/all"])
def test_absent_data_says_what_to_set(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Without a data folder the error names the variable, in one line."""
    monkeypatch.setenv(data.VARIABLE, value)
    with pytest.raises(data.NoData, match=r"^no data: set VDSC_DATA to [^\n]*$"):
        data.motion("val")


@pytest.mark.usefixtures("folder")
def test_motions_come_by_name() -> None:
    """Sequences are sorted, at 60 frames per second."""
    clips = data.motion("val")
    assert [clip.name for clip in clips] == ["07_02", "08_01"]
    assert {clip.fps for clip in clips} == {60.0}


@pytest.mark.usefixtures("folder")
def test_an_empty_split_is_no_data() -> None:
    """A split without files is told apart from an empty result."""
    with pytest.raises(data.NoData, match="train"):
        data.motion("train")


@pytest.mark.usefixtures("folder")
def test_moving_digits_are_held_out_and_seeded() -> None:
    """Only digits from HELD_OUT on are shown, and equal seeds give equal clips."""
    clips = data.moving_digits(2, frames=5, seed=1)
    again = data.moving_digits(2, frames=5, seed=1)
    assert [clip.values.shape for clip in clips] == [(5, 64, 64, 1)] * 2
    assert all(clip.values.max() == 255 for clip in clips)
    for one, other in zip(clips, again, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_films_are_the_clips_of_one_file(folder: Path) -> None:
    """Each clip of the array has a name of its own; an absent file is no data."""
    x = np.arange(2 * 3 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 4, 3)
    np.savez_compressed(folder / "video" / "walks.npz", x=x, pose=np.zeros(2))
    clips = data.films("walks")
    assert [clip.name for clip in clips] == ["walks_00", "walks_01"]
    np.testing.assert_array_equal(clips[1].values, x[1])
    with pytest.raises(data.NoData, match=r"video/none\.npz"):
        data.films("none")


def test_each_corpus_has_its_rate(folder: Path) -> None:
    """Another corpus is found by its name, at its own frames per second."""
    other = folder / "mocap" / "ui_prmd" / "val"
    other.mkdir(parents=True)
    np.save(other / "s01.npy", np.zeros((5, 117), np.float32))
    (clip,) = data.motion("val", "ui_prmd")
    assert (clip.fps, clip.values.shape) == (50.0, (5, 117))
