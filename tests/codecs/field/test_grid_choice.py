"""Where knots pay: what errors are worth in bytes, and which grids look best."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tests import tiny_rungs
from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.rungs.frame_grid import DEEPEST, FrameGrid
from vdsc.codecs.field.rungs.grid_choice import BESIDE, Exchange, ranked_grids
from vdsc.codecs.field.rungs.rung_ladder import RungLadder
from vdsc.core.sequence import Clock, Outline

ARRAYS = tiny_rungs.arrays()
PRICE = 0.13


def ranked(film, exchange=Exchange()):  # noqa: B008
    layout = FieldLayout.of(Outline(film.shape, film.dtype, Clock(rate=Fraction(1))))
    layers = [ARRAYS[f"rung.{name}"].astype(float) for name in ("first", "second", "third")]
    params = FieldParams(8 * 5, 0, layout.blocks((4, 4, 4)), rungs=True)
    return ranked_grids(
        film, RungLadder(layout, params, ContextNetwork(tuple(layers))), PRICE, exchange
    )


def test_two_files_of_one_kind_are_as_good():
    fine, coarse = (4000, 1e6), (2300, 1.6e6)
    found = Exchange.between(fine, coarse)
    assert found.size(*fine) == pytest.approx(found.size(*coarse))
    assert found.power == pytest.approx(np.log((4000 + BESIDE) / (2300 + BESIDE)) / np.log(1.6))


@pytest.mark.parametrize(
    ("fine", "coarse", "power"),
    [
        ((9000, 100.0), (100, 101.0), Exchange.MOST),
        ((1000, 100.0), (999, 1000.0), Exchange.LEAST),
        ((1000, 100.0), (900, 100.0), Exchange().power),
        ((1000, 0.0), (900, 0.0), Exchange().power),
    ],
)
def test_what_errors_are_worth_has_bounds(fine, coarse, power):
    assert Exchange.between(fine, coarse).power == power


def test_stills_need_few_knots_and_noise_needs_all():
    still = np.repeat(tiny_rungs.grains(24, 24)[None], 40, axis=0)
    assert ranked(still)[0] == FrameGrid.even(40, DEEPEST)
    noise = np.random.default_rng(0).integers(0, 256, (40, 24, 24, 3)).astype("u1")
    assert ranked(noise)[0].whole


def test_a_span_that_differs_is_a_second_thought():
    """Grids are one of each kind, and the mixed one has its knots where frames are unlike."""
    still = np.repeat(tiny_rungs.grains(24, 24)[None], 65, axis=0)
    still[32:49] = np.random.default_rng(0).integers(0, 256, (17, 24, 24, 3))
    grids = ranked(still)
    assert len(set(grids)) == len(grids)
    mixed = [grid for grid in grids if len(set(grid.levels)) > 1]
    assert len(mixed) <= 1
    if mixed:
        assert grids[1] == mixed[0]
        assert mixed[0].levels[2] < max(mixed[0].levels)


def test_short_clips_have_one_grid_or_few():
    frame = tiny_rungs.grains(24, 24)[None]
    assert ranked(frame) == [FrameGrid(1, ())]
    assert {grid.count for grid in ranked(np.repeat(frame, 2, axis=0))} == {2}
