"""What a knot's law depends on of the knots before it."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.core.types import Ints


@dataclass(frozen=True, eq=False)
class Context:
    """What the next knot may look at: the last two knots of a path, (D,) each.

    Args:
        cells: the last knot's cells.
        last: its values, Q16.
        before: the values of the knot before it, Q16.
        lag: the ticks between the two; 0 if there is only one.
        spread: the last knot's normalised residuals, Q16.
    """

    cells: Ints
    last: Ints
    before: Ints
    lag: int
    spread: Ints

    def take(self, dims: Ints) -> Context:
        """Return the context of the dimensions `dims` alone, in that order."""
        parts = (self.cells[dims], self.last[dims], self.before[dims])
        return Context(*parts, self.lag, self.spread[dims])
