"""Values between samples as docs/format/field.md says them, in plain Python; slow."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np


def at_instants(x, seconds, times):
    """Frames at instants, of integers (T, ...)."""
    count, made = len(seconds), []
    for t in times:
        i = max([k for k in range(max(count - 1, 1)) if seconds[k] <= t], default=0)
        share = 0
        if count > 1:
            part = min(max((t - seconds[i]) / (seconds[i + 1] - seconds[i]), 0.0), 1.0)
            share = math.floor(part * 65536 + 0.5)
        made.append(value(x, i, share, 1, 1))
    return np.array(made)


def at_scale(x, axis, scale):
    """An axis at a scale p / q."""
    x = np.moveaxis(x, axis, 0)
    n, p, q = len(x), scale.numerator, scale.denominator
    made = []
    for i in range(max(1, math.ceil(n * scale - Fraction(1, 2)))):
        at = math.floor(65536 * (Fraction(2 * i + 1, 2) / scale - Fraction(1, 2)) + Fraction(1, 2))
        at = min(at, (2 * n - 1) << 15)
        made.append(value(x, at >> 16, at & 65535, min(p, q), q))
    return np.moveaxis(np.array(made), 0, axis)


def value(x, i, share, p, q):
    """The value a share behind sample i."""
    reach = -(-3 * q // p)
    numbers = range(1 - reach, reach + 1)
    away = [(2 * p * abs(share - (k << 16)) + q) // (2 * q) for k in numbers]
    heights = [height(z) for z in away]
    total = sum(heights)
    weights = [((h << 16) + total) // (2 * total) for h in heights]
    weights[away.index(min(away))] += (1 << 15) - sum(weights)
    ends = [min(max(i + k, 0), len(x) - 1) for k in numbers]
    return (sum(w * x[k] for w, k in zip(weights, ends, strict=True)) + (1 << 14)) >> 15


def height(z):
    """The kernel."""
    a, b, c = 1 << 16, 1 << 32, 1 << 48
    if z < a:
        h = 16 * z**3 - 28 * a * z**2 + 12 * c
    elif z < 2 * a:
        h = -7 * z**3 + 36 * a * z**2 - 59 * b * z + 30 * c
    elif z < 3 * a:
        h = z**3 - 8 * a * z**2 + 21 * b * z - 18 * c
    else:
        return 0
    return (h + 6 * (1 << 24)) // (12 << 24)
