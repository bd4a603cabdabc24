"""Clips of sprites as one method of the lossless codec: what they look like, and where they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from vdsc.codecs.lossless import footprint
from vdsc.codecs.scene.clip_code import code_clip
from vdsc.codecs.scene.look_canvas import FINE
from vdsc.codecs.scene.look_network import networks
from vdsc.codecs.scene.mending import mend
from vdsc.codecs.scene.sprite_clip import SpriteClip
from vdsc.codecs.scene.sprite_finding import found_clip
from vdsc.codecs.scene.sprite_track import Pixels
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.model.store import Checkpoint

SIDE = 1 << 10
"""Rows and columns that a frame has at most."""

Shape = tuple[int, ...]


class SpriteFilms:
    """Codes chunks of uint8 frames (n, H, W, 1) or (n, H, W) in which sprites move over black.

    The tensors of its checkpoint are read, and their hash checked, when the first chunk comes.
    """

    name = "sprites"

    def __init__(self, checkpoint: Checkpoint, memlimit: int | None = None) -> None:
        self.checkpoint, self._memlimit = checkpoint, memlimit

    def start(self, outline: Outline) -> Any:
        """Nothing to remember; None for values that are no grey pictures."""
        grey = np.dtype(outline.dtype) == np.uint8 and outline.shape[3:] in {(), (1,)}
        sized = len(outline.shape) >= 3 and max(outline.shape[1:3]) <= SIDE
        return () if grey and sized else None

    def encode(self, values: Values, state: Any) -> tuple[bytes, Any]:
        """Payload of values (n, ...); raises InvalidInput where they are no sprites over black."""
        footprint.check(footprint.bitsback(values.shape), self._memlimit)
        x = values.reshape(values.shape[:3])
        clip = found_clip(x)
        if clip is None:
            raise InvalidInput("these are no sprites over black; use another method")
        return min((self._payload(x, clip, learned) for learned in (True, False)), key=len), state

    def decode(
        self, payload: bytes, shape: Shape, dtype: np.dtype[Any], state: Any
    ) -> tuple[Values, Any]:
        """Values of this shape and type, and the state after them; raises CorruptFile."""
        footprint.check(footprint.bitsback(shape), self._memlimit)
        stack, known = BitStack.from_bytes(payload), networks(self.checkpoint)
        tape, size = ReadingTape(stack), (shape[0], shape[1], shape[2])
        clip = code_clip(tape, None, known, size, FINE)
        frames = mend(tape, None, clip.drawn(known, size[1:]))
        if not stack.empty:
            raise CorruptFile("a stream holds more than its frames; the file is damaged")
        return frames.reshape(shape).astype(dtype), state

    def _payload(self, x: Pixels, clip: SpriteClip, learned: bool) -> bytes:  # noqa: FBT001
        """The payload of frames (n, H, W), the looks under the network or without it."""
        known, tape, stack = networks(self.checkpoint), WritingTape(), BitStack()
        size = (len(x), x.shape[1], x.shape[2])
        code_clip(tape, clip, known, size, FINE, learned=learned)
        mend(tape, x, clip.drawn(known, size[1:]))
        tape.push(stack)
        return stack.to_bytes()
