"""vdsc itself, seen as one more peer, through its public functions alone."""

from __future__ import annotations

from functools import partial

import numpy as np

import vdsc
from vdsc.bench.peers.peer import Peer, Setting, Values

QUALITIES = (1, 5, 10, 15, 20, 22, 24, 26, 28, 30, 34, 38, 40, 42, 44, 50, 60, 75, 90, 100)
LEARNED, FULL, EXACT = "vdsc", "vdsc, a knot every frame", "vdsc --lossless"


def peers(
    model: str, fps: float | None, qualities: tuple[int, ...] = QUALITIES
) -> tuple[Peer, ...]:
    """Give vdsc with its learned knots, the same network with a knot at every frame, and lossless.

    fps: frames per second; None takes the checkpoint's own rate.
    """
    thinned = qualities if len(qualities) < 9 else qualities[::3]  # slow, and a smooth curve
    lossy = (
        Peer(
            name, ("quality",), tuple((float(quality),) for quality in chosen),
            encode=partial(encode, model, fps, knots),
            decode=decode,
            note=f"checkpoint {model}, knots={knots}, whole .vds file",
        )
        for name, knots, chosen in ((LEARNED, "learned", qualities), (FULL, "full", thinned))
    )  # fmt: skip
    return (*lossy, exact())


def exact() -> Peer:
    """Give vdsc's lossless mode."""
    return Peer(EXACT, (), ((),), encode_exactly, decode, "no choices, whole .vds file")


def encode(model: str, fps: float | None, knots: str, values: Values, setting: Setting) -> bytes:
    """Compress values to a whole lossy `.vds` file, also where a lossless one is smaller."""
    return vdsc.compress(
        values, fps=fps, codec="knots", model=model, quality=int(setting[0]), knots=knots
    )


def encode_exactly(values: Values, setting: Setting) -> bytes:
    """Compress values to a whole lossless `.vds` file, decoded once while it is made."""
    return vdsc.compress(values, lossless=True)


def decode(file: bytes) -> Values:
    """Give the values back at their original times."""
    return np.asarray(vdsc.decompress(file).values)
