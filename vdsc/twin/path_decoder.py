"""From knots to frames at any time without torch, the same bits on every machine.

knots --Curve--> z(t) --Channels--> Q16 channels --channels_to_dtype--> float frames
                      --Sprites---> Q16 pixels   --pixels-------------> uint8 frames
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from vdsc.core.types import Floats, Ints, Values
from vdsc.twin import path_instants as instants
from vdsc.twin import reals
from vdsc.twin.channel_decoder import Channels
from vdsc.twin.frame_encoder import Weights
from vdsc.twin.synthesis import Sprites

WORKING_SET = 1 << 18
"""Numbers that a layer or a picture may have at once; what comes out does not depend on it."""

_FARTHEST = 2.0**36  # 2^20 in units of Q16
_HALF_FLOAT = 65504.0  # the largest float16
_PLAIN = np.int64(0)


class PathDecoder:
    """The decoder of one checkpoint, in integers and in single operations of float64.

    Args:
        settings: the checkpoint's `model.json`.
        weights: its float32 tensors by name.

    Raises:
        InvalidInput: its weights are too large for exact sums.
    """

    def __init__(self, settings: Mapping[str, Any], weights: Weights) -> None:
        net, frames = settings["net"], settings["frames"]
        self.draw: Channels | Sprites
        if net["decoder"] == "sprites":
            self.draw, self.frame = Sprites(net, weights), tuple(net["frame"])
        else:
            scale, offset = (np.asarray(frames[name], np.float32) for name in ("scale", "offset"))
            self.draw, self.frame = Channels(weights, scale, offset), (len(scale),)
        widest = max(int(np.prod(self.frame)), int(net["features"]))
        self.batch = max(1, WORKING_SET // widest)
        self.exponents: Ints | np.int64 = (
            self.draw.exponents if isinstance(self.draw, Channels) else _PLAIN
        )
        self.rates: Floats | None = None
        if net["interpolation"] == "bridge":
            nu = (reals.softplus(raw) for raw in weights["posterior.raw_nu"].tolist())
            self.rates = np.array([instants.rate(one) for one in nu])

    def frames(self, knots: Floats, values: Ints, times: Floats) -> Values:
        """Frames at times (Q,) from knots (M,) with values (M, D) Q16.

        Knots and times are float64 seconds from one beginning; knots rise, times are within them
        and in any order. A frame depends on its own time only, not on the others in `times`.

        Returns:
            Channels (Q, C) int64 Q16 in powers of two given by `exponents`, which are mostly 0; or
            pixels (Q, H, W, C) uint8.

        Raises:
            CorruptFile: two knots have the same time.
        """
        curve = instants.curve(knots, values, self.rates)
        parts = [
            self._drawn(curve(times[i : i + self.batch])) for i in range(0, len(times), self.batch)
        ]
        kind = np.uint8 if isinstance(self.draw, Sprites) else np.int64
        return np.concatenate([np.zeros((0, *self.frame), kind), *parts])

    def _drawn(self, path: Floats) -> Values:
        """Frames of latents (T, D) in units of Q16, not rounded.

        A spline through steep knots may overshoot by any amount: a latent ends at 2^20.
        """
        reached = np.clip(path, -_FARTHEST, _FARTHEST)
        if isinstance(self.draw, Channels):
            return self.draw(reached)
        return pixels(self.draw(np.rint(reached).astype(np.int64)))


def channels_to_dtype(q16: Ints, dtype: DTypeLike, exponents: Ints | np.int64 = _PLAIN) -> Values:
    """Q16 channels (..., C) times 2^exponents as floats, rounded once to the type that is wanted.

    float16 ends at 65504 in size: larger channels become that, never infinite.
    """
    exact = np.ldexp(q16.astype(np.float64), exponents - 16)
    if np.dtype(dtype) == np.float16:
        exact = np.clip(exact, -_HALF_FLOAT, _HALF_FLOAT)
    return exact.astype(dtype)


def pixels(q16: Ints) -> Values:
    """Q16 brightness from 0 to 1 as uint8 levels from 0 to 255, rounded half up."""
    return ((q16 * 255 + (1 << 15)) >> 16).astype(np.uint8)
