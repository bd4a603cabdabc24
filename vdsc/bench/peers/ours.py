"""vdsc itself, seen as one more peer, through its public functions alone."""

from __future__ import annotations

from functools import partial

import numpy as np

import vdsc
from vdsc.bench.peers.base import Peer, Setting, Values

QUALITIES = (5, 15, 25, 35, 45, 55, 65, 75, 85, 95)
LEARNED, FULL = "vdsc", "vdsc, a knot every frame"


def peers(
    model: str, fps: float | None, qualities: tuple[int, ...] = QUALITIES
) -> tuple[Peer, ...]:
    """Give vdsc with its learned knots, and the same network with a knot at every frame.

    fps: frames per second; None takes the checkpoint's own rate.
    """
    return tuple(
        Peer(
            name, ("quality",), tuple((float(quality),) for quality in qualities),
            encode=partial(encode, model, fps, knots),
            decode=decode,
            note=f"checkpoint {model}, knots={knots}, whole .vds file",
        )
        for name, knots in ((LEARNED, "learned"), (FULL, "full"))
    )  # fmt: skip


def encode(model: str, fps: float | None, knots: str, values: Values, setting: Setting) -> bytes:
    """Compress values to a whole `.vds` file."""
    return vdsc.compress(values, fps=fps, model=model, quality=int(setting[0]), knots=knots)


def decode(file: bytes) -> Values:
    """Give the values back at their original times."""
    return np.asarray(vdsc.decompress(file).values)
