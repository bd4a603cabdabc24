"""The body of one chunk of sprites: how many levels of grey, then the clip, on one stack."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.scene.clip_code import code_clip
from vdsc.codecs.scene.look_canvas import LADDER
from vdsc.codecs.scene.look_network import LookNetworks
from vdsc.codecs.scene.sprite_clip import SpriteClip
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.errors import CorruptFile

Size = tuple[int, int, int]
_RUNGS = np.full((1, len(LADDER)), (1 << 16) // len(LADDER))


def to_body(clip: SpriteClip, networks: LookNetworks, size: Size) -> bytes:
    """The body of a clip on frames of `size`, (T, H, W)."""
    tape, stack = WritingTape(), BitStack()
    tape.rows(np.array([LADDER.index(clip.levels)]), _RUNGS)
    code_clip(tape, clip, networks, size, clip.levels)
    tape.push(stack)
    return stack.to_bytes()


def of_body(body: bytes, networks: LookNetworks, size: Size) -> SpriteClip:
    """The clip of a body; raises CorruptFile for what no encoder makes."""
    stack = BitStack.from_bytes(body)
    tape = ReadingTape(stack)
    levels = LADDER[int(tape.rows(None, _RUNGS)[0])]
    clip = code_clip(tape, None, networks, size, levels)
    if not stack.empty:
        raise CorruptFile("a stream holds more than its sprites; the file is damaged")
    return clip
