"""vdsc itself, seen as one more peer, through its public functions alone."""

from __future__ import annotations

from functools import partial

import numpy as np

import vdsc
from vdsc.bench.peers.peer import Peer, Setting, Values

QUALITIES = (1, 5, 10, 15, 20, 22, 24, 26, 28, 30, 34, 38, 40, 42, 44, 50, 53, 60, 75, 90, 100)
STEPS = (1, 8, 14, 20, 26, 32, 38, 44, 50, 60, 70, 80, 90, 100)
"""Qualities of the codec that needs no checkpoint."""

PLACED, EVEN = "vdsc linear", "vdsc linear, even knots"
CHOSEN = "vdsc, no codec named"
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


def linear(fps: float) -> tuple[Peer, ...]:
    """Give the codec without a checkpoint, with knots where they save most and with even ones."""
    settings = tuple((float(quality),) for quality in STEPS)
    return tuple(
        Peer(
            name, ("quality",), chosen,
            encode=partial(encode_linear, fps, knots),
            decode=decode,
            note=f"no checkpoint, knots={knots}, whole .vds file",
        )
        for name, knots, chosen in ((PLACED, "placed", settings), (EVEN, "even", settings[::2]))
    )  # fmt: skip


def by_itself(fps: float, qualities: tuple[int, ...]) -> Peer:
    """Give the codec that is taken where nobody names one."""
    settings = tuple((float(quality),) for quality in qualities)
    note = "no choices but the quality, whole .vds file"
    return Peer(CHOSEN, ("quality",), settings, partial(encode_as_chosen, fps), decode, note)


def encode_as_chosen(fps: float, values: Values, setting: Setting) -> bytes:
    """Compress values to a whole `.vds` file by the codec that suits them."""
    return vdsc.compress(values, fps=fps, quality=int(setting[0]))


def encode_linear(fps: float, knots: str, values: Values, setting: Setting) -> bytes:
    """Compress values to a whole `.vds` file that needs no checkpoint."""
    return vdsc.compress(values, fps=fps, codec="linear", quality=int(setting[0]), knots=knots)


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
