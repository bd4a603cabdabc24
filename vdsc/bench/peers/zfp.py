"""zfp at fixed accuracy, the error-bounded coder of scientific arrays."""

from __future__ import annotations

import numpy as np
import zfpy

from vdsc.bench.peers.motion_angles import CHANNELS, restore, smooth
from vdsc.bench.peers.peer import Peer, Setting, Values

TOLERANCES = (0.125, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Largest absolute error asked for, degrees; zfp stays well inside it."""


def peers() -> tuple[Peer, ...]:
    """Give zfp for motion (T, 96)."""
    return (
        Peer(
            "zfp", ("tolerance",), tuple((tolerance,) for tolerance in TOLERANCES),
            encode=encode,
            decode=decode,
            note="fixed accuracy, channel after channel (its best order here), zfp's own header",
        ),
    )  # fmt: skip


def encode(values: Values, setting: Setting) -> bytes:
    """Compress motion (T, 96) within an absolute tolerance."""
    track = smooth(values).T.astype(np.float32).ravel()
    return bytes(zfpy.compress_numpy(track, tolerance=setting[0], write_header=True))


def decode(file: bytes) -> Values:
    """Give motion (T, 96) back."""
    track = zfpy.decompress_numpy(file).reshape(CHANNELS, -1)
    return restore(track.T.astype(np.float64))
