"""How the times of knots are coded: drawn, under a prior, or whichever serves better."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import vdsc
from tests import tiny
from tests.battery import check_codec
from tests.forge import forged, opened
from tests.tiny import PIXELS, VECTORS
from vdsc.api import integers
from vdsc.errors import CorruptFile, InvalidInput, VdscError

TELL = """
import hashlib, sys, torch
from vdsc.api import integers
torch.set_num_threads(int(sys.argv[2]))
found = hashlib.sha256()
for window in integers(open(sys.argv[1], "rb").read()):
    found.update(window.knots.astype("<i8").tobytes() + window.cells.astype("<i8").tobytes())
print(found.hexdigest())
"""


@pytest.mark.parametrize("frames", [1, 2, 3, 41, 42, 200])
def test_drawn_knots_pass_the_battery(frames):
    """Whatever a codec must do is done with drawn knots, too."""
    check_codec(VECTORS, tiny.clip(VECTORS, frames), grid="rec", damage=8)


def test_drawn_knots_of_video_pass_the_battery():
    """The same for a path of bridges."""
    check_codec(PIXELS, tiny.clip(PIXELS, 40), grid="rec", seed=9, damage=6)


@pytest.mark.parametrize("fps", [3.75, 30, 240])
def test_any_clock(fps):
    """Frames far apart and close together have gaps beyond those of training."""
    data = vdsc.compress(tiny.clip(VECTORS, 150), fps=fps, grid="rec")
    assert vdsc.decompress(data).values.shape == (150, 6)


def test_info_tells_how():
    """Info names the code and its bytes; of drawn times it knows the KL."""
    values = tiny.clip(VECTORS, 50)
    ways = {"rec": {"grid": "rec"}, "histogram": {}, "every frame": {"knots": "full"}}
    facts = {name: vdsc.info(vdsc.compress(values, **how)).grid for name, how in ways.items()}
    assert all(grid["code"] == name for name, grid in facts.items())
    assert facts["rec"]["kl_bits"] > 0
    assert ["kl_bits" in grid for grid in facts.values()] == [True, False, False]


def test_the_smaller_is_kept():
    """Auto is the smaller file of the two, where its times are not larger than the prior code's."""
    kinds = set()
    for seed in range(8):
        values = tiny.clip(VECTORS, 41, seed)
        prior, rec, auto = (vdsc.compress(values, grid=g) for g in ("prior", "rec", "auto"))
        cheap = vdsc.info(rec).grid["bytes"] <= vdsc.info(prior).grid["bytes"]
        assert auto == (rec if cheap and len(rec) < len(prior) else prior)
        kinds.add(vdsc.info(auto).grid["code"])
    assert "rec" in kinds


def test_the_seed_is_in_the_file():
    """Seed 0 takes no room; another draws other knots and is stored."""
    values = tiny.clip(VECTORS, 100)
    zero, other = (vdsc.compress(values, grid="rec", seed=seed) for seed in (0, 7))
    assert "s" not in vdsc.info(zero).params
    assert vdsc.info(other).params["s"] == 7
    first, second = ([w.knots.tolist() for w in integers(data)] for data in (zero, other))
    assert first != second


def test_a_process_of_its_own_reads_the_same(tmp_path, installed):
    """Other threads and a fresh process find the same integers."""
    data = vdsc.compress(tiny.clip(VECTORS, 120), grid="rec", seed=3)
    (tmp_path / "f.vds").write_bytes(data)
    env = {**os.environ, "PYTHONPATH": ":".join(p for p in sys.path if p)}
    told = {
        subprocess.run(
            [sys.executable, "-c", TELL, str(tmp_path / "f.vds"), threads],
            env=env | {"VDSC_MODELS": str(installed)},
            capture_output=True, text=True, check=True,
        ).stdout
        for threads in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1
    assert len(told.pop().strip()) == 64


def test_other_streams_of_right_checksum_are_refused_or_read():
    """A body changed anywhere ends in an error or in knots of the window, and soon."""
    data = vdsc.compress(tiny.clip(VECTORS, 41), grid="rec")
    _, (body,) = opened(data)
    for at in range(len(body)):
        for flip in (1, 0x80, 0xFF):
            wrong = body[:at] + bytes([body[at] ^ flip]) + body[at + 1 :]
            try:
                (window,) = integers(forged(data, bodies=[wrong]))
            except VdscError:
                continue
            assert window.knots[-1] == 40


def test_a_gap_that_tells_nothing_is_corrupt():
    """Both info and decode refuse a body that says so."""
    data = vdsc.compress(tiny.clip(VECTORS, 41), grid="rec")
    _, (body,) = opened(data)
    wrong = forged(data, bodies=[body[:2] + b"\0" + body[3:]])
    for read in (vdsc.info, integers):
        with pytest.raises(CorruptFile, match="how much"):
            read(wrong)


def test_rec_cannot_be_had_everywhere():
    """Neither with a knot at each frame nor in a lossless file are knot times drawn."""
    values = tiny.clip(VECTORS, 20)
    with pytest.raises(InvalidInput, match="rec"):
        vdsc.compress(values, knots="full", grid="rec")
    with pytest.raises(InvalidInput, match="rec"):
        vdsc.compress(values, lossless=True, grid="rec")
    assert np.isfinite(
        vdsc.decompress(vdsc.compress(values, knots="full", grid="auto")).values
    ).all()
