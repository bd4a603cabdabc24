"""Least squares in fixed point, against exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tests.docs.lossless_page.predictor import Regression
from vdsc.codecs.lossless.arrays.solve import LARGEST, WEIGHT, solve
from vdsc.core.fixed import bit_length, shifted


def moments(features, target):
    """Return the moments (F+1, F+1, D) of features (T, F, D) and target (T, D)."""
    seen = np.concatenate((features, target[:, None]), axis=1)
    return np.einsum("tid,tjd->ijd", seen, seen)


def exactly(system):
    """Solve one system (F, F+1) of integers by Gauss-Jordan elimination in fractions."""
    rows = [[Fraction(int(x)) for x in row] for row in system]
    for k in range(len(rows)):
        rows[k] = pivot = [x / rows[k][k] for x in rows[k]]
        for i, row in enumerate(rows):
            if i != k:
                rows[i] = [x - row[k] * y for x, y in zip(row, pivot, strict=True)]
    return [float(row[-1]) for row in rows]


def test_weights_are_those_of_the_normal_equations():
    """Weights agree with exact elimination of the same system, ridge included."""
    rng = np.random.default_rng(0)
    features = rng.integers(-(1 << 18), 1 << 18, (40, 5, 6))
    features[:, :, 1] >>= np.array([0, 3, 6, 9, 12])
    target = features[:, 0] * 2 - features[:, 3] + rng.integers(-1000, 1000, (40, 6))
    made = moments(features, target)
    found = solve(made, ridge=10, least=1 << 12)
    for channel in range(6):
        system = made[:-1, :, channel].copy()
        places = np.arange(5)
        system[places, places] += (system[places, places] >> 10) + (1 << 12)
        expected = np.array(exactly(system)) * 2**WEIGHT
        assert np.abs(found[:, channel] - expected).max() < 2e-4 * 2**WEIGHT


def test_hopeless_systems_give_bounded_weights():
    """Zero, repeated and enormous features give some weights, never an error."""
    rng = np.random.default_rng(1)
    features = rng.integers(-(1 << 24), 1 << 24, (200, 4, 3)) << 3
    features[:, 1] = features[:, 0]
    features[:, :, 1] = 0
    found = solve(moments(features, features[:, 0] * 3), ridge=30, least=1)
    assert np.abs(found).max() <= LARGEST


def dependent(channels=48):
    """Moments of four features that are one another's sums, or nearly so, and of a target."""
    rng = np.random.default_rng(0)
    features = rng.integers(-(1 << 18), 1 << 18, (30, 4, channels))
    noise = rng.integers(-2, 3, (30, channels)) * (np.arange(channels) % 3)
    features[:, 2] = features[:, 0] - features[:, 1] + noise
    features[:, 3] = features[:, 0]
    target = features[:, 0] * 3 + features[:, 1] + rng.integers(-99, 99, (30, channels))
    return moments(features, target)


def test_the_smallest_pivot_is_that_of_the_page():
    """Where features depend on each other, the solver of docs/format.md finds the same weights."""
    made = dependent()
    found = solve(made, ridge=40, least=1)
    page = Regression([0, 1, 2, 3], forget=6, ridge=40, least=0)
    for channel in range(made.shape[2]):
        page.sums = made[..., channel].tolist()
        page.solve()
        assert page.weights == found[:, channel].tolist()


def test_weights_of_dependent_features_are_frozen():
    """They hang on the smallest pivot, a constant of the format."""
    found = solve(dependent(), ridge=40, least=1)
    assert found[:, :2].T.tolist() == [
        [50071679, 16778393, 0, 262144],
        [49935775, 16908703, 131072, 262144],
    ]


def test_digits_and_shifts():
    """Digits are those of bit_length; shifts round down either way."""
    values = [0, 1, 2, 3, 4, 1 << 40, (1 << 61) + 5]
    assert bit_length(np.array(values)).tolist() == [value.bit_length() for value in values]
    assert shifted(np.array([5, -5, 7]), np.array([-1, -1, 2])).tolist() == [2, -3, 28]
