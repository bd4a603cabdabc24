"""Still pictures of every kind of clip."""

from __future__ import annotations

import builtins
import io

import numpy as np
import pytest
from PIL import Image

import vdsc
from vdsc.viewer.clip import clip_of_data, clip_of_values
from vdsc.viewer.shown_scene import scene_of
from vdsc.viewer.still import AFTER, BEFORE, ERROR, KNOT, draw

RNG = np.random.default_rng(0)
MOTION = np.cumsum(RNG.standard_normal((60, 5)), axis=0)
GAPS = RNG.standard_normal((9, 7, 3))
GAPS[3:5, :4] = np.nan


def drawn(scene, dpi=110):
    stream = io.BytesIO()
    draw(scene, stream, dpi=dpi)
    return np.asarray(Image.open(stream).convert("RGB"))


def colours(picture, *names):
    """Whether pixels like each colour, #rrggbb, are in a picture."""
    made = [np.array(list(bytes.fromhex(name[1:]))) for name in names]
    return [bool(np.abs(picture.astype(int) - one).sum(axis=2).min() < 60) for one in made]


def test_curves_with_knots_and_errors():
    """Decoded, original, knots and errors are in the colours that the title names."""
    data = vdsc.compress(MOTION, fps=30, codec="linear", quality=20)
    picture = drawn(scene_of(clip_of_data(data, "$x_$"), clip_of_values(MOTION)))
    assert all(colours(picture, AFTER, BEFORE, KNOT, ERROR))
    alone = drawn(scene_of(clip_of_values(MOTION)))
    assert colours(alone, AFTER, KNOT, ERROR) == [True, False, False]


@pytest.mark.parametrize(
    "values",
    [RNG.standard_normal((9, 96)), GAPS, RNG.integers(0, 256, (20, 8, 9, 3)).astype(np.uint8),
     RNG.integers(0, 256, (1, 8, 9)).astype(np.uint8), np.zeros((3, 4, 5), np.uint16),
     np.zeros((1, 2)), np.full((4, 3), np.nan), np.zeros((2, 3, 3))],
)  # fmt: skip
def test_every_kind_is_drawn(values):
    """Figures, points with gaps, strips, and what is all the same, alone and beside itself."""
    picture = drawn(scene_of(clip_of_values(values), clip_of_values(values)), dpi=40)
    assert np.ptp(picture) > 100


def test_without_matplotlib_there_is_advice(monkeypatch):
    """One line with what to install."""
    found = builtins.__import__

    def missing(name, *arguments):
        if name.startswith("matplotlib"):
            raise ModuleNotFoundError(name)
        return found(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(vdsc.InvalidInput, match=r"pip install 'vdsc\[plot\]'"):
        draw(scene_of(clip_of_values(MOTION)), io.BytesIO())
