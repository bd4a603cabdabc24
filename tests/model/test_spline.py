"""The spline and line matrices against scipy and numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline

from vdsc.model import curve
from vdsc.model.latent_sde import splines

GAPS = st.lists(st.floats(0.01, 3.0), min_size=2, max_size=12)
SEEDS = st.integers(0, 2**31)


def sites(gaps, seed):
    rng = np.random.default_rng(seed)
    knots = np.cumsum([rng.normal(), *gaps])
    inside = rng.uniform(knots[0], knots[-1], 9)
    return knots, np.concatenate([inside, knots[[0, -1]]]), rng.normal(size=len(knots))


@settings(deadline=None)
@given(GAPS, SEEDS)
def test_it_is_the_natural_cubic_spline(gaps, seed):
    """The matrix maps knot values to scipy's natural cubic spline at the queries."""
    knots, queries, y = sites(gaps, seed)
    expected = CubicSpline(knots, y, bc_type="natural")(queries)
    scale = 1 + (max(gaps) / min(gaps)) ** 2
    assert curve.spline_matrix(knots, queries) @ y == pytest.approx(expected, abs=1e-11 * scale)


@given(GAPS, SEEDS)
def test_it_passes_through_the_knots_and_keeps_lines(gaps, seed):
    """At the knots the matrix is the identity; a straight line comes back straight."""
    knots, queries, _ = sites(gaps, seed)
    assert curve.spline_matrix(knots, knots) == pytest.approx(np.eye(len(knots)), abs=1e-9)
    line = curve.spline_matrix(knots, queries) @ (3 * knots - 1)
    assert line == pytest.approx(3 * queries - 1, abs=1e-9)


def test_one_knot_is_a_constant_and_two_are_a_line():
    """With fewer than three knots there is nothing to bend."""
    queries = np.array([2.0, 2.25, 4.0])
    assert (curve.spline_matrix(np.array([2.0]), queries) == 1).all()
    expected = [[1, 0], [0.875, 0.125], [0, 1]]
    assert curve.spline_matrix(np.array([2.0, 4.0]), queries) == pytest.approx(np.array(expected))


@given(st.lists(st.floats(0.01, 3.0), max_size=8), SEEDS)
def test_the_line_matrix_interpolates_linearly(gaps, seed):
    """Between knots it is numpy's interp, beyond them the nearest knot."""
    knots, queries, y = sites(gaps, seed)
    queries = np.concatenate([queries, [knots[0] - 1, knots[-1] + 1]])
    found = curve.line_matrix(knots, queries) @ y
    assert found == pytest.approx(np.interp(queries, knots, y), abs=1e-12)


def test_padded_rows_have_matrices_of_their_own_knots():
    """Repeats of the last knot are left out of a row's matrix."""
    times = torch.linspace(0, 6, 5).expand(2, -1)
    made = splines(times, torch.tensor([[0, 2, 6, 6], [0, 1, 4, 6]]))
    assert [matrix.shape for matrix in made] == [(5, 3), (5, 4)]
    alone = curve.spline_matrix(np.array([0.0, 2.0, 6.0]), np.linspace(0, 6, 5))
    assert made[0].numpy() == pytest.approx(alone, abs=1e-6)


def test_fitting_inverts_drawing(network):
    """Knots fitted to a spline's own path are that spline's knots; padding stays zero."""
    net = network(interpolation="spline")
    at = torch.tensor([[0, 4, 9, 9], [0, 2, 5, 9]])
    real = torch.tensor([[True, True, True, False], [True] * 4])
    values = torch.randn(2, 4, 3) * real.unsqueeze(-1)
    times = torch.arange(10.0).expand(2, -1) / 10
    path = net.bridge(times, at / 10, values)
    assert torch.allclose(net.fit(path, at, real), values, atol=1e-4)
