"""The few pixels that a scene does not explain, one by one."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.scene.adaptive import bit
from vdsc.codecs.scene.sprite_track import Pixels
from vdsc.entropy.tape import Tape

PATCHES = 1 << 16
"""How many pixels of a clip may be mended."""

_RARELY = 1 << 9  # probability, Q16, that a clip has pixels that no sprite explains


def mend(tape: Tape, given: NDArray[np.generic] | None, frames: Pixels) -> Pixels:
    """Encode or decode the pixels that differ from frames (T, H, W), which are changed in place."""
    wrong = None if given is None else np.flatnonzero(frames != given)
    if not bit(tape, None if wrong is None else int(wrong.size > 0), _RARELY):
        return frames
    flat, size = frames.reshape(len(frames), -1), prod(frames.shape[1:])
    count = tape.uniform(None if wrong is None else wrong.size, PATCHES)
    for i in range(count):
        at = None if wrong is None else divmod(int(wrong[i]), size)
        frame = tape.uniform(at and at[0], len(flat))
        pixel = tape.uniform(at and at[1], size)
        value = None if given is None else int(given[frame].reshape(-1)[pixel])
        flat[frame, pixel] = tape.uniform(value, 256)
    return flat.reshape(frames.shape)
