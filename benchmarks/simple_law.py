"""What knot values cost under a simple law that is fitted to them anew.

    z_i - a z_{i-1} - b (z_{i-1} - z_{i-2}) h_i / h_{i-1}  ~  Laplace of scale e^c h_i^g

a, b, c and g are a dimension's own; what the last two knots tell is all that counts. Half of the
clips are coded under the law of the other half.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.twin import path_instants

ONE = 1 << 16
FAINT = 0.25
"""Of a cell: what is added to residuals, and the least scale."""


@dataclass(frozen=True, eq=False)
class KnotSteps:
    """Steps from the third knot of a window on: seen (N, 2, D) explains values (N, D).

    Seconds (N,) are those since the knot before.
    """

    seen: Floats
    values: Floats
    seconds: Floats

    @classmethod
    def of(cls, knots: Floats, values: Floats) -> KnotSteps:
        """Of knots (M,) seconds with values (M, D)."""
        gaps = np.diff(knots)[:, None]
        moved = np.diff(values, axis=0)[:-1] * gaps[1:] / gaps[:-1]
        seen = np.stack([values[1:-1], moved], axis=1)
        return cls(seen, values[2:], gaps[1:, 0])

    @classmethod
    def joined(cls, parts: Sequence[KnotSteps]) -> KnotSteps:
        """Steps of several windows."""
        names = ("seen", "values", "seconds")
        return cls(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))


@contextmanager
def recorded(into: list[KnotSteps]) -> Iterator[None]:
    """Every path that is drawn here leaves its steps; files that are made draw each window once."""
    usual = path_instants.curve

    def draw(knots: Floats, values: Ints, rates: Floats | None) -> Any:
        if len(knots) > 2:
            into.append(KnotSteps.of(knots, values / ONE))
        return usual(knots, values, rates)

    with patch.object(path_instants, "curve", draw):
        yield


def cross_bits(clips: Sequence[KnotSteps], cell: Floats) -> list[float]:
    """Bits of values in cells (D,) wide of two clips or more: each under the other half's law."""
    halves = [KnotSteps.joined(clips[half::2]) for half in (1, 0)]
    return [bits(one, halves[i % 2], cell) for i, one in enumerate(clips)]


def bits(coded: KnotSteps, known: KnotSteps, cell: Floats) -> float:
    """Bits of some steps under the law that is fitted to those that are known."""
    return sum(
        _bits(coded, _fitted(known, d, width), d, width) for d, width in enumerate(cell.tolist())
    )


def _fitted(known: KnotSteps, d: int, cell: float) -> tuple[Floats, float, float]:
    """Weights (2,) of what is seen, and c and g of one dimension."""
    root = np.sqrt(known.seconds)
    weights = np.linalg.lstsq(
        known.seen[:, :, d] / root[:, None], known.values[:, d] / root, rcond=None
    )[0]
    size = np.abs(known.values[:, d] - known.seen[:, :, d] @ weights) + FAINT * cell
    lag = np.log(known.seconds)
    slope = float(np.cov(lag, np.log(size))[0, 1] / max(np.var(lag, ddof=1), 1e-9))
    return weights, float(np.log(np.mean(size / known.seconds**slope))), slope


def _bits(coded: KnotSteps, law: tuple[Floats, float, float], d: int, cell: float) -> float:
    weights, level, slope = law
    off = np.abs(coded.values[:, d] - coded.seen[:, :, d] @ weights)
    scale = np.maximum(np.exp(level) * coded.seconds**slope, FAINT * cell)
    low, high = (off - cell / 2) / scale, (off + cell / 2) / scale
    return float(-np.log2(np.maximum(_below(high) - _below(low), 2.0**-16)).sum())


def _below(x: Floats) -> Floats:
    """Distribution function of the Laplace law of scale 1."""
    tail = np.exp(-np.abs(x)) / 2
    return np.where(x < 0, tail, 1 - tail)
