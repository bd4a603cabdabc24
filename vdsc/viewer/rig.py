"""Skeletons that are drawn: joints that hang on one another, and where a frame puts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.core.types import Floats, Values

AXES = "XYZ"
MOST = 4096
"""Joints of a hierarchy that are drawn."""


@dataclass(frozen=True, slots=True)
class Bone:
    """A joint: the number of the one it hangs on (-1: none), where it rests there, its channels.

    channels: "X", "Y", "Z" turn it by degrees about an axis, "x", "y", "z" put it at a place on it.
    """

    parent: int
    offset: tuple[float, float, float]
    channels: str


@dataclass(frozen=True, slots=True)
class Rig:
    """Joints, each behind the one it hangs on; a frame has their channels in this order."""

    bones: tuple[Bone, ...]

    @property
    def channels(self) -> int:
        """How many numbers a frame has."""
        return sum(len(bone.channels) for bone in self.bones)

    @property
    def parents(self) -> list[int]:
        """The joint that each hangs on."""
        return [bone.parent for bone in self.bones]

    def place(self, frames: Values) -> Floats:
        """Where the joints are (n, J, 3) in frames (n, C); the first turn of a joint acts last."""
        count, first = len(frames), 0
        places = np.zeros((count, len(self.bones), 3))
        turns: list[Any] = []
        for number, bone in enumerate(self.bones):
            rest = np.tile(np.array(bone.offset), (count, 1))
            turn = np.eye(3) if bone.parent < 0 else turns[bone.parent]
            base = np.broadcast_to(turn, (count, 3, 3))
            for what in bone.channels:
                values = frames[:, first].astype(np.float64)
                axis, first = AXES.index(what.upper()), first + 1
                if what in AXES:
                    turn = turn @ _turned(axis, values)
                else:
                    rest[:, axis] = values
            places[:, number] = np.einsum("nij,nj->ni", base, rest)
            if bone.parent >= 0:
                places[:, number] += places[:, bone.parent]
            turns.append(turn)
        return places


def _turned(axis: int, degrees: Floats) -> Floats:
    """Turns (n, 3, 3) about an axis by degrees (n,)."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    one, other = (axis + 1) % 3, (axis + 2) % 3
    made = np.zeros((len(degrees), 3, 3))
    made[:, axis, axis] = 1
    made[:, one, one] = made[:, other, other] = cosine
    made[:, one, other], made[:, other, one] = -sine, sine
    return made


def rig_of_bvh(header: object) -> Rig | None:
    """The rig that the hierarchy of a `.bvh` file describes; None where it cannot be read."""
    if not isinstance(header, bytes | str):
        return None
    text = header.decode("utf-8", "replace") if isinstance(header, bytes) else header
    try:
        return Rig(tuple(_bones(iter(text.split()))))
    except (ValueError, StopIteration, IndexError, RuntimeError):
        return None


def _bones(words: Iterator[str]) -> list[Bone]:
    """The joints in the words of a hierarchy; ends of limbs are joints without channels."""
    bones: list[Bone] = []
    chain: list[int] = [-1]
    for word in words:
        if word == "MOTION":
            break
        if word == "{":
            chain.append(len(bones))
            bones.append(Bone(chain[-2], (0.0, 0.0, 0.0), ""))
        elif word == "}":
            chain.pop()
        elif word == "OFFSET":
            x, y, z = (float(next(words)) for _ in range(3))
            bones[chain[-1]] = Bone(bones[chain[-1]].parent, (x, y, z), "")
        elif word == "CHANNELS":
            kinds = _channels([next(words) for _ in range(int(next(words)))])
            bones[chain[-1]] = Bone(bones[chain[-1]].parent, bones[chain[-1]].offset, kinds)
        if len(bones) > MOST:
            raise ValueError("more joints than are drawn")
    return bones


def _channels(names: Sequence[str]) -> str:
    """Xrotation as X, Xposition as x."""
    made = ""
    for name in names:
        axis, kind = name[0].upper(), name[1:].lower()
        if axis not in AXES or kind not in {"rotation", "position"}:
            raise ValueError(name)
        made += axis if kind == "rotation" else axis.lower()
    return made


OFFSETS = (
    (-1, 0.0, 0.0, 0.0),  # hips
    (0, 0.0, 0.0, 0.0), (1, 1.36, -1.79, 0.84), (2, 2.45, -6.73, 0.0),  # left leg
    (3, 2.56, -7.04, 0.0), (4, 0.16, -0.43, 2.32),
    (0, 0.0, 0.0, 0.0), (6, -1.31, -1.79, 0.84), (7, -2.54, -6.99, 0.0),  # right leg
    (8, -2.57, -7.06, 0.0), (9, -0.16, -0.45, 2.36),
    (0, 0.0, 0.0, 0.0), (11, 0.03, 2.04, -0.19), (12, 0.06, 2.05, -0.04),  # back
    (13, 0.0, 0.0, 0.0), (14, -0.05, 1.75, 0.17), (15, 0.10, 1.76, -0.12),  # neck and head
    (13, 0.0, 0.0, 0.0), (17, 3.36, 1.20, -0.31), (18, 4.98, 0.0, 0.0),  # left arm
    (19, 3.48, 0.0, 0.0), (20, 0.0, 0.0, 0.0), (21, 0.72, 0.0, 0.0), (20, 0.0, 0.0, 0.0),
    (13, 0.0, 0.0, 0.0), (24, -3.14, 1.37, -0.40), (25, -5.24, 0.0, 0.0),  # right arm
    (26, -3.44, 0.0, 0.0), (27, 0.0, 0.0, 0.0), (28, -0.62, 0.0, 0.0), (27, 0.0, 0.0, 0.0),
)  # fmt: skip
"""Parent and offset of each of the 31 joints of the layout `cmu`, in its unit of 5.644 cm."""

CMU = Rig(
    tuple(
        Bone(parent, (x, y, z), "ZYX" if i else "xyzZYX")
        for i, (parent, x, y, z) in enumerate(OFFSETS)
    )
)
"""The layout `cmu`, (T, 96): hip position, then Z, Y, X degrees of each joint."""
