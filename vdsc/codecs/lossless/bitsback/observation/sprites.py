"""p(x | z^) for sprites over black: what they look like once, then where they are.

    a frame in which they are apart -> the sprites' pixels
    then frame after frame, first to the end, then to the beginning -> corners
    then the few pixels that differ

Clips that are not made so are coded pixel by pixel around the synthesised frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.bitsback.observation import logistic_mixture as plain
from vdsc.codecs.lossless.bitsback.observation.scene import centres, code, matched
from vdsc.codecs.scene.mending import PATCHES, mend
from vdsc.codecs.scene.sprite_track import MOST_WRONG, Scene, draw, find
from vdsc.core.types import Ints
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.errors import CorruptFile
from vdsc.twin.layers import Floats
from vdsc.twin.synthesis import Sprites, Synth

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Layers:
    """Observation model of sprite checkpoints, frames (T, H, W, 1) uint8.

    otherwise: how clips are coded that are no sprites over black.
    """

    otherwise: plain.Logistics

    def units(self, x: NDArray[np.generic]) -> Floats:
        """Pixels as activations in [0, 1]."""
        return plain.unit_pixels(x)

    def push(self, stack: BitStack, x: NDArray[np.generic], path: Ints, synth: Synth) -> None:
        """Push frames (T, H, W, C)."""
        scene = _scene(x, synth)
        tape = WritingTape()
        tape.uniform(int(scene is not None), 2)
        if scene is None or not isinstance(synth.draw, Sprites):
            self.otherwise.push(stack, x, path, synth)
        else:
            where = centres(path, synth.draw)
            known = code(tape, matched(scene, where), where, x.shape[1:3])
            mend(tape, x[..., 0], drawn(known, x.shape[1:3]))
        tape.push(stack)

    def pop(self, stack: BitStack, path: Ints, synth: Synth) -> NDArray[np.generic]:
        """Pop frames (T, H, W, C) uint8."""
        tape = ReadingTape(stack)
        if not tape.uniform(None, 2):
            return self.otherwise.pop(stack, path, synth)
        if not isinstance(synth.draw, Sprites):
            raise CorruptFile("a model without sprites cannot have drawn them; the file is damaged")
        size = (synth.draw.frame[0], synth.draw.frame[1])
        scene = code(tape, None, centres(path, synth.draw), size)
        return mend(tape, None, drawn(scene, size))[..., None]


def drawn(scene: Scene, size: tuple[int, ...]) -> Pixels:
    """The frames (T, H, W) that a scene makes."""
    return np.stack([draw(scene.sprites, at, (size[0], size[1])) for at in scene.places])


def _scene(x: NDArray[np.generic], synth: Synth) -> Scene | None:
    few = len(x) * MOST_WRONG < PATCHES
    if x.shape[3] != 1 or not few or not isinstance(synth.draw, Sprites):
        return None
    return find(x[..., 0].astype(np.uint8), synth.draw.objects)
