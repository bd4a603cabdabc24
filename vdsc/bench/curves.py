"""Rate-distortion curves: what is read off between measured points, and never beyond them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

Curve = list[tuple[float, float]]
"""(bytes, loss) pairs, bytes rising and loss falling; loss is degrees, or minus dB."""


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
