"""Points, tensors, floats and numbers of NumPy: what has one sensible meaning is taken."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch

import vdsc
from tests import tiny
from tests.tiny import FPS, PIXELS, VECTORS
from vdsc.errors import InvalidInput, VdscError

MOTION = tiny.clip(VECTORS, 50)
VIDEO = tiny.clip(PIXELS, 20)
SHOT = VIDEO[:8].reshape(8, 16, 16, 1)


def test_points_in_space_come_back_as_points():
    """(T, J, 3) is coded as (T, 3 J), and decodes to the same values in its own shape."""
    flat, points = (vdsc.compress(some) for some in (MOTION, MOTION.reshape(50, 2, 3)))
    again = vdsc.decompress(points).values
    assert again.shape == (50, 2, 3)
    assert vdsc.info(points).budget == vdsc.info(flat).budget | {
        "header": vdsc.info(flat).budget["header"] + 1
    }
    np.testing.assert_array_equal(again.reshape(50, 6), vdsc.decompress(flat).values)
    half = vdsc.decompress(points, fps=FPS[VECTORS] / 2).values
    assert half.shape == (25, 2, 3)


@pytest.mark.parametrize(
    "view",
    [
        lambda video: video / 255,
        lambda video: np.moveaxis(video, 3, 1),
        lambda video: np.moveaxis(video, 3, 1).astype(np.float32) / 255,
        lambda video: torch.tensor(video / 255, requires_grad=True),
    ],
)
def test_views_of_a_video_make_the_same_file(view):
    """Floats from 0 to 1, channels first, and tensors that need gradients are that video."""
    assert vdsc.compress(view(SHOT), codec="knots") == vdsc.compress(SHOT, codec="knots")


def test_bfloat16_is_compressed_as_its_float32():
    """A bfloat16 tensor is the sequence of the same numbers; without loss it keeps its type."""
    tensor = torch.tensor(MOTION).to(torch.bfloat16)
    assert vdsc.compress(tensor) == vdsc.compress(tensor.float())
    exact = vdsc.decompress(vdsc.compress(tensor, lossless=True)).values
    assert exact.dtype == np.dtype("V2")
    assert exact.tobytes() == tensor.view(torch.int16).numpy().tobytes()


@pytest.mark.parametrize("fps", [30000 / 1001, "30000/1001", np.float64(30000 / 1001)])
def test_the_rate_that_info_prints_is_accepted(fps):
    """29.97002997002997 is 30000/1001, and the file says so."""
    outline = vdsc.decompress(vdsc.compress(MOTION, fps=fps, lossless=True)).clock
    assert outline.rate == Fraction(30000, 1001)


def test_numbers_of_numpy_are_numbers():
    """Scalars and arrays of no axes are taken where a number is meant."""
    plain = vdsc.compress(MOTION, fps=60, quality=50, seed=3)
    options = {"fps": np.float32(60), "quality": np.int64(50), "seed": np.array(3)}
    assert vdsc.compress(MOTION, **options) == plain


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_times_with_a_unit_are_converted(unit):
    """timedelta64 is seconds in the file."""
    ticks = (np.arange(50) * 33).astype("m8[ms]").astype(f"m8[{unit}]")
    again = vdsc.decompress(vdsc.compress(MOTION, times=ticks, lossless=True))
    assert again.times.tolist() == [33 * i / 1000 for i in range(50)]


@pytest.mark.parametrize(
    "options",
    [
        {"times": np.arange(50) * 33 + np.arange(50) // 3},
        {"times": np.full(50, np.datetime64("NaT", "s"))},
        {"times": [object()] * 50},
        {"fps": True},
        {"fps": [30]},
        {"quality": None},
        {"seed": "3"},
    ],
)
def test_what_could_be_misread_is_refused(options):
    """Each is InvalidInput with advice, not another exception, and not a guess."""
    for lossless in (False, True):
        if lossless and not {"quality", "seed"}.isdisjoint(options):
            continue
        with pytest.raises(InvalidInput):
            vdsc.compress(MOTION, lossless=lossless, **options)


@pytest.mark.parametrize(
    "values",
    [
        torch.ones(3, 6).to_sparse(),
        torch.ones(3, 6, device="meta"),
        [[1.0], [1.0, 2.0]],
        np.ma.array(MOTION, mask=MOTION > 0),
        np.array([[1, "a"]], object),
        object(),
        None,
        {"a": 1},
    ],
)
def test_what_is_no_array_is_a_vdsc_error(values):
    """Nothing that is not an array ends in a TypeError or a RuntimeError."""
    for lossless in (False, True):
        with pytest.raises(VdscError):
            vdsc.compress(values, lossless=lossless)
