"""Sines in integers against those of numpy."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vdsc.codecs.linear.bridges import waves
from vdsc.codecs.linear.sines import SHARE, basis, sine


@given(st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=50))
def test_sines_are_right_to_a_millionth(phases):
    """Any phase, of any turn; the table's own places are rounded exactly."""
    phase = np.array(phases)
    wanted = np.sin(np.pi * (phase % (2 << SHARE)) / (1 << SHARE)) * (1 << SHARE)
    assert np.abs(sine(phase) - wanted).max() < 1.5
    on = phase >> 8 << 8
    wanted = np.sin(np.pi * (on % (2 << SHARE)) / (1 << SHARE)) * (1 << SHARE)
    assert np.abs(sine(on) - wanted).max() < 0.51


def test_sines_are_odd_and_turn():
    """sin(-x) = -sin(x) and sin(x + pi) = -sin(x), to the bit."""
    phase = np.arange(0, 1 << SHARE, 997)
    assert (sine(-phase) == -sine(phase)).all()
    assert (sine(phase + (1 << SHARE)) == -sine(phase)).all()
    assert sine(np.array([0, 1 << SHARE - 1, 1 << SHARE])).tolist() == [0, 1 << SHARE, 0]


@given(st.integers(2, 200))
def test_the_basis_is_that_of_the_encoder(steps):
    """At even shares the decoder's sines are the encoder's orthonormal ones."""
    shares = np.rint(np.arange(1, steps) / steps * (1 << SHARE)).astype(np.int64)
    found = basis(shares, steps - 1, steps) / (1 << SHARE)
    assert np.abs(found - waves(steps)).max() < 1e-3
    assert np.abs(waves(steps) @ waves(steps) - np.eye(steps - 1)).max() < 1e-12
