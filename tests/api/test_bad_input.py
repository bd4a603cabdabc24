"""Input that cannot be compressed is refused in one line of advice."""

from __future__ import annotations

import numpy as np
import pytest

from tests import tiny
from tests.forge import knots
from tests.tiny import PIXELS, VECTORS
from vdsc.errors import InvalidInput, ModelMissing


def clip(frames=90):
    return tiny.clip(VECTORS, frames)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("frame", [0, 40, 88])
def test_the_first_value_that_is_no_number_is_named(wrong, frame):
    """Whatever window it lies in, a NaN or an infinity is refused with its index."""
    values = clip()
    values[frame, 3] = values[frame, 5] = values[89, 0] = wrong
    with pytest.raises(InvalidInput, match=rf"values\[{frame}, 3\] is"):
        knots(values)


@pytest.mark.parametrize("wild", [1e30, -1e300])
def test_values_beyond_all_measure_are_named(wild):
    """A finite number that the networks could not carry is refused, of positions and angles."""
    values = clip().astype(np.float64)
    for channel in (1, 4):
        values = clip().astype(np.float64)
        values[60, channel] = wild
        with pytest.raises(InvalidInput, match=r"too far from 0.*--lossless"):
            knots(values)


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        (np.zeros((0, 6), np.float32), "no frames"),
        (np.zeros((5, 0), np.float32), "is empty"),
        (np.zeros(5, np.float32), "reshape"),
        (np.float32(5), "no frames"),
        (np.zeros((5, 6), np.int64), "astype"),
        (np.zeros((5, 6), complex), "only"),
        (np.full((5, 16, 16, 1), 1.5), "uint8, or floats from 0 to 1"),
        (np.array([["a", "b"]]), "only"),
        (np.array([[None, 1]]), "objects"),
    ],
)
def test_arrays_that_are_no_sequence(values, advice):
    """Shapes and types that hold no sequence are refused, saying what does."""
    with pytest.raises(InvalidInput, match=advice):
        knots(values)


def test_a_ragged_list_is_no_sequence():
    """A list that numpy makes no array of is refused, too."""
    with pytest.raises(InvalidInput, match="one array"):
        knots([[1.0, 2.0], [3.0]])


def test_no_model_fits():
    """A channel count that no model has is refused with those that there are."""
    with pytest.raises(InvalidInput, match=r"tiny-vectors takes .*6.* float.*vdsc train"):
        knots(np.zeros((5, 7), np.float32))


@pytest.mark.parametrize("model", [PIXELS, "/tiny-pixels"])
def test_the_named_model_does_not_fit(model, installed):
    """A model that is asked for by name or folder must take the sequence."""
    with pytest.raises(InvalidInput, match=r"tiny-pixels takes \(T, 16, 16, 1\) uint8"):
        knots(clip(), model=f"{installed}{model}" if model[0] == "/" else model)


def test_a_model_that_is_not_there():
    """A name that no checkpoint has is refused with the names that there are."""
    with pytest.raises(ModelMissing, match=r"no model 'nobody'; installed: .*tiny-vectors"):
        knots(clip(), model="nobody")


@pytest.mark.parametrize(
    "options",
    [
        {"quality": 0}, {"quality": 101}, {"quality": 7.5}, {"quality": True}, {"knots": "some"},
        {"seed": -1}, {"seed": 2**63}, {"seed": 0.5}, {"device": "abacus"}, {"grid": "some"},
    ],
)  # fmt: skip
def test_settings_out_of_range(options):
    """Settings that mean nothing are refused by name."""
    with pytest.raises(InvalidInput, match=next(iter(options))):
        knots(clip(), **options)


@pytest.mark.parametrize(
    ("times", "advice"),
    [
        (np.arange(89), "89 times for 90 frames"),
        (np.zeros(90), "same instant"),
        (np.arange(90.0)[::-1], "sort"),
        (np.append(np.arange(89.0), np.nan), "not finite"),
        (np.arange(90)[:, None], "one list"),
        (np.arange(90) * 1e-10, "apart"),
        (np.arange(90) * 1e10, "apart"),
        (np.arange(90) * 1e3 + 1e18, "too far from 0"),
        (np.array([b"x"] * 90), "numbers"),
    ],
)
def test_times_that_date_nothing(times, advice):
    """Times must be one list, as many as the frames, rising, and of this world."""
    with pytest.raises(InvalidInput, match=advice):
        knots(clip(), times=times)


def test_rates_out_of_this_world():
    """Rates beyond a frame each nanosecond or each 31 years are refused."""
    for fps in (1e10, 1e-5 / 1e5):
        with pytest.raises(InvalidInput, match=r"apart|above zero"):
            knots(clip(), fps=fps)
