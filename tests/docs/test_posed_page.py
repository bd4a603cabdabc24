"""The format's pages are complete for whole files of `knots`: a second decoder gives their bits."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from safetensors.numpy import load_file

import vdsc
from tests import tiny
from tests.docs.page_pose import File
from tests.golden.recipes import FROZEN_LAW, FROZEN_POSE, HERE

FILES = (
    "knots-ramps", "knots-turns", "knots-unit", "knots-cut", "knots-irregular",
    "knots-short", "knots-short-turns", "knots-short-drawn",
    "knots-law", "knots-law-drawn", "knots-law-held", "knots-law-begins-held",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _frozen(monkeypatch):
    """The checkpoint of the golden files is installed."""
    monkeypatch.setenv("VDSC_MODELS", str(HERE / "models"))


def read(name):
    """A golden file's bytes, and as the second decoder reads it."""
    data = (HERE / f"{name}.vds").read_bytes()
    frozen = FROZEN_LAW if name.startswith("knots-law") else FROZEN_POSE
    settings = json.loads((frozen / "model.json").read_text())
    tensors = load_file(frozen / "weights.safetensors")
    tables = load_file(frozen / "tables.safetensors")
    return data, File(data, settings, tensors, {k: v.tolist() for k, v in tables.items()})


@pytest.mark.parametrize("name", FILES)
def test_the_page_draws_what_vdsc_draws(name):
    """All frames, frames in between, and those on both sides of borders agree to the last bit."""
    data, page = read(name)
    own = vdsc.decompress(data)
    assert own.times.tolist() == page.seconds
    borders = page.borders()
    near = [math.nextafter(b, way) for b in borders for way in (-math.inf, math.inf)]
    between = own.times[:-1] + np.diff(own.times) * 0.37
    times = np.unique(np.concatenate([own.times, between[::3], borders, near]))
    found = vdsc.decompress(data, times=times).values
    drawn = np.array(page.at(times.tolist())).astype(found.dtype)
    assert drawn.tobytes() == found.tobytes()
    is_own = np.isin(times, own.times)
    assert drawn[is_own].tobytes() == own.values.tobytes()


def test_these_files_use_all_that_the_page_says_of_poses():
    """Among them are anchors, turns that change and that last, a unit, and windows begun anew."""
    pages = {name: read(name)[1] for name in FILES}
    windows = [window for page in pages.values() for window in page.windows]
    assert any(w.pose.start != w.pose.end for w in windows)
    assert any(w.pose.turns for w in windows)
    assert any(any(w.pose.before) for w in windows)
    assert "k" in pages["knots-unit"].params
    held, begun = pages["knots-law-held"], pages["knots-law-begins-held"]
    assert any(len(set(map(tuple, w.values))) == 1 < w.frames - 90 for w in held.windows[1:])
    assert len(set(map(tuple, begun.windows[0].values))) == 1
    assert begun.params["w"] > 1100
    cut = pages["knots-cut"]
    fresh = [
        b.first - a.first - a.frames == 0
        for a, b in zip(cut.windows, cut.windows[1:], strict=False)
    ]
    assert any(fresh)
    assert not all(fresh)


@pytest.mark.parametrize("still", [100, 1500])
def test_long_windows_are_as_the_page_says(still):
    """Stillness between motions is a window longer than `chunk`, with gaps as long as it is."""
    before, after = tiny.clip(tiny.VECTORS, 50), tiny.clip(tiny.VECTORS, 40)
    held = np.repeat(before[-1:], still, axis=0)
    values = np.concatenate([before, held, after + held[0] - after[0]])
    data = vdsc.compress(values, fps=30, codec="knots", model=str(FROZEN_POSE), quality=40)
    settings = json.loads((FROZEN_POSE / "model.json").read_text())
    tensors, tables = (load_file(FROZEN_POSE / f"{n}.safetensors") for n in ("weights", "tables"))
    page = File(data, settings, tensors, {k: v.tolist() for k, v in tables.items()})
    longest = max(window.frames for window in page.windows)
    assert page.params["w"] == longest > still
    knots = vdsc.inspect_knots(data)
    assert ((knots > 50 / 30) & (knots < (48 + still) / 30)).sum() == 0
    found = vdsc.decompress(data).values
    drawn = np.array(page.at(page.seconds)).astype(found.dtype)
    assert drawn.tobytes() == found.tobytes()
