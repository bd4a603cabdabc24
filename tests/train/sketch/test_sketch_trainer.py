"""Training of sketches: it learns, goes on exactly where it was cut, and says what it does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

import vdsc
from tests import tiny_sketch as tiny
from vdsc.cli.app import app
from vdsc.errors import InvalidInput
from vdsc.train import front_door
from vdsc.train.sketch import sketch_trainer, video_folder
from vdsc.train.sketch.lapped_blocks import LappedBlocks
from vdsc.train.sketch.sketch_clips import SketchClips
from vdsc.train.sketch.sketch_config import SketchConfig
from vdsc.train.sketch.sketch_trainer import SketchTrainer


@pytest.fixture
def films(tmp_path):
    """A folder of ten clips, of which two kinds are no colour video."""
    folder = tmp_path / "films"
    folder.mkdir()
    made = [np.roll(tiny.film(9, 12, 16), i, axis=2) for i in range(10)]
    np.save(folder / "a.npy", np.stack(made))
    np.savez(folder / "b.npz", x=np.zeros((4, 30), "f4"), y=np.zeros((20, 16, 12), "u1"))
    return folder


def config(folder, **changes):
    made = SketchConfig(
        "tiny", "films", (str(folder),), steps=6, frames=6, every=3, kept=5, sizes=tiny.SIZES
    )
    return replace(made, **changes)


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def clips(folder):
    return SketchClips([folder], (), 5)


def weights(trainer):
    return torch.cat([p.detach().ravel() for p in trainer.nets.parameters()])


def test_it_goes_on_exactly_where_it_was_cut(films, tmp_path, monkeypatch):
    """Killed between two saved states: the same steps again, the same networks at the end."""
    monkeypatch.setattr(sketch_trainer, "SAVE_EVERY", 2)
    whole = SketchTrainer(config(films), tmp_path / "whole", clips(films))
    whole.train(lambda _: None, minutes=None)

    def killed(step):
        if step.step == 5:
            raise KeyboardInterrupt

    cut = SketchTrainer(config(films), tmp_path / "cut", clips(films))
    with pytest.raises(KeyboardInterrupt):
        cut.train(killed, minutes=None)
    again = SketchTrainer(config(films), tmp_path / "cut", clips(films))
    assert again.step == 4
    again.train(lambda _: None, minutes=None)
    assert torch.equal(weights(again), weights(whole))


def test_a_few_steps_help(films, tmp_path):
    """The loss of the last steps is below that of the first ones."""
    said = []
    some = config(films, steps=80, rate=5e-3, every=1000, prices=(80, 80))
    trainer = SketchTrainer(some, tmp_path / "run", clips(films))
    trainer.train(lambda step: said.append(step.terms["loss"]), minutes=None)
    assert np.mean(said[-10:]) < 0.7 * np.mean(said[:10])


def test_its_checkpoint_codes_video(films, tmp_path, monkeypatch):
    trainer = SketchTrainer(config(films), tmp_path / "run", clips(films))
    trainer.train(lambda _: None, minutes=None)
    trainer.write(tmp_path / "models" / "tiny")
    monkeypatch.setenv("VDSC_MODELS", str(tmp_path / "models"))
    data = vdsc.compress(tiny.film(), codec="field", base="tiny", quality=5)
    assert vdsc.decompress(data).values.shape == tiny.film().shape


def test_it_looks_at_kept_clips(films, tmp_path):
    """A curve with a line for each price at each look, and a sheet of frames."""
    trainer = SketchTrainer(config(films), tmp_path / "run", clips(films))
    trainer.train(lambda _: None, minutes=None)
    lines = (tmp_path / "run" / "curve.csv").read_text().split()
    assert [line.split(",")[1] for line in lines] == ["3"] * 3 + ["6"] * 3
    with Image.open(tmp_path / "run" / "sheet.png") as sheet:
        assert sheet.size == (6 * 128, 2 * 4 * 128)
    assert "dB" in trainer.compared(tmp_path)


def test_another_run_is_a_beginning(films, tmp_path):
    first = SketchTrainer(config(films), tmp_path / "first", clips(films))
    first.train(lambda _: None, minutes=None)
    state = str(tmp_path / "first" / "state.safetensors")
    second = SketchTrainer(config(films, start=state), tmp_path / "second", clips(films))
    found = torch.cat([p.detach().ravel() for p in first.written.parameters()])
    assert torch.equal(weights(second), found)
    assert second.step == 0
    other = replace(tiny.SIZES, wide=16)
    with pytest.raises(InvalidInput, match="other sizes"):
        SketchTrainer(config(films, start=state, sizes=other), tmp_path / "third", clips(films))
    with pytest.raises(InvalidInput, match="no state"):
        SketchTrainer(config(films, start="gone"), tmp_path / "third", clips(films))


def test_blocks_of_torch_are_those_of_the_codec():
    film = tiny.film(5, 11, 14)
    blocks = LappedBlocks(film.shape[:3], (2, 4, 4))
    latents = blocks.forward(torch.from_numpy(film)[None])
    from vdsc.codecs.field.field_colours import turned
    from vdsc.codecs.field.pyramid import Level

    exact = Level(0, film.shape[:3], (2, 4, 4), 3).forward(turned(film.astype(float) - 128))
    assert np.abs(latents[0].reshape(exact.shape).numpy() - exact).max() < 1e-2
    assert np.array_equal(blocks.inverse(latents)[0].numpy(), film)


def test_kept_clips_are_never_drawn(films, monkeypatch):
    some = clips(films)
    drawn = set()
    whole = np.load(films / "a.npy")
    monkeypatch.setattr("vdsc.train.sketch.sketch_clips._some", lambda clip, *_: clip)
    for i in range(200):
        part = some.part(np.random.default_rng(i), 6, 0.0)
        ways = (part, part[::-1], part[:, :, ::-1], part[::-1, :, ::-1])
        drawn |= {n for n in range(10) for way in ways if np.array_equal(way, whole[n])}
    assert drawn == {0, 1, 2, 3, 5, 6, 7, 8}
    assert [np.array_equal(one, whole[n]) for one, n in zip(some.kept(9), (4, 9), strict=True)]


def test_painted_clips_are_the_same_in_other_colours(films):
    """Each colour goes through a rising curve of its own; what lies where stays."""
    some = clips(films)
    plain, painted = (some.part(np.random.default_rng(4), 6, 0.0, share) for share in (0.0, 1.0))
    assert plain.shape == painted.shape
    assert not np.array_equal(plain, painted)
    for c in range(3):
        order = np.argsort(plain[..., c], axis=None, kind="stable")
        assert (np.diff(painted[..., c].ravel()[order].astype(int)) >= 0).all()


def test_a_step_has_few_clips_without_a_gpu(films, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for asked, made in ((0, 2), (3, 3)):
        trainer = SketchTrainer(config(films, batch=asked), tmp_path / str(asked), clips(films))
        assert len(next(iter(trainer._batches()))) == made


def test_what_cannot_be_trained_on_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    np.save(tmp_path / "grey.npy", np.zeros((9, 16, 16), "u1"))
    with pytest.raises(InvalidInput, match="no training data"):
        SketchClips([tmp_path / "gone"], (), 0)
    with pytest.raises(InvalidInput, match="no fields"):
        SketchClips([tmp_path / "empty"], (), 0)
    with pytest.raises(InvalidInput, match="shares"):
        SketchClips([tmp_path], (1.0, 2.0), 0)
    with pytest.raises(InvalidInput, match="colour video"):
        SketchClips([tmp_path / "grey.npy"], (), 0).part(np.random.default_rng(0), 4, 0.0)


def test_a_folder_of_video_is_enough(films, tmp_path, monkeypatch):
    """`vdsc train FOLDER` finds out that it holds video, and goes on with the same plan."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(video_folder, "LEAST", 4)
    monkeypatch.setattr(video_folder, "TIMED", 1)
    monkeypatch.setattr(video_folder, "SketchConfig", lambda *_, **__: config(films, name="mine"))
    for _ in range(2):
        found = run("train", "films", "--out", "models/mine", "--minutes", "0.001")
        assert found.exit_code == 0, found.output
    card = (tmp_path / "models" / "mine" / "CARD.md").read_text()
    assert "11 arrays" in card
    assert "dB" in card
    monkeypatch.setenv("VDSC_MODELS", str(tmp_path / "models"))
    assert vdsc.compress(tiny.film(), codec="field", base="mine", quality=5)
    (tmp_path / "other").mkdir()
    np.save(tmp_path / "other" / "c.npy", np.load(films / "a.npy"))
    found = run("train", "other", "--out", "models/mine", "--minutes", "0.001")
    assert found.exit_code == 1
    assert "another name" in found.output


def test_a_config_reaches_it(films, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = f"""
name = "mine"
domain = "films"
data = ["{films}"]
steps = 2
frames = 4
prices = [60, 120]
[sizes]
blocks = [2, 4, 4]
wide = 8
groups = [[2], [3]]
steps = [1, 1]
seeing = [1, 0]
"""
    (tmp_path / "mine.toml").write_text(text)
    front_door.train(tmp_path / "mine.toml", tmp_path / "out")
    assert (tmp_path / "out" / "process.safetensors").exists()
