"""What people say of channels: `channels.json` in the folder or beside it.

A list of names or kinds, one a channel, or an object with the list as `channels` and perhaps `fps`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.model.channel_layout import DEGREES, KINDS, LENGTH, PLAIN, QUATERNION, RADIANS, UNIT

ANGLE = "angle"
"""Of a name that says that a channel turns, but not in which unit."""

WORDS = (
    (UNIT, r"unit quat"),
    (QUATERNION, r"quat|(^|[._ ])q[._ ]?[wxyz0-3]$"),
    (DEGREES, r"degree|(^|[._ ])deg$"),
    (RADIANS, r"radian|(^|[._ ])rad$"),
    (ANGLE, r"rotation|angle|euler|(^|[._ ])(rot|yaw|pitch|roll)([._ ]|$)"),
    (LENGTH, r"position|translation|length|(^|[._ ])(pos|root[._ ]?[xyz])([._ ]|$)"),
)
"""Kinds, and what names of such channels hold; the first that does decides."""

FILE = "channels.json"


@dataclass(frozen=True, slots=True)
class Said:
    """Names of the channels, () where nothing is said, and frames a second, None likewise."""

    names: tuple[str, ...] = ()
    fps: float | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind that each name says: one of KINDS, ANGLE, or "" where it says none."""
        return tuple(_kind(name) for name in self.names)


def read_names(folder: Path, channels: int) -> Said:
    """What `channels.json` says; raises InvalidInput for one that is not of so many channels."""
    path = next((p for p in (folder / FILE, folder.parent / FILE) if p.is_file()), None)
    if path is None:
        return Said()
    try:
        found: Any = json.loads(path.read_text())
    except (OSError, RecursionError, ValueError):
        raise InvalidInput(f"{path} is no JSON; write a list of names, or remove it") from None
    listed, fps = (
        (found.get("channels"), found.get("fps")) if isinstance(found, dict) else (found, None)
    )
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise InvalidInput(f"{path} holds no list of names, one a channel; see docs/guide.md")
    if fps is not None and not (type(fps) in {int, float} and 0 < fps < 1e6):
        raise InvalidInput(f"{path}: fps {printable(str(fps))} is no number of frames a second")
    if len(listed) != channels and path.parent == folder:
        words = f"{path} names {len(listed)} channels and the files have {channels}"
        raise InvalidInput(f"{words}; name each, or remove it")
    return Said(tuple(listed) if len(listed) == channels else (), fps)


def _kind(name: str) -> str:
    low = name.lower()
    if low in KINDS or low == PLAIN:
        return low
    return next((kind for kind, words in WORDS if re.search(words, low)), "")
