"""A skeleton: joints that hang on one another, and what the channels of a frame turn and move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.core.types import Floats
from vdsc.errors import InvalidInput

AXES = "XYZ"


@dataclass(frozen=True, slots=True)
class Joint:
    """A joint: the number of the one it hangs on (-1 for a root), and where it rests on it (3,).

    channels: what its numbers in a frame are, in order: "X", "Y", "Z" turn it by degrees about an
    axis, "x", "y", "z" put it at a place on that axis instead of where it rests.
    """

    name: str
    parent: int
    offset: tuple[float, float, float]
    channels: str


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Joints, each behind the one it hangs on; a frame has their channels in this order."""

    joints: tuple[Joint, ...]

    def __post_init__(self) -> None:
        for number, joint in enumerate(self.joints):
            if not -1 <= joint.parent < number:
                raise InvalidInput(f"joint {number} hangs on joint {joint.parent}, behind it")

    @property
    def channels(self) -> int:
        """How many numbers a frame has."""
        return sum(len(joint.channels) for joint in self.joints)

    @property
    def parents(self) -> list[int]:
        """The joint that each hangs on."""
        return [joint.parent for joint in self.joints]

    @property
    def first(self) -> tuple[int, ...]:
        """The first channel of each joint."""
        ends = np.cumsum([0, *(len(joint.channels) for joint in self.joints)])
        return tuple(ends[:-1].tolist())

    def place(self, frames: Floats) -> tuple[Floats, Floats]:
        """Where joints are (n, J, 3) and how they are turned (n, J, 3, 3) in frames (n, C).

        The columns of a turn are the joint's own axes. The first channel of a joint turns last.
        """
        places, turns, _ = self.placed_axes(frames)
        return places, turns

    def placed_axes(self, frames: Floats) -> tuple[Floats, Floats, Floats]:
        """The same, and about which axis (n, C, 3) each channel turns, or along which it moves."""
        count, joints = len(frames), len(self.joints)
        places, turns = np.empty((count, joints, 3)), np.empty((count, joints, 3, 3))
        axes = np.empty((count, self.channels, 3))
        for number, (joint, first) in enumerate(zip(self.joints, self.first, strict=True)):
            rest = np.tile(np.array(joint.offset, dtype=np.float64), (count, 1))
            at, turn = np.zeros((count, 3)), np.broadcast_to(np.eye(3), (count, 3, 3))
            if joint.parent >= 0:
                at, turn = places[:, joint.parent], turns[:, joint.parent]
            base = turn
            for channel, what in enumerate(joint.channels, first):
                axis = AXES.index(what.upper())
                if what in AXES:
                    axes[:, channel] = turn[:, :, axis]
                    turn = turn @ turned(axis, frames[:, channel])
                else:
                    axes[:, channel] = base[:, :, axis]
                    rest[:, axis] = frames[:, channel]
            places[:, number] = at + np.einsum("nij,nj->ni", base, rest)
            turns[:, number] = turn
        return places, turns, axes


def turned(axis: int, degrees: Floats) -> Floats:
    """Turns (n, 3, 3) about an axis by degrees (n,)."""
    radians = np.deg2rad(degrees)
    cosine, sine = np.cos(radians), np.sin(radians)
    one, other = (axis + 1) % 3, (axis + 2) % 3
    made = np.zeros((len(degrees), 3, 3))
    made[:, axis, axis] = 1
    made[:, one, one] = made[:, other, other] = cosine
    made[:, one, other], made[:, other, one] = -sine, sine
    return made
