"""A folder's knots get a learned law where that codes new sequences better, else tables."""

from __future__ import annotations

import json
from unittest.mock import patch

import numpy as np
import pytest

from tests.battery import check_codec
from vdsc.model.store import Checkpoint
from vdsc.train import checkpoint, searched_curve
from vdsc.train.folder import basis_choice, folder_trainer, law_choice, run_plan, sizes
from vdsc.train.folder.folder_data import read_folder
from vdsc.train.folder.folder_domain import Seen
from vdsc.train.folder.folder_trainer import FolderTrainer
from vdsc.train.folder.scales import scales_of
from vdsc.train.train_config import TrainConfig

FPS = 10.0


def noise(seed: int, frames: int = 60, channels: int = 6) -> Seen:
    """Noise that is loud in all channels of a frame or in none, unannounced: (T, C)."""
    rng = np.random.default_rng(seed)
    strength = np.exp(1.5 * rng.normal(size=(frames, 1)) - 2)
    return np.float32(strength * rng.normal(size=(frames, channels)))


def smooth(seed: int, frames: int = 60, channels: int = 12) -> Seen:
    """Slow waves, in each channel others, in each sequence others: (T, C)."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames)[:, None] / FPS
    pace, begin = rng.uniform(0.5, 2, channels), rng.uniform(0, 6, channels)
    return np.float32(np.sin(pace * time + begin))


def pays(clips: list[Seen], folder) -> bool:
    """Whether a law pays on clips (T, C) that are as networks see them."""
    scales = scales_of(clips, ["plain"] * clips[0].shape[1])
    net = sizes.config_of(clips, 3, FPS)
    config = TrainConfig("mine", "folder", sizes.CHUNK, folder, net, ())
    return law_choice.law_pays(config, clips, scales, "channels", folder / "trial", 30)


@pytest.mark.parametrize(
    ("make", "count", "wanted"), [(noise, 40, True), (smooth, 4, False)], ids=["noise", "few"]
)
def test_noise_that_is_loud_at_times_pays_and_few_sequences_do_not(make, count, wanted, tmp_path):
    """A law learns how loud a frame is from its first values; few sequences by heart."""
    with patch.object(law_choice, "MOST", 150):
        assert pays([make(seed) for seed in range(count)], tmp_path) == wanted
    assert not any(tmp_path.iterdir())


def test_a_single_sequence_gets_tables(tmp_path):
    """Nothing new is left to judge by; no trial is made."""
    with patch.object(law_choice, "TrainingRun", side_effect=AssertionError):
        assert not pays([noise(0)], tmp_path)


@pytest.fixture
def trainer(tmp_path):
    """A run on eight sequences of noise for which a law was found to pay."""
    data = tmp_path / "noise"
    data.mkdir()
    for seed in range(8):
        np.save(data / f"{seed}.npy", noise(seed))
    with (
        patch.object(folder_trainer, "law_pays", return_value=True),
        patch.multiple(basis_choice, LEARNED=200, TRIED=100),
        patch.multiple(run_plan, MOST=4, FEWEST=4),
    ):
        made = FolderTrainer.open(read_folder(data, FPS), "mine", tmp_path / "runs", 1)
        made.train(lambda _: None, minutes=None)
    return made


def test_a_law_is_trained_written_and_coded_with(trainer, tmp_path, monkeypatch):
    """The checkpoint holds a law, sequences come back, and the words name it."""
    out = tmp_path / "models" / "mine"
    with (
        patch.multiple(checkpoint, DENSITIES=(0.0, 1.0), SEARCHED=(0.0, 1.0, 2.0)),
        patch.object(searched_curve, "EFFORT", 1),
    ):
        trainer.write(out)
    assert "under a learned law; 4 steps" in trainer.words
    assert Checkpoint.open(out).settings["net"]["memory"] > 0
    monkeypatch.setenv("VDSC_MODELS", str(out.parent))
    check_codec("knots", noise(50), model=str(out), fps=FPS, quality=60)


def test_the_choice_is_made_once(trainer, tmp_path):
    """A run that goes on has the law it began with, without a trial; an older plan has none."""
    runs, data = tmp_path / "runs", trainer.data
    with patch.object(folder_trainer, "law_pays", side_effect=AssertionError):
        again = FolderTrainer.open(data, "mine", runs, 1)
    assert again.run.step == 4
    assert again.run.model.law is not None
    plan = json.loads((runs / "mine" / run_plan.FILE).read_text())
    del plan["law"]
    (runs / "mine" / run_plan.FILE).write_text(json.dumps(plan))
    assert run_plan.read_plan(runs / "mine", plan["print"]).stage.kind == "settle"
