"""What `vdsc info` says of files that bits-back coded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import vdsc
from tests import tiny
from vdsc.cli.app import app
from vdsc.codecs.lossless import chunk as lossless
from vdsc.codecs.lossless.methods import Arrays, Floor
from vdsc.codecs.lossless.sprites_method import SpriteFilms
from vdsc.codecs.lossless.video.video_method import Video

GOLDEN = Path(__file__).parents[1] / "golden" / "exact-sprites.vds"
PARTS = ["latents, values", "latents, times", "observations", "initial bits"]


def spot(frames):
    """Frames (T, 16, 16) of one bright sprite that bounces at changing speeds."""
    rng = np.random.default_rng(0)
    look, room = rng.integers(1, 256, (6, 5)), np.array([10, 11])
    made, at, speed = np.zeros((frames, 16, 16), np.int64), np.array([2, 3]), np.array([1, 2])
    for frame in made:
        frame[at[0] : at[0] + 6, at[1] : at[1] + 5] = look
        out = (at + speed < 0) | (at + speed > room)
        at = np.clip(at + speed, 0, room)
        speed = np.where(out, -np.sign(speed) * rng.integers(1, 4, 2), speed)
    return made.astype(np.uint8)


@pytest.fixture
def chunks(monkeypatch):
    """A file of three chunks, all of them coded by bits-back, as if nothing else were smaller."""
    for other in (Floor, Arrays, Video, SpriteFilms):
        monkeypatch.setattr(other, "start", lambda *_: None)
    monkeypatch.setattr(lossless, "VALUES", 40 * 256)
    return vdsc.compress(spot(110), codec="lossless")


def test_the_bill_of_a_file_sums_to_it(chunks):
    """Net latents, observations and initial bits, the bytes around them, and nothing else."""
    facts = vdsc.info(chunks)
    assert [one.method for one in facts.chunks] == ["bitsback"] * 3
    assert list(facts.budget) == ["header", "checksums of values", *PARTS, "checksums"]
    assert sum(facts.budget.values()) == facts.size == len(chunks)
    assert facts.knots == sum(one.knots for one in facts.chunks) > 3
    for part, name in zip(PARTS, ("values", "times", "observations", "initial"), strict=True):
        bits = sum(one.bits[name] for one in facts.chunks)
        assert abs(8 * facts.budget[part] - bits) <= 16
    stacks = sum(sum(one.bits.values()) for one in facts.chunks)
    assert stacks == 8 * sum(facts.budget[part] for part in PARTS)
    assert facts.budget["initial bits"] > 0


def test_files_without_bits_back_do_not_speak_of_it():
    """Other methods show neither latents nor knots."""
    for values in (np.arange(600, dtype=np.int32), tiny.clip(tiny.PIXELS, 3)[:, :5]):
        facts = vdsc.info(vdsc.compress(values, codec="lossless"))
        assert not set(PARTS) & set(facts.budget)
        assert facts.knots == 0
        assert not any(one.knots or one.bits for one in facts.chunks)


def test_the_command_shows_the_bill():
    """`vdsc info` has a row for each part, and JSON has its bits."""
    shown = CliRunner().invoke(app, ["info", "-v", str(GOLDEN)])
    assert shown.exit_code == 0
    for words in ("bitsback, 2 knots", "knots", *PARTS):
        assert words in shown.stdout
    assert "dimensions" not in shown.stdout
    facts = json.loads(CliRunner().invoke(app, ["info", "--json", str(GOLDEN)]).stdout)
    assert sum(facts["budget"].values()) == facts["size"] == GOLDEN.stat().st_size
    (one,) = facts["chunks"]
    assert sum(one["bits"].values()) == 8 * sum(facts["budget"][part] for part in PARTS)
