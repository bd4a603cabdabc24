"""The pixels of one sprite, row after row: contexts of what is above and to the left, mixed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.scene.adaptive import bit
from vdsc.codecs.scene.mix import Mixer
from vdsc.entropy.tape import Tape
from vdsc.errors import CorruptFile

BRIGHT = 250
"""From here on a pixel counts as white; what is above it is coded on its own."""

_INPUTS = 6
Context = tuple[int, ...]


class Texture:
    """Adaptive model of sprites (h, w) uint8; what one has taught serves the next."""

    def __init__(self) -> None:
        self._mixer = Mixer(_INPUTS)

    def code(
        self, tape: Tape, given: NDArray[np.uint8] | None, size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        """Encode or decode a sprite of the given size."""
        made = np.zeros((size[0] + 2, size[1] + 4), dtype=np.int64)
        for row in range(size[0]):
            for column in range(size[1]):
                near = [int(made[row + 2 + i, column + 2 + j]) for i, j in _NEAR]
                value = None if given is None else int(given[row, column])
                made[row + 2, column + 2] = self._pixel(tape, value, near)
        return made[2:, 2:-2].astype(np.uint8)

    def _pixel(self, tape: Tape, value: int | None, near: list[int]) -> int:
        """Black, white or between; then which white, or the grey level's bits, highest first.

        Raises:
            CorruptFile: the pixel is whiter than white.
        """
        said = None if value is None else (int(value > 0), int(value >= BRIGHT))
        if not self._bit(tape, said and said[0], near, 0, 0):
            return 0
        if self._bit(tape, said and said[1], near, 1, 1):
            above = self._tree(tape, None if value is None else value - BRIGHT, 3, near, 2)
            if above > 255 - BRIGHT:
                raise CorruptFile("a pixel is whiter than white; the file is damaged")
            return BRIGHT + above
        return self._tree(tape, value, 8, near, 5)

    def _tree(self, tape: Tape, value: int | None, bits: int, near: list[int], gate: int) -> int:
        node = 1
        for place in range(bits - 1, -1, -1):
            said = None if value is None else value >> place & 1
            node = 2 * node + self._bit(
                tape, said, near, (gate << 8) + node, gate + bits - 1 - place
            )
        return node - (1 << bits)

    def _bit(self, tape: Tape, value: int | None, near: list[int], node: int, gate: int) -> int:
        found = bit(tape, value, self._mixer.predict(contexts(near, node), gate))
        self._mixer.learn(found)
        return found


_NEAR = ((0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0))


def contexts(near: list[int], node: int) -> list[Context]:
    """Numbers that name the contexts of a bit: left, above, beside these, and two away."""
    left, up, *_ = near
    west, north, corner, east, far, high = (level(value) for value in near)
    plane = min(max(left + up - near[2], 0), 255)
    middle = sorted((left, up, plane))[1]
    return [
        (1, node, west, north),
        (2, node, west, north, corner, east),
        (3, node, far, west, north, high),
        (4, node, middle >> 4),
        (5, node, left + up >> 5, east),
        (6, node),
    ]


def level(value: int) -> int:
    """Black, dark, grey, light or white."""
    return (value > 0) + (value >= 64) + (value >= 160) + (value >= BRIGHT)
