"""Whole turns told apart: what comes back is the same, and what is left is smooth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vdsc
from vdsc.codecs.linear.whole_turns import TURN, Turns
from vdsc.errors import CorruptFile, TruncatedFile

NONE = np.zeros(2, dtype=np.int64)


def spinning(frames=200, jumps=()):
    """Two angles that grow steadily, confined to +-180, and what is added where."""
    made = np.arange(frames)[:, None] * [9.0, -31.0]
    made = (made + 180) % 360 - 180
    for at, size in jumps:
        made[at:] += size
    return made


def test_what_is_left_does_not_jump():
    values = spinning()
    turns = Turns.of(values, NONE)
    left = values - TURN * turns.at(np.arange(len(values)))
    assert len(turns.events) > 10
    assert np.abs(np.diff(left, axis=0)).max() < 32
    assert (turns.after == turns.at(np.array([199]))[0]).all()


@pytest.mark.parametrize("jump", [180.0, 90.0, 500.0])
def test_other_jumps_are_left_alone(jump):
    """What no turn explains is motion."""
    values = np.zeros((50, 2))
    values[20:] += jump
    assert not len(Turns.of(values, NONE).events)


def test_noise_has_no_turns_to_speak_of():
    values = np.random.default_rng(0).normal(0, 300, (400, 2))
    assert len(Turns.of(values, NONE).events) < 20


@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 1), st.integers(-9, 9).filter(bool))),
    st.integers(-5, 5),
)
def test_bytes_and_back(events, before):
    began = NONE + before
    turns = Turns(np.array(sorted(events), dtype=np.int64).reshape(-1, 3), began)
    again, at = Turns.read(turns.to_bytes() + b"rest", 100, began)
    assert at == len(turns.to_bytes())
    assert (again.events == turns.events).all()
    assert (again.at(np.arange(100)) == turns.at(np.arange(100))).all()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", TruncatedFile),
        (bytes([1, 100, 0, 2]), CorruptFile),  # behind the last frame
        (bytes([1, 0, 2, 2]), CorruptFile),  # a channel that is not there
        (bytes([1, 0, 0, 0]), CorruptFile),  # no change
        (bytes([255, 1]), CorruptFile),  # more than values
        (bytes([1, 0, 0, 0x82, 0x80, 0x80, 1]), CorruptFile),  # 2^20 + 1 turns
    ],
)
def test_what_cannot_be_is_refused(body, error):
    with pytest.raises(error):
        Turns.read(body, 100, NONE)


def test_angles_come_back_on_their_own_branch():
    """A file of turning angles is small, and each value is near the one that it was."""
    values = spinning(jumps=[(50, 720.0)])
    data = vdsc.compress(values, codec="linear", quality=80)
    assert np.abs(vdsc.decompress(data).values - values).max() < 9
    assert len(data) < 400
    assert vdsc.info(data).params["t"] == 1


def test_numbers_that_are_no_angles_have_no_turns():
    """What would be more whole turns in all than an angle may have is a path of its own."""
    values = np.zeros((6, 2))
    values[3:, 0] = 360.0 * (1 << 20)
    values[:, 1] = [0, 1, 2, 362, 363, 364]
    before = np.array([5, 0])
    turns = Turns.of(values, before)
    assert turns.events[:, 1].tolist() == [1]
    again, _ = Turns.read(turns.to_bytes(), 6, before)
    assert again.events.tolist() == turns.events.tolist()
