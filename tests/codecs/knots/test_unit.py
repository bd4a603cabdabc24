"""In which unit a sequence has its positions."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.codecs.knots import unit
from vdsc.codecs.knots.unit import HIGHEST, LOWEST, Measure, measure_of
from vdsc.core.fixed import ONE

FIRST = 3
METRES = 0.05  # of the checkpoint's unit
MEASURE = Measure(METRES, 1, 20.0, 1.6)


def motion(factor=1.0, *, pace=1.0, frames=50, height=20.0):
    """Raw frames: a hip at its usual height that moves `pace` units a degree, times a factor."""
    values = np.zeros((frames, 9))
    values[:, 0] = np.arange(frames) * pace * 2
    values[:, 1] = height
    values[:, FIRST:] = np.arange(frames)[:, None] * 2.0
    values[:, :FIRST] *= factor
    return values


@pytest.mark.parametrize(("name", "metres"), unit.UNITS.items())
def test_known_units_are_recognised(name, metres):
    """The usual height in metres, centimetres, millimetres or inches says which unit it is."""
    factor = METRES / metres
    assert MEASURE.unit_of(motion(factor, pace=1.7), FIRST) == round(factor * ONE), name


def test_the_checkpoints_own_unit_needs_no_word():
    """Of a sequence like those of training the positions stay as they are."""
    assert MEASURE.unit_of(motion(), FIRST) == ONE
    assert MEASURE.unit_of(motion(height=33.0), FIRST) == ONE


def test_a_larger_unit_is_believed_of_fast_hips_only():
    """A sequence that is merely high up, whose hip moves as it should, is taken as it is."""
    factor = METRES / 0.01
    assert MEASURE.unit_of(motion(height=20 * factor), FIRST) == ONE
    assert MEASURE.unit_of(motion(factor), FIRST) == round(factor * ONE)


@pytest.mark.parametrize(("share", "found"), [(LOWEST, True), (HIGHEST, True), (0.5, False)])
def test_heights_near_the_usual_one_count(share, found):
    """A unit is taken from LOWEST to HIGHEST of the height of training, both included."""
    factor = METRES / 1.0
    got = MEASURE.unit_of(motion(factor, height=20 * share), FIRST)
    assert (got == round(factor * ONE)) == found


def test_whole_turns_are_no_movement():
    """An angle that wraps does not make the hip look slow."""
    values = motion(METRES / 0.01)
    values[25:, FIRST:] -= 360
    assert MEASURE.unit_of(values, FIRST) != ONE


def test_still_sequences_have_no_pace():
    """Where nothing moves, no larger unit is believed, and nothing is divided by zero."""
    values = motion(METRES / 0.01)
    values[:] = values[:1]
    assert MEASURE.unit_of(values, FIRST) == ONE
    assert MEASURE.unit_of(values[:1], FIRST) == ONE


def test_checkpoints_may_say_nothing():
    """Without a unit, a vertical channel or a usual height above zero, nothing is measured."""
    frames = {"offset": [0.0, 20.0, 0.0]}
    said = {"level": [1], "metres": METRES, "fastest": 1.6}
    assert measure_of(frames, said) == MEASURE
    assert measure_of(frames, {"level": [1]}) is None
    assert measure_of(frames, {"metres": 1.0, "level": []}) is None
    assert measure_of(frames, said | {"level": [0]}) is None
