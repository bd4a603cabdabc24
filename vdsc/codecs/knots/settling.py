"""Which cells the knots of a window get: values that fit its frames, rounded as the code is priced.

frames --least squares--> z --thrift--> cells --decoded--> errors --weights--> least squares ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vdsc.codecs.knots.coding import Coding
from vdsc.core.fixed import ONE
from vdsc.core.types import Floats, Ints
from vdsc.entropy import Context
from vdsc.model.price import Curvature

if TYPE_CHECKING:
    from vdsc.codecs.knots.placing import PlacedKnots
    from vdsc.codecs.knots.window_code import KnotWindow
    from vdsc.model.path_model import Inference, PathModel

DESCENT = 8
"""Steps that values descend for each degree of effort, where bits are not weighed in rounding."""

ROUNDS = (0, 1, 1, 1, 1, 2, 2, 2, 2, 3)
"""How often errors are looked at and the values fitted again, by the degree of effort."""


def settle(
    networks: PathModel,
    coding: Coding,
    seen: Inference,
    placed: PlacedKnots,
    begin: int,
    past: KnotWindow | None = None,
    *,
    effort: int,
) -> Ints:
    """Cells (M, D) of the knots of the window that begins at frame `begin`; one row if it is held.

    effort: 0 to 9. past: the window before, if its last frame is shared. Raises InvalidInput for
    values that no cell is near to.
    """
    knots = placed.knots
    first = None if past is None else past.values[-1] / ONE
    context = None if past is None else past.after
    if not coding.weighs:
        price = coding.price(knots, begin)
        z = networks.fit(seen, knots, first, price, DESCENT * effort)
        return coding.snapped(z, context)
    if placed.held:
        return _held(networks.fit(seen, knots), coding, context)
    lags, weights = coding.lags(knots, begin), None
    for left in range(ROUNDS[effort], -1, -1):
        z = networks.fit(seen, knots, first, weights=weights)
        curvature = networks.curvature(seen, knots, weights)
        assert curvature is not None
        cells = coding.thrifty(_still(z, coding), lags, curvature, context)
        if left:
            weights = networks.weights(seen, knots, coding.grid.value(cells) / ONE)
    return cells


def _held(ends: Floats, coding: Coding, context: Context | None) -> Ints:
    """The cells (1, D) of what stands still: those of the window before, or of both ends (2, D)."""
    if context is not None:
        return context.cells[None]
    curvature = Curvature(np.ones((1, 1)), np.diag(1 / coding.cell**2))
    mean = ends.mean(axis=0, keepdims=True)
    return coding.thrifty(mean, np.zeros(1, np.int64), curvature, None)


def _still(z: Floats, coding: Coding) -> Floats:
    """Values (M, D) whose constant dimensions are constant: their means."""
    return np.where(coding.still, z.mean(axis=0), z)
