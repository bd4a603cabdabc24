"""Linear layers that run and learn in exact arithmetic.

Every operand of a product is an integer held in float64, small enough that no partial sum reaches
2**53: threads, instruction sets and orders of summation change nothing. What is done number by
number (a quotient, a square root, the square of a gradient) is one correctly rounded operation of
IEEE 754 each, in the order in which it stands here, and the outcome is rounded to an integer.

    activation   x 2**10, below 2**16        weight   w 2**18, below 2**21
    gradient     d 2**18, below 2**21        learning, per weight: Adam (Kingma and Ba 2015)
"""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.video.law_tables import bounded
from vdsc.core.types import Floats

PLACES = 10
"""Binary places of an activation."""

WEIGHT = 18
"""Binary places of a weight, and of a gradient with respect to an activation."""

CEILING = float(1 << 16)
LARGEST = float(1 << 21)

_GRADIENT = 30  # binary places of a weight's mean gradient
_KEEP, _KEEP_SQUARE = 0.875, 0.984375  # 1 - 2**-3: products are exact; 1 - 2**-6: rounded once
_RATE_PLACES = 20


class Layer:
    """y = W x + b with weight (in + 1, out), the bias last; Q18. It learns from its inputs.

    Args:
        weight: (in + 1, out) integers.
        root: (in + 1, out) integers, the usual size of each weight's gradient, Q30.
    """

    def __init__(self, weight: Floats, root: Floats) -> None:
        self.weight = np.ascontiguousarray(weight, dtype=np.float64)
        self._square = np.square(root.astype(np.float64))
        self._mean = np.zeros_like(self.weight)

    def __call__(self, x: Floats) -> Floats:
        """(N, in) Q10 to (N, out), Q28 and not rounded."""
        y: Floats = x @ self.weight[:-1]
        y += self.weight[-1] * (1 << PLACES)
        return y

    def back(self, slope: Floats, count: int) -> Floats:
        """Q18 gradients (N, out) with respect to outputs, taken to the first `count` inputs."""
        back: Floats = slope @ self.weight[:count].T
        back *= 0.5**WEIGHT
        np.rint(back, out=back)
        return bounded(back, -LARGEST, LARGEST)

    def learn(self, x: Floats, slope: Floats, rate: int) -> None:
        """One step of Adam on inputs (N, in) Q10 and gradients (N, out) Q18; the rate is Q20."""
        gradient = np.empty_like(self.weight)
        np.matmul(x.T, slope, out=gradient[:-1])
        np.multiply(slope.sum(axis=0), 1 << PLACES, out=gradient[-1])
        gradient *= 2.0 ** (_GRADIENT - WEIGHT - PLACES)
        gradient /= len(x)
        np.rint(gradient, out=gradient)
        self._step(gradient, rate)

    def _step(self, gradient: Floats, rate: int) -> None:
        mean, square = self._mean, self._square
        mean *= _KEEP
        mean += gradient * (1 - _KEEP)
        np.rint(mean * 64, out=mean)
        mean *= 1 / 64
        square *= _KEEP_SQUARE
        square += np.square(gradient) * (1 - _KEEP_SQUARE)
        np.rint(square, out=square)
        size = np.sqrt(square)
        size += 4.0
        step = mean * (rate * 2.0 ** (WEIGHT - _RATE_PLACES))
        step /= size
        np.rint(step, out=step)
        self.weight -= step
        bounded(self.weight, -LARGEST, LARGEST)


def rectify(y: Floats) -> Floats:
    """max(y, 0) of sums Q28 as activations Q10, in place."""
    y *= 0.5**WEIGHT
    np.rint(y, out=y)
    return bounded(y, 0, CEILING)
