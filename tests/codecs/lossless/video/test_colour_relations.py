"""What a channel is expected to be, where channels go together as a line and where they do not."""

import numpy as np
import pytest

from vdsc.codecs.lossless.video import colour_relations as relations
from vdsc.codecs.lossless.video.passes import PASSES, Grid, padded
from vdsc.codecs.lossless.video.pixel_features import sight

ORDER = [1, 0, 2]


def seen(frame, past, number):
    """All pixels of a pass of a frame whose first prediction is `past`, and what they are."""
    grid, planes = Grid.of(*frame.shape[:2]), [padded(past.astype(np.int16))] * 3
    where = grid.passes[number]
    canvas = planes[0].copy()
    for earlier in grid.passes[:number]:
        canvas[earlier] = padded(frame.astype(np.int16))[earlier]
    return sight(canvas, planes, grid, number, where), padded(frame.astype(np.int16))[where]


def errors(frame, past, number, c):
    """How far the c-th channel is from each expectation, (2, N) levels."""
    pixels, values = seen(frame, past, number)
    found = relations.expected(pixels, values, ORDER[:c], ORDER[c])
    return np.abs(pixels.base[:, ORDER[c]] + found / 16 - values[:, ORDER[c]])


def lines(seed):
    """A grain whose red and blue are a multiple of its green, and more."""
    green = np.random.default_rng(seed).integers(0, 90, (16, 16)).astype(float)
    return np.rint(np.stack((20 + 2 * green, green, 200 - 1.5 * green), axis=2))


@pytest.mark.parametrize("number", range(PASSES))
@pytest.mark.parametrize("c", [1, 2])
def test_a_line_is_found(number, c):
    """Even where the last frame, another grain of the same colours, says nothing of this one."""
    assert np.median(errors(lines(0), lines(1), number, c)[1]) < 1


@pytest.mark.parametrize("number", range(PASSES))
def test_expectations_are_whole_and_bounded(number):
    """Noise, flat frames and extremes give no more than 2047 sixteenths."""
    rng = np.random.default_rng(number)
    flat, noise = np.full((16, 16, 3), 7), rng.integers(0, 2, (16, 16, 3)) * 255
    for frame, past in ((flat, flat), (noise, flat), (flat, noise), (noise, noise[::-1])):
        pixels, values = seen(frame, past, number)
        for c in (1, 2):
            found = relations.expected(pixels, values, ORDER[:c], ORDER[c])
            assert found.shape == (2, len(values))
            assert (found == np.rint(found)).all()
            assert np.abs(found).max() <= relations.LARGEST


def test_what_is_flat_is_expected_to_stay():
    """No slope is made of nothing."""
    flat = np.full((16, 16, 3), 7)
    assert (errors(flat, flat, 4, 1) == 0).all()
    assert (errors(flat, flat, 4, 2) == 0).all()
