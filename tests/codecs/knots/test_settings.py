"""What a user may ask of the knots codec."""

from __future__ import annotations

import pytest

from vdsc.codecs.knots.settings import KnotSettings
from vdsc.errors import InvalidInput


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"quality": 0}, "1 to 100, not 0"),
        ({"quality": 101}, "1 to 100, not 101"),
        ({"quality": 7.5}, "whole number"),
        ({"quality": True}, "whole number"),
        ({"knots": "some"}, "'learned' or 'full', not 'some'"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"seed": 0.5}, "seed"),
        ({"grid": "some"}, "'rec', 'prior' or 'auto', not 'some'"),
        ({"grid": "rec", "knots": "full"}, "grid 'rec'"),
        ({"effort": -1}, "effort must be a whole number from 0 to 9, not -1"),
        ({"effort": 10}, "0 to 9, not 10"),
        ({"effort": True}, "whole number"),
        ({"device": "abacus"}, "device 'abacus' is none of auto, cpu, cuda"),
    ],
)
def test_settings_that_cannot_be(options, words):
    """Each is refused by name, with what would do."""
    with pytest.raises(InvalidInput, match=words):
        KnotSettings(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"quality": 1},
        {"quality": 100},
        {"seed": 0},
        {"seed": 2**63 - 1},
        {"effort": 0},
        {"effort": 9},
    ],
)
def test_the_edges_are_within(options):
    """The first and the last value of each range are taken."""
    assert KnotSettings(**options) == KnotSettings(**options)


def test_the_codes_that_are_tried():
    """One code for one wish, both where the better is wanted, the plain one for all frames."""
    assert KnotSettings().ways == ("prior",)
    assert KnotSettings(grid="rec").ways == ("rec",)
    assert KnotSettings(grid="auto").ways == ("prior", "rec")
    assert KnotSettings(grid="auto", knots="full").ways == ("prior",)


def test_what_is_asked_for_is_not_searched():
    """Effort 0 takes the process's word; all knots, and those of a seed, are what they are."""
    assert KnotSettings().searches
    assert not KnotSettings(effort=0).searches
    assert not KnotSettings(knots="full").searches
    assert not KnotSettings(seed=3).searches
