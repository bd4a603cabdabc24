"""Where the measured clips come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vdsc.bench import data


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
