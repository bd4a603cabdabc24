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


@dataclass(frozen=True, eq=False)
class Curvature:
    """How the squared error of frames grows as knot values (M, D) are off.

    It is the sum over m, n, d, e of off[m, d] off[n, e] time[m, n] space[d, e]; time (M, M) and
    space (D, D) are positive definite.
    """

    time: Floats
    space: Floats


@dataclass(frozen=True, eq=False)
class Weights:
    """How much squared errors count: of frames (T,) and of channels (C,), each 1 in the mean.

    A squared error over the error's own size is that size: so weights make of least squares a fit
    of least absolute error (iteratively reweighted least squares), here as products of two.
    """

    frames: Floats
    channels: Floats

    @classmethod
    def of(cls, size: Floats, faint: float) -> Weights:
        """From absolute errors (T, C); those below `faint` count alike."""
        frames, channels = (1 / (size.mean(axis=axis) + faint) for axis in (1, 0))
        return cls(frames / frames.mean(), channels / channels.mean())
