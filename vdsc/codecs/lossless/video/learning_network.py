"""The observation network of one pass: what is known around a pixel, to the laws of its channels.

neighbourhood -> trunk -+-> head of the first channel  -> law
                        +-> head of the second channel -> law      each head also sees
                        '-> head of the third channel  -> law      the channels before it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.video import law_tables as tables
from vdsc.codecs.lossless.video.integer_linear import CEILING, LARGEST, PLACES, Layer, rectify
from vdsc.core.types import Floats

Levels = NDArray[np.int16]

ORDER = {1: (0,), 3: (1, 0, 2)}
"""The order in which channels are coded, by their number: green, red, blue."""

_FEATURE = float(1 << (PLACES - 4))  # a feature of 16 counts as one
_COMPANDED = float(1 << (PLACES - 5))
_EXPECTED = _FEATURE / 16  # expectations are in sixteenths of a level
_HIT = float(1 << (PLACES + 1))


class Network:
    """Trunk and heads, with what they computed last, so that they can learn from it.

    Args:
        arrays: the layers "trunk0", "trunk1", "hidden0", "out0", "hidden1" ...: (in + 1, out), Q18,
            and "<layer>.root" of each, the usual size of gradients (`Layer`).
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        def layer(name: str) -> Layer:
            return Layer(arrays[name].astype(np.float64), arrays[f"{name}.root"])

        self._trunk = [layer("trunk0"), layer("trunk1")]
        heads = sum(name.startswith("out") and "." not in name for name in arrays)
        self._hidden = [layer(f"hidden{i}") for i in range(heads)]
        self._out = [layer(f"out{i}") for i in range(heads)]
        self._seen: list[Floats] = []
        self._inner: list[tuple[Floats, Floats]] = []

    def look(self, features: NDArray[np.int8]) -> None:
        """Take the neighbourhoods (N, F) of the pixels that come next."""
        x = np.asarray(features * _FEATURE, np.float64)
        middle = rectify(self._trunk[0](x))
        self._seen = [x, middle, rectify(self._trunk[1](middle))]
        self._inner = []

    def outputs(self, known: Floats) -> Floats:
        """Outputs (N, O), Q28, of the next head, given what is known (N, .) of earlier ones."""
        which = len(self._inner)
        seen = np.concatenate((self._seen[-1], known), axis=1)
        inner = rectify(self._hidden[which](seen))
        self._inner.append((seen, inner))
        return self._out[which](inner)

    def learn(self, costs: list[Callable[[], Floats]], rate: int, every: int = 1) -> None:
        """One step down the gradients (N, O), Q18, of every so many of the last pixels' costs."""
        x, middle, last = (seen[::every] for seen in self._seen)
        trunk, width = np.zeros_like(last), last.shape[1]
        for which, slopes in enumerate(costs):
            seen, inner = (array[::every] for array in self._inner[which])
            some = slopes()[::every]
            back = _through(self._out[which].back(some, inner.shape[1]), inner)
            trunk += self._hidden[which].back(back, width)
            self._out[which].learn(inner, some, rate)
            self._hidden[which].learn(seen, back, rate)
        trunk = _through(tables.bounded(trunk, -LARGEST, LARGEST), last)
        below = _through(self._trunk[1].back(trunk, middle.shape[1]), middle)
        self._trunk[1].learn(middle, trunk, rate)
        self._trunk[0].learn(x, below, rate)


def known_channels(
    values: Levels, base: Levels, copies: Levels, expected: Floats | None = None
) -> Floats:
    """What a head sees of the c channels before its own, (N, c * 2 (E + 1) + E if c > 0), Q10.

    Args:
        values: (N, c) what they are.
        base: (N, c) their base values.
        copies: (N, E, c) what each expert would have copied.
        expected: (2, N) what its own channel may be (`colour_relations`), which is seen as well,
            straight and bent: 4 numbers more.
    """
    count, channels = values.shape
    if not channels:
        return np.zeros((count, 0))
    parts = []
    for c in range(channels):
        away = np.concatenate(
            (values[:, c, None] - base[:, c, None], values[:, c, None] - copies[:, :, c]), 1
        )
        parts += [
            np.clip(away, -127, 127) * _FEATURE,
            tables.companded().take(away + 511) * _COMPANDED,
        ]
    parts.append((copies == values[:, None]).all(axis=2) * _HIT)
    if expected is not None:
        bent = tables.companded().take(np.clip(expected.T, -511, 511).astype(np.intp) + 511)
        parts += [expected.T * _EXPECTED, bent * _COMPANDED]
    return np.concatenate(parts, axis=1)


def _through(slope: Floats, activation: Floats) -> Floats:
    slope *= (activation > 0) & (activation < CEILING)
    return slope
