"""Bits-back with ANS over the knots: windows of frames on one stack.

    encode  pop T under q(T | x), pop z under q(z | T, x),
            push x under p(x | z^), push z under p(z | T), push T under p(T)     last window first
    decode  the mirror image, first window first

What the posterior takes from the stack comes back when the decoder, which then knows x, finds the
same posterior and pushes it: a window costs -log p(x, z, T) + log q(z, T | x), equations (16)-(17).
The first pops find an empty stack: it yields the posterior's mode, and gets it back for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.bitsback.prior import ou_tables
from vdsc.core.types import Ints
from vdsc.entropy import BitStack, TransitionTables
from vdsc.twin.frame_encoder import Weights
from vdsc.twin.inference import Twin
from vdsc.twin.layers import Floats
from vdsc.twin.synthesis import Synth

LAGS = 128
"""Ticks that the OU prior is tabulated for."""

Values = NDArray[np.generic]


class Observation(Protocol):
    """p(x | z^), exact: how the frames of one window are coded given the path."""

    def units(self, x: Values) -> Floats:
        """Frames x (T, ...) as the networks see them, activations."""
        ...

    def push(self, stack: BitStack, x: Values, path: Ints, synth: Synth) -> None:
        """Push frames (T, ...) given the path (T, D) Q16."""
        ...

    def pop(self, stack: BitStack, path: Ints, synth: Synth) -> Values:
        """Pop frames (T, ...); raises CorruptFile for what no encoder makes."""
        ...


class Model:
    """A checkpoint's integer twins and frozen prior, ready for bits-back."""

    def __init__(
        self, net: Mapping[str, Any], weights: Weights, frozen: TransitionTables | None = None
    ) -> None:
        self.twin = Twin(net, weights)
        self.synth = Synth(net, weights, self.twin.nu)
        self.frozen = frozen

    @cached_property
    def ou(self) -> TransitionTables:
        """The OU prior of the checkpoint's nu, equation (15)."""
        return ou_tables(self.twin, LAGS)
