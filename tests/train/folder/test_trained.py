"""A model that was trained on a folder codes such sequences, and says what it is."""

from __future__ import annotations

import json
import shutil
from unittest.mock import patch

import numpy as np
import pytest
from safetensors.numpy import load_file as load_arrays
from safetensors.torch import load_file

import vdsc
from tests.battery import check_codec
from tests.docs.page_pose import File
from tests.train.folder.conftest import FPS, motion
from vdsc.errors import InvalidInput
from vdsc.model.store import Checkpoint
from vdsc.train.folder import basis_choice, folder_trainer, run_plan
from vdsc.train.folder.folder_data import read_folder
from vdsc.train.folder.folder_trainer import FolderTrainer

FILES = ("weights", "tables")


@pytest.fixture
def installed(model, monkeypatch):
    """The model's folder, where files find it."""
    monkeypatch.setenv("VDSC_MODELS", str(model[0].parent))
    return model[0]


def ignore(step):
    """Report to nobody."""


def test_kinds_scales_and_ramps_are_the_checkpoints(model):
    """Angles share a scale, quaternions too; places that differ have ramps; constants are sent."""
    settings = Checkpoint.open(model[0]).settings
    frames, pose = settings["frames"], settings["pose"]
    kinds = ["length"] * 3 + ["degrees"] * 2 + ["unit quaternion"] * 4 + ["plain"] * 3
    assert (frames["kind"], frames["kinds"]) == ("channels", kinds)
    scale = frames["scale"]
    assert scale[3] == scale[4]
    assert len(set(scale[5:9])) == 1
    assert set(pose["ramps"]) == {0, 1, 2, 11}
    assert pose["level"] == [11]


def test_what_was_found_is_said(model):
    """Counts, kinds, sizes, and what the model is worth beside `linear`."""
    lines = model[1]
    assert lines[0] == "7 sequences, 364 frames, 20 a second as asked; 2 kept"
    assert (
        lines[1] == "channels: 4 unit quaternion, 3 length, 3 plain, 2 degrees; 1 of them constant"
    )
    assert "12 steps" in lines[2]
    assert "of the bytes of codec 'linear' at equal error" in lines[-1]


def test_the_card_says_where_it_comes_from(model, folder):
    """Data, kept files, kinds, command, time and figures stand on its page."""
    text = (model[0] / "CARD.md").read_text()
    assert text.startswith("# mine\n")
    for words in (folder.name, "1.npy, 7.npy", "3 length", "--minutes 1", "minutes in this run"):
        assert words in text
    rows = [line for line in text.splitlines() if line.startswith("| 5")]
    assert [row.split()[1] for row in rows] == ["50"]
    assert "angles" in rows[0]
    assert "deg" in rows[0]


def test_sequences_come_back(installed):
    """The whole battery on a new sequence: wound angles, flipped quaternions, a constant."""
    check_codec("knots", motion(77, 90), model=str(installed), fps=FPS, quality=80)


def test_errors_are_in_the_unit_of_their_group(installed):
    """Only angles are measured in degrees, and each group is near what it was."""
    values = motion(78, 100)
    _, report = vdsc.compress(
        values, codec="knots", model=str(installed), fps=FPS, quality=95, report=True
    )
    units = {group.name: group.unit for group in report.groups}
    wanted = {"angles": "deg", "positions": "", "quaternions": ""}
    assert wanted.items() <= units.items()
    assert all(unit == "" for name, unit in units.items() if name != "angles")


def test_quaternions_have_length_one_and_their_sign(installed):
    """Decoded ones are of length 1 to within rounding, on the side on which the original is."""
    values = motion(79, 100)
    data = vdsc.compress(values, codec="knots", model=str(installed), fps=FPS, quality=80)
    made = vdsc.decompress(data).values[:, 5:9].astype(np.float64)
    assert np.abs(np.linalg.norm(made, axis=1) - 1).max() < 1e-4
    assert ((made * values[:, 5:9]).sum(1) > 0).all()


def test_a_decoder_from_the_page_agrees(installed):
    """The decoder that is written from the format's page alone gives the same bits."""
    values = motion(80, 60)
    data = vdsc.compress(values, codec="knots", model=str(installed), fps=FPS, quality=60)
    wanted = vdsc.decompress(data).values
    settings = json.loads((installed / "model.json").read_text())
    weights, tables = (load_arrays(installed / f"{name}.safetensors") for name in FILES)
    page = File(
        data, settings, weights, {k: v.tolist() for k, v in tables.items()}, installed.parent
    )
    assert np.array_equal(np.array(page.at(page.seconds)).astype(np.float32), wanted)


def test_a_run_that_is_cut_goes_on(folder, tmp_path):
    """Cut after every step it ends with the same networks; other data are refused."""
    data, made = read_folder(folder, FPS), []
    simple = patch.object(basis_choice, "basis_cost", lambda *given: -len(given[2]))
    with (
        simple,
        patch.object(folder_trainer, "JUDGED", 1),
        patch.multiple(run_plan, MOST=4, FEWEST=4),
    ):
        for name, minutes in (("whole", 9.0), ("cut", 0.0)):
            trainer = FolderTrainer.open(data, name, tmp_path, 1)
            trainer.train(ignore, minutes=minutes)
            while trainer.run.step < 4:
                trainer = FolderTrainer.open(data, name, tmp_path, 1)
                trainer.train(ignore, minutes=minutes)
            made.append(load_file(trainer.run.state_path))
    assert all((made[0][key] == made[1][key]).all() for key in made[0])
    other = shutil.copytree(folder, tmp_path / "moves")
    np.save(other / "0.npy", motion(100, 70))
    with pytest.raises(InvalidInput, match="holds a run on other data"):
        FolderTrainer.open(read_folder(other, FPS), "cut", tmp_path, 1)
