"""The upper half of a `.bvh` file: its text, and the skeleton that it describes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from vdsc.core.sequence import Clock
from vdsc.core.skeleton import Joint, Skeleton
from vdsc.core.words import printable
from vdsc.errors import InvalidInput

NUMBER = rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?"
MOST_BYTES = 1 << 20
"""Of a hierarchy's text."""

MOST_JOINTS = 4096
DEEPEST = 512
MOST_CHANNELS = 6
KINDS = {
    f"{axis}{kind}": axis.upper() if kind == "rotation" else axis
    for axis in "xyz"
    for kind in ("rotation", "position")
}
_LAST = 2**64


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The text before the frames, the skeleton, how many frames follow, and when they are."""

    text: bytes
    skeleton: Skeleton
    frames: int
    frame_time: str

    @property
    def clock(self) -> Clock:
        """One frame each frame time, exactly where a file can say so."""
        rate = 1 / Fraction(self.frame_time)
        if max(rate.numerator, rate.denominator) >= _LAST:
            rate = rate.limit_denominator(10**9)
        return Clock(rate or Fraction(1, 10**9))


def read_hierarchy(lines: Callable[[], bytes], name: str) -> Hierarchy:
    """The hierarchy of a file whose next line `lines` gives; raises InvalidInput, in one line."""
    reading = _Reading(lines, name)
    reading.expect("HIERARCHY")
    joints = reading.joints()
    if not sum(len(joint.channels) for joint in joints):
        raise reading.fault("has joints without channels; there is nothing to compress")
    frames = reading.number(rb"Frames:\s*([0-9]{1,15})", "Frames: N")
    frame_time = reading.number(rb"Frame Time:\s*(" + NUMBER + rb")", "Frame Time: SECONDS")
    if Fraction(frame_time) <= 0:
        raise reading.fault("has a frame time that is not above zero; correct it")
    return Hierarchy(bytes(reading.text), Skeleton(tuple(joints)), int(frames), frame_time)


class _Reading:
    """Lines that are read one after the other, and what is wrong with them in words."""

    def __init__(self, lines: Callable[[], bytes], name: str) -> None:
        self.text = bytearray()
        self._lines, self._name, self._number = lines, name, 0

    def fault(self, words: str) -> InvalidInput:
        """An error that names the file and the line."""
        return InvalidInput(f"{self._name}, line {self._number}, {words}")

    def line(self) -> bytes:
        """The next line that is not blank, without the blanks around it."""
        while True:
            line = self._lines()
            self._number += 1
            self.text += line
            if len(self.text) > MOST_BYTES:
                raise self.fault(f"has a hierarchy above {MOST_BYTES} bytes; is it a BVH file?")
            if not line:
                raise self.fault("ends before its frames; was it written to the end?")
            if stripped := line.strip():
                return stripped

    def expect(self, word: str) -> None:
        """Take a line that is this word."""
        line = self.line()
        if line != word.encode():
            raise self.fault(f"is {_shown(line)} where {word} belongs")

    def number(self, pattern: bytes, wanted: str) -> str:
        """What a line of this pattern says."""
        line = self.line()
        match = re.fullmatch(pattern, line)
        if match is None:
            raise self.fault(f"is {_shown(line)} where '{wanted}' belongs")
        return match[1].decode()

    def joints(self) -> list[Joint]:
        """All joints, up to the line MOTION."""
        made: list[Joint] = []
        open_joints: list[int] = []
        while (line := self.line()) != b"MOTION" or open_joints:
            word, name = (*line.split(None, 1), b"")[:2]
            if line == b"}" and open_joints:
                open_joints.pop()
            elif re.fullmatch(rb"End\s+Site", line) and open_joints:
                self.end_site()
            elif word == (b"JOINT" if open_joints else b"ROOT") and name:
                if len(made) == MOST_JOINTS or len(open_joints) == DEEPEST:
                    raise self.fault(f"is beyond {MOST_JOINTS} joints, {DEEPEST} deep")
                parent = open_joints[-1] if open_joints else -1
                open_joints.append(len(made))
                made.append(self.joint(name, parent))
            else:
                raise self.fault(f"is {_shown(line)} where a joint or its end belongs")
        return made

    def joint(self, name: bytes, parent: int) -> Joint:
        """A joint up to its channels."""
        offset = self.offset()
        word, *rest = self.line().split()
        count = int(rest[0]) if rest and re.fullmatch(rb"[0-9]{1,9}", rest[0]) else -1
        kinds = [one.decode("ascii", "replace").lower() for one in rest[1:]]
        right = word == b"CHANNELS" and count == len(kinds) <= MOST_CHANNELS
        if not right or not set(kinds) <= set(KINDS) or len(set(kinds)) < len(kinds):
            words = f"does not name up to {MOST_CHANNELS} channels, each once, such as Xrotation"
            raise self.fault(words)
        said = name.decode("utf-8", "replace")
        return Joint(said, parent, offset, "".join(KINDS[kind] for kind in kinds))

    def end_site(self) -> None:
        """The offset where a limb ends, which turns nothing."""
        self.offset()
        self.expect("}")

    def offset(self) -> tuple[float, float, float]:
        """The three numbers behind OFFSET, and the brace before it."""
        self.expect("{")
        word, *rest = self.line().split()
        if word != b"OFFSET" or len(rest) != 3 or not all(re.fullmatch(NUMBER, r) for r in rest):
            raise self.fault("does not say OFFSET and three numbers")
        x, y, z = map(float, rest)
        if max(abs(x), abs(y), abs(z)) > 1e9:
            raise self.fault("has an offset above 1e9; scale the skeleton")
        return x, y, z


def _shown(line: bytes) -> str:
    return f"'{printable(line[:40].decode('utf-8', 'replace'))}'"
