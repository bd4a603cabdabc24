"""docs/format/linear.md says all: a decoder written from it alone finds the very same values."""

from __future__ import annotations

import re

import numpy as np
import pytest

import vdsc
from tests.docs import linear_page
from tests.docs.linear_page import by_page
from tests.forge import opened
from tests.format_pages import TEXT as PAGE
from vdsc.codecs.linear import knot_code, sines
from vdsc.entropy import magnitudes


def walk(frames, channels, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(frames, channels)).cumsum(0).cumsum(0)


def turning():
    """Angles that pass 180 degrees again and again, and one that jumps by two turns."""
    made = np.arange(90)[:, None] * [7.3, -11.1, 2.0] + walk(90, 3, 5) / 40
    made = (made + 180) % 360 - 180
    made[40:, 2] += 720
    return made.astype(np.float32)


CASES = {
    "motion": lambda: vdsc.compress(walk(150, 30).astype("f4"), codec="linear", quality=60),
    "coarse": lambda: vdsc.compress(walk(200, 3), codec="linear", quality=5),
    "one channel": lambda: vdsc.compress(walk(700, 1), codec="linear", quality=80, knots="even"),
    "turns": lambda: vdsc.compress(turning(), codec="linear", quality=70),
    "one frame": lambda: vdsc.compress(walk(1, 5), codec="linear"),
    "two frames": lambda: vdsc.compress(walk(2, 5), codec="linear"),
    "irregular": lambda: vdsc.compress(
        walk(60, 4), codec="linear", times=np.cumsum(np.random.default_rng(1).uniform(0.1, 3, 60))
    ),
    "fine": lambda: vdsc.compress(walk(40, 2) * 1e6, codec="linear", quality=100),
    "spikes": lambda: vdsc.compress(
        np.where(np.arange(50)[:, None] == [9, 30], 1e9, walk(50, 2)), codec="linear", quality=100
    ),
    "bytes": lambda: vdsc.compress(
        np.clip(walk(30, 24).reshape(30, 2, 4, 3), 0, 255).astype("u1"), codec="linear"
    ),
    "far": lambda: vdsc.compress(walk(30, 2) / 1e3 + 1e6, codec="linear", quality=90),
}


@pytest.mark.parametrize("name", CASES)
def test_the_page_gives_the_same_bits(name):
    data = CASES[name]()
    assert by_page(data).tobytes() == vdsc.decompress(data).values.tobytes()


def test_several_chunks(monkeypatch):
    """Laws, knots and turns go on from chunk to chunk."""
    monkeypatch.setattr("vdsc.codecs.linear.linear_encoder.LONGEST", 40)
    data = vdsc.compress(turning(), codec="linear", quality=60)
    assert len(opened(data)[1]) == 3
    assert by_page(data).tobytes() == vdsc.decompress(data).values.tobytes()


def test_the_pages_constants_are_the_codes():
    """Where the page lists numbers, the code has the same."""
    assert " ".join(map(str, knot_code.LENGTHS)) in PAGE.replace(",", "")
    assert " ".join(map(str, magnitudes._edges())) in re.sub(r"[,\s]+", " ", PAGE)
    near = [knot_code._near(i) for i in range(magnitudes.LEVELS)]
    assert " ".join(map(str, near)) in re.sub(r"[,\s]+", " ", PAGE)
    assert sines._table().tolist() == linear_page.QUARTER[:-1]
