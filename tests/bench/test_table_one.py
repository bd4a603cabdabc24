"""Table 1: rows add up, come back, and are measured once."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from tests import untrained_bitsback
from tests.untrained_bitsback import SPRITES, clip
from vdsc.bench import table_one
from vdsc.bench.clips import Clip
from vdsc.bench.table_one import PLANS, TableDomain, counted, row
from vdsc.codecs.lossless.bitsback.bill import Bill
from vdsc.codecs.lossless.bitsback.bitsback_method import BitsBack
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.model.store import Checkpoint


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with an untrained checkpoint."""
    made = tmp_path_factory.mktemp("models")
    untrained_bitsback.write(made, SPRITES)
    return made


def test_a_row_is_what_its_bills_say():
    """Bits a pixel of all bytes, net bits a frame, knots a frame."""
    bills = [Bill(9.0, 50.0, -10.0, 900.0, 5, 70.0), Bill(0.0, 30.0, 10.0, 800.0, 7, 60.0)]
    found = counted(LatentPlan(), bills, bytes(200), (8, 4, 5, 3))
    assert found.size == 200 + 7
    assert found.total == pytest.approx(8 * 207 / (8 * 4 * 5))
    assert (found.kl, found.values, found.times) == (10.0, 10.0, 0.0)
    assert (found.initial, found.knots) == (9.0, 1.5)


def test_every_plan_has_a_row(folder):
    """Clips on one stack: latents only where the plan has them."""
    method = BitsBack(Checkpoint.open(folder / SPRITES))
    clips = [clip(SPRITES, 6, seed) for seed in range(3)]
    rows = {key: row(method, plan, clips) for key, plan in PLANS.items()}
    assert rows["a knot at every frame"].knots == 1
    assert rows["learned knots"].knots < 1
    assert rows["no latents"].kl == rows["no latents"].knots == 0
    assert all(one.size > 3 * 6 * 16 * 16 / 2 for one in rows.values())


def test_a_run_measures_once_and_writes_both_files(folder, tmp_path, monkeypatch):
    """A domain without its checkpoint is passed over with a word; a second run measures nothing."""
    monkeypatch.setenv("VDSC_MODELS", str(folder))
    clips = [Clip(str(seed), clip(SPRITES, 5, seed), None) for seed in range(2)]
    paper = ((2.0, 0.5), (1.0, 0.25))
    domains = {
        "digits": TableDomain("Made", SPRITES, lambda count: clips[:count], paper),
        "mazes": TableDomain("None", "nowhere", lambda _: [], paper),
    }
    monkeypatch.setattr(table_one, "DOMAINS", domains)
    said = []
    first = table_one.run(tmp_path, clips=2, say=said.append)
    assert any("mazes skipped" in line for line in said)
    assert json.loads((tmp_path / "table1.json").read_text()) == first
    text = (tmp_path / "table1.md").read_text()
    assert "no latents" in text
    assert "the paper's Latent VD-SDE" in text
    monkeypatch.setattr(table_one, "row", None)
    assert table_one.run(tmp_path, clips=2, say=said.append)["digits"] == first["digits"]


def test_clips_that_do_not_come_back_stop_the_run(folder, monkeypatch):
    """No number is written of what does not decode."""
    method = BitsBack(Checkpoint.open(folder / SPRITES))
    monkeypatch.setattr(table_one, "decode", lambda *_: (np.zeros(1), 0))
    with pytest.raises(ValueError, match="did not come back"):
        row(method, PLANS["no latents"], [clip(SPRITES, 4)])


def test_rows_are_plain_numbers(folder):
    """What a journal keeps is JSON."""
    method = BitsBack(Checkpoint.open(folder / SPRITES))
    found = asdict(row(method, PLANS["no latents"], [clip(SPRITES, 4)]))
    assert json.loads(json.dumps(found)) == found
