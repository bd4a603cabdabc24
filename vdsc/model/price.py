"""What the encoder weighs errors against."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.core.types import Floats


@dataclass(frozen=True, slots=True)
class Price:
    """What knot values will cost: the width of their cells and the prior they are coded under.

    cell (D,), spread0 (D,) scale of the first knot; decay and spread (M - 1, D) of each step.
    Floats made from the frozen tables: the encoder may use them, since nothing it does decides how
    a file is read.
    """

    cell: Floats
    spread0: Floats
    decay: Floats
    spread: Floats
