"""Skeletons that are drawn: that of a `.bvh` file with the ends of its limbs, and that of `cmu`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from vdsc.core.skeleton import AXES, Joint, Skeleton
from vdsc.core.types import Floats, Values

MOST = 4096
"""Joints of a hierarchy that are drawn."""


def placed(skeleton: Skeleton, frames: Values) -> Floats:
    """Where the joints are (n, J, 3) in frames (n, C)."""
    return skeleton.place(frames.astype(np.float64))[0]


def skeleton_of_bvh(header: object) -> Skeleton | None:
    """The skeleton that the hierarchy of a `.bvh` file describes; None where it cannot be read."""
    if not isinstance(header, bytes | str):
        return None
    text = header.decode("utf-8", "replace") if isinstance(header, bytes) else header
    try:
        return Skeleton(tuple(_joints(iter(text.split()))))
    except (ValueError, StopIteration, IndexError, RuntimeError):
        return None


def _joints(words: Iterator[str]) -> list[Joint]:
    """The joints in the words of a hierarchy; ends of limbs are joints without channels."""
    joints: list[Joint] = []
    chain: list[int] = [-1]
    for word in words:
        if word == "MOTION":
            break
        if word == "{":
            chain.append(len(joints))
            joints.append(Joint("", chain[-2], (0.0, 0.0, 0.0), ""))
        elif word == "}":
            chain.pop()
        elif word == "OFFSET":
            x, y, z = (float(next(words)) for _ in range(3))
            joints[chain[-1]] = replace(joints[chain[-1]], offset=(x, y, z))
        elif word == "CHANNELS":
            kinds = _channels([next(words) for _ in range(int(next(words)))])
            joints[chain[-1]] = replace(joints[chain[-1]], channels=kinds)
        if len(joints) > MOST:
            raise ValueError("more joints than are drawn")
    return joints


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

CMU = Skeleton(
    tuple(
        Joint("", parent, (x, y, z), "ZYX" if i else "xyzZYX")
        for i, (parent, x, y, z) in enumerate(OFFSETS)
    )
)
"""The layout `cmu`, (T, 96): hip position, then Z, Y, X degrees of each joint."""
