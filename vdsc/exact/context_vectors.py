"""p(x | z^) for channels with decimals: a logistic law around the synthesised frame.

Values are whole numbers of 10**-digits. Angles are told within half a turn of the synthesised one;
values between -180 and 180 degrees then need nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile
from vdsc.exact.context_tails import Tails
from vdsc.exact.context_tape import Noted, Popped, Tape
from vdsc.exact.fixed import REACH, UNIT, Floats
from vdsc.exact.synth import Synth
from vdsc.quant.normal import Ints

_PLACES = 8  # binary places of offsets and scales
_TURNS = 1 << 16  # more whole turns than any sound file has
LARGEST = 1 << 31
"""No value may be this large, in units of its last decimal."""


@dataclass(frozen=True, eq=False)
class Decimals:
    """Observation model of vector checkpoints, frames (T, C) int64 in units of 10**-digits.

    digits: 0 to 6. frames: the checkpoint's `frames` settings.
    """

    digits: int
    frames: Mapping[str, Any]

    @cached_property
    def turn(self) -> Ints:
        """A full turn of each channel (C,); 0 where it is no angle."""
        first = int(self.frames["first_angle"])
        channels = np.arange(len(self.frames["offset"]))
        return np.where(channels >= first, 360 * 10**self.digits, 0)

    def _units(self, name: str) -> Ints:
        unit = 10**self.digits << _PLACES
        return np.array([int(Fraction(v) * unit) for v in self.frames[name]], dtype=np.int64)

    @cached_property
    def offset(self) -> Ints:
        """(C,) with 8 binary places."""
        return self._units("offset")

    @cached_property
    def scale(self) -> Ints:
        """(C,) with 8 binary places, at least 1."""
        return np.maximum(self._units("scale"), 1)

    def units(self, x: NDArray[np.generic]) -> Floats:
        """Frames in network units: angles unwrapped, at the turn nearest to their offset."""
        smooth = x.astype(np.int64)
        turn = np.maximum(self.turn, 1)
        jumps = (np.diff(smooth, axis=0, prepend=smooth[:1]) + turn // 2) // turn
        smooth = smooth - np.where(self.turn > 0, turn * np.cumsum(jumps, axis=0), 0)
        middle = np.sort(smooth, axis=0)[len(x) // 2] - (self.offset >> _PLACES)
        smooth = smooth - np.where(self.turn > 0, (middle + turn // 2) // turn * turn, 0)
        top = ((smooth << _PLACES) - self.offset) * (UNIT >> 4) // self.scale * 16
        clipped: Floats = np.clip(top, -REACH, REACH).astype(np.float64)
        return clipped

    def push(self, stack: BitStack, x: NDArray[np.generic], path: Ints, synth: Synth) -> None:
        """Push frames (T, C); no value may reach 2**31."""
        tape = Noted()
        self._code(tape, x.astype(np.int64), self._expected(path, synth))
        tape.push(stack)

    def pop(self, stack: BitStack, path: Ints, synth: Synth) -> NDArray[np.generic]:
        """Pop frames (T, C) int64; raises CorruptFile for values that no encoder takes."""
        return self._code(Popped(stack), None, self._expected(path, synth))

    def _expected(self, path: Ints, synth: Synth) -> Ints:
        """The synthesised frames (T, C) in the values' own units."""
        return (synth.draw(path) * self.scale + (self.offset << 16)) >> (16 + _PLACES)

    def _code(self, tape: Tape, told: Ints | None, expected: Ints) -> Ints:
        turn, off, turns = np.maximum(self.turn, 1), None, None
        if told is not None:
            off = told - expected
            off = np.where(self.turn > 0, (off + turn // 2) % turn - turn // 2, off)
            turns = np.where(self.turn > 0, (told - self._wrapped(expected + off)) // turn, 0)
        tails = Tails.told(off, expected.shape[1], tape)
        found = self._wrapped(expected + tails.code(tape, off, len(expected)))
        if tape.uniform(None if turns is None else int(bool(turns.any())), 2):
            for at in np.ndindex(found.shape):
                said = None if turns is None else int(turns[at]) + _TURNS
                found[at] += (tape.uniform(said, 2 * _TURNS) - _TURNS) * self.turn[at[1]]
        if (np.abs(found) >= LARGEST).any():
            raise CorruptFile("a value is larger than any that can be told; the file is damaged")
        return found

    def _wrapped(self, values: Ints) -> Ints:
        """Angles brought to -180 (excluded) to 180 degrees."""
        turn = np.maximum(self.turn, 1)
        half = turn // 2
        around: Ints = half - (half - values) % turn
        return np.where(self.turn > 0, around, values)
