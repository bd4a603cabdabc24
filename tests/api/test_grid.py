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
from tests.forge import forged, knots, opened
from tests.tiny import PIXELS, VECTORS
from vdsc.api.knots import windows
from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots import pose
from vdsc.errors import CorruptFile, InvalidInput, VdscError

TELL = """
import hashlib, sys, torch
from vdsc.api.knots import windows
torch.set_num_threads(int(sys.argv[2]))
found = hashlib.sha256()
for part in windows(open(sys.argv[1], "rb").read()):
    window = part.window
    found.update(window.knots.astype("<i8").tobytes() + window.cells.astype("<i8").tobytes())
print(found.hexdigest())
"""


@pytest.mark.parametrize("frames", [1, 2, 3, 41, 42, 200])
def test_drawn_knots_pass_the_battery(frames):
    """Whatever a codec must do is done with drawn knots, too."""
    check_codec("knots", tiny.clip(VECTORS, frames), grid="rec", damage=8)


def test_drawn_knots_of_video_pass_the_battery():
    """The same for a path of bridges."""
    check_codec("knots", tiny.clip(PIXELS, 40), grid="rec", seed=9, damage=6)


@pytest.mark.parametrize("fps", [3.75, 30, 240])
def test_any_clock(fps):
    """Frames far apart and close together have gaps beyond those of training."""
    data = knots(tiny.clip(VECTORS, 150), fps=fps, grid="rec")
    assert vdsc.decompress(data).values.shape == (150, 6)


def test_info_tells_how():
    """Info names the code and its bytes; of drawn times it knows the KL."""
    values = tiny.clip(VECTORS, 50)
    ways = {"rec": {"grid": "rec"}, "histogram": {}, "every frame": {"knots": "full"}}
    facts = {name: vdsc.info(knots(values, **how)).grid for name, how in ways.items()}
    assert all(grid.code == name for name, grid in facts.items())
    assert facts["rec"].kl_bits > 0
    assert facts["histogram"].kl_bits is facts["every frame"].kl_bits is None


def test_the_smaller_is_kept():
    """Auto is the smaller file of the two, where its times are not larger than the prior code's."""
    kinds = set()
    for seed in range(5):
        values = tiny.clip(VECTORS, 41, seed)
        prior, rec, auto = (knots(values, grid=g, effort=0) for g in ("prior", "rec", "auto"))
        cheap = vdsc.info(rec).grid.size <= vdsc.info(prior).grid.size
        assert auto == (rec if cheap and len(rec) < len(prior) else prior)
        kinds.add(vdsc.info(auto).grid.code)
    assert "rec" in kinds


def test_the_report_says_whether_knots_were_drawn():
    """By name, number of knots, and how they were told, for each way."""
    for grid, ending in (("rec", "knots drawn by rec"), ("prior", "knots")):
        _, report = vdsc.compress(
            tiny.clip(VECTORS, 41), codec="knots", model=VECTORS, grid=grid, report=True
        )
        assert report.made_by == f"{VECTORS}, {report.knots} {ending}"


def test_the_seed_is_in_the_file():
    """Seed 0 takes no room; another draws other knots and is stored."""
    values = tiny.clip(VECTORS, 100)
    zero, other = (knots(values, grid="rec", seed=seed) for seed in (0, 7))
    assert "s" not in vdsc.info(zero).params
    assert vdsc.info(other).params["s"] == 7
    first, second = ([p.window.knots.tolist() for p in windows(data)] for data in (zero, other))
    assert first != second


def test_a_process_of_its_own_reads_the_same(tmp_path, installed):
    """Other threads and a fresh process find the same integers."""
    data = knots(tiny.clip(VECTORS, 120), grid="rec", seed=3)
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
    data = knots(tiny.clip(VECTORS, 41), grid="rec")
    _, (body,) = opened(data)
    for at in range(len(body)):
        for flip in (1 << at % 8, 0xFF):
            wrong = body[:at] + bytes([body[at] ^ flip]) + body[at + 1 :]
            try:
                (part,) = windows(forged(data, bodies=[wrong]))
            except VdscError:
                continue
            assert part.window.knots[-1] == 40


def stream_of(body):
    """Where the stream of a fresh window of the vectors begins."""
    _, _, at = layout.split(body)
    return pose.unpack(body, at, ramps=3, channels=6, frames=41, past=None)[1]


def test_a_gap_that_tells_nothing_is_corrupt():
    """Both info and decode refuse a body that says so."""
    data = knots(tiny.clip(VECTORS, 41), grid="rec")
    _, (body,) = opened(data)
    at = stream_of(body)
    wrong = forged(data, bodies=[body[:at] + b"\0" + body[at + 1 :]])
    for read in (vdsc.info, lambda file: list(windows(file))):
        with pytest.raises(CorruptFile, match="how much"):
            read(wrong)


def test_rec_cannot_be_had_everywhere():
    """Neither with a knot at each frame nor in a lossless file are knot times drawn."""
    values = tiny.clip(VECTORS, 20)
    with pytest.raises(InvalidInput, match="rec"):
        knots(values, knots="full", grid="rec")
    with pytest.raises(InvalidInput, match="no setting grid"):
        vdsc.compress(values, lossless=True, grid="rec")
    assert np.isfinite(vdsc.decompress(knots(values, knots="full", grid="auto")).values).all()
