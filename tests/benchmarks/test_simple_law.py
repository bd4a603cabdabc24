"""The simple law charges what Laplace steps are worth, and sees every path that is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.simple_law import KnotSteps, bits, cross_bits, recorded
from vdsc.twin import path_instants


def walk(seed, knots=3000, scale=0.3):
    """A process that keeps some of its slope, in two dimensions, at knots that come irregularly."""
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.uniform(0.05, 0.4, knots))
    z = np.zeros((knots, 2))
    for i in range(2, knots):
        gap, before = times[i] - times[i - 1], times[i - 1] - times[i - 2]
        slope = (z[i - 1] - z[i - 2]) / before
        z[i] = 0.9 * z[i - 1] + 0.4 * slope * gap + rng.laplace(size=2) * scale * gap
    return times, z


def test_steps_are_those_from_the_third_knot_on():
    """The last value and the last move, stretched to the gap, explain a value."""
    steps = KnotSteps.of(np.array([0.0, 1.0, 3.0]), np.array([[1.0], [2.0], [5.0]]))
    assert steps.seen.tolist() == [[[2.0], [2.0]]]
    assert steps.values.tolist() == [[5.0]]
    assert steps.seconds.tolist() == [2.0]


def test_bits_are_those_of_the_true_law():
    """Cells cost log2(2 e b / width), the entropy of Laplace steps of scale b, within 2 %."""
    (times, z), cell = walk(0), np.array([0.004, 0.004])
    scales = 0.3 * np.diff(times)[1:]
    expected = 2 * np.log2(2 * np.e * scales / cell[0]).sum()
    assert bits(KnotSteps.of(times, z), KnotSteps.of(*walk(1)), cell) == pytest.approx(
        expected, rel=0.02
    )


def test_clips_are_coded_by_the_other_half():
    """A clip's price depends on the other half alone; wilder steps there make it dearer."""
    cell = np.array([0.01, 0.01])
    clips = [KnotSteps.of(*walk(seed, 200)) for seed in range(3)]
    found = cross_bits(clips, cell)
    wild = [clips[0], KnotSteps.of(*walk(1, 200, scale=9.0)), clips[2]]
    dearer = cross_bits(wild, cell)
    assert found[0] == pytest.approx(bits(clips[0], clips[1], cell))
    assert dearer[0] > found[0]
    assert dearer[1] != found[1]


def test_paths_leave_their_steps():
    """A curve of three knots is recorded in latents' units, and drawn as ever."""
    knots, values = np.array([0.0, 1.0, 2.0]), np.array([[0], [1 << 16], [1 << 17]])
    seen: list[KnotSteps] = []
    with recorded(seen):
        drawn = path_instants.curve(knots, values, None)(np.array([0.5]))
        path_instants.curve(knots[:2], values[:2], None)
    assert drawn == pytest.approx(np.array([[1 << 15]]))
    assert [one.values.tolist() for one in seen] == [[[2.0]]]
