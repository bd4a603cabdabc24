"""Rate-distortion curves: what is read off between measured points, and never beyond them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Curve = list[tuple[float, float]]
"""(bytes, loss) pairs, bytes rising and loss falling; loss is degrees, or minus dB."""

_STEPS, _DRAWS = 64, 4000


def front(points: Iterable[tuple[float, float]]) -> Curve:
    """Keep the points that no other beats in both bytes and loss."""
    best: Curve = []
    for size, loss in sorted(points):
        if not best or loss < best[-1][1]:
            best.append((size, loss))
    return best


def hull(curve: Curve) -> Curve:
    """Keep the points of a front that lie on its lower convex hull, in log bytes.

    For a codec of several knobs, whose front jumps between families of settings.
    """
    kept: Curve = []
    for point in curve:
        while len(kept) > 1 and _slope(kept[-2], kept[-1]) >= _slope(kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept


def _slope(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Change of loss for each e-fold of bytes."""
    return float((other[1] - one[1]) / np.log(other[0] / one[0]))


def bytes_at(curve: Curve, loss: float) -> float | None:
    """Bytes at a given loss, straight in log bytes between two points; None outside the curve."""
    if not curve or not curve[-1][1] <= loss <= curve[0][1]:
        return None
    sizes, losses = np.array(curve[::-1]).T
    return float(np.exp(np.interp(loss, losses, np.log(sizes))))


def savings(learned: Curve, full: Curve) -> list[dict[str, float]]:
    """At each loss measured on `learned` and reached by `full`: both sizes and the share saved."""
    rows = []
    for size, loss in learned:
        other = bytes_at(full, loss)
        if other is not None:
            rows.append({"loss": loss, "bytes": size, "full": other, "saved": 1 - size / other})
    return rows


def bd_rate(curve: Curve, reference: Curve) -> float | None:
    """How much larger a codec's files are at equal loss, 0.05 for 5 %; None without common losses.

    The mean, over the logarithm of the loss, of the difference of the logarithms of the bytes,
    which go straight between measured points (Bjontegaard 2001, with lines in place of cubics).
    Losses are above 0.
    """
    low = max(curve[-1][1], reference[-1][1])
    high = min(curve[0][1], reference[0][1])
    if low >= high:
        return None
    at = np.linspace(np.log(low), np.log(high), _STEPS)
    mean = float(np.mean(_log_bytes(curve, at) - _log_bytes(reference, at)))
    return float(np.expm1(mean))


def interval(values: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """Where the mean of so many values lies in 95 of 100 samples drawn from them again."""
    drawn = np.random.default_rng(seed).choice(np.array(values), (_DRAWS, len(values)))
    low, high = np.quantile(drawn.mean(axis=1), (0.025, 0.975))
    return float(low), float(high)


def _log_bytes(curve: Curve, at: NDArray[np.float64]) -> NDArray[np.float64]:
    sizes, losses = np.log(np.array(curve[::-1])).T
    found: NDArray[np.float64] = np.interp(at, losses, sizes)
    return found
