"""Regions and scales as users write them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from vdsc.core.crop import Crop, as_region, as_scale, scaled
from vdsc.errors import InvalidInput


def crop(region, shape=(9, 20, 30, 3), scale=1):
    return Crop.of(shape, as_region(region), Fraction(scale))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("3:5", ((3, 5), (0, 30), (0, 3))),
        (":, -7 : ,1:2", ((0, 20), (23, 30), (1, 2))),
        (":-5,:,:", ((0, 15), (0, 30), (0, 3))),
        (slice(4, None), ((4, 20), (0, 30), (0, 3))),
        (np.s_[2:3, :4], ((2, 3), (0, 4), (0, 3))),
    ],
)
def test_a_region_is_slices_as_numpy_has_them(text, parts):
    assert crop(text).parts == parts


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("3", "'3' is no slice"),
        ("1:2:3", "write a slice for each axis"),
        ("0:21", "0:21 is no part of axis 1 of a frame, which has 20 entries"),
        (":,5:5", "5:5 is no part of axis 2"),
        ("-21:", "-21: is no part"),
        (":,:,:,:", "has 4 axes, and a frame has 3: 20 x 30 x 3"),
        (slice(0, 4, 2), "without a step"),
        (5, "5 is no slice"),
    ],
)
def test_what_is_no_region_is_said(region, words):
    with pytest.raises(InvalidInput, match=words):
        crop(region)


def test_scales_change_all_axes_but_channels():
    assert crop((), scale=Fraction(1, 2)).shape == (10, 15, 3)
    assert crop("39:40", scale=2).parts == ((39, 40), (0, 60), (0, 3))
    assert crop((), (4, 6), 3).shape == (18,)
    assert [scaled(n, Fraction(1, 2)) for n in (1, 2, 3, 4, 5)] == [1, 1, 1, 2, 2]
    assert as_scale("1.5") == as_scale("3/2") == as_scale(1.5) == Fraction(3, 2)


@pytest.mark.parametrize("scale", ["0", "-1", "x", "1/0", "", 0, float("nan"), 1e9, 1e-9])
def test_what_is_no_scale_is_said(scale):
    with pytest.raises(InvalidInput, match="write 2, 1/2 or"):
        as_scale(scale)


@pytest.mark.parametrize(("shape", "words"), [((9,), "single number"), ((9, 3), "channels alone")])
def test_frames_without_axes_have_no_scale(shape, words):
    with pytest.raises(InvalidInput, match=words):
        crop((), shape, 2)
