"""`vdsc.show`: a file, or what is in memory, as a page that plays it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

from vdsc.core import memory
from vdsc.core.plain_numbers import as_rate
from vdsc.core.sequence import Clock
from vdsc.viewer.clip import Clip, clip_of_data, clip_of_values, open_clip
from vdsc.viewer.page import ROOM, Page, page_of
from vdsc.viewer.shown_scene import scene_of


def show(
    clip: object,
    original: object | None = None,
    *,
    fps: float | Fraction | str | None = None,
    drawn: str = "",
    room: int = ROOM,
    memlimit: int = memory.DEFAULT,
) -> Page:
    """A page that plays a clip beside its original; notebooks show it, `.save(path)` writes it.

    clip and original: the bytes of a .vds file, a path, or an array (T, ...). fps: frames a second
    of what has no times; the original takes those of the clip. drawn: "pictures",
    "figure", "points" or "curves", "" for what fits. room: characters that frames may take on the
    page; where they need more, fewer are shown, and `Page.said` tells. Raises VdscError.
    """
    clock = None if fps is None else Clock(as_rate(fps))
    with ExitStack() as stack:
        found = _clip(clip, stack, memlimit, clock)
        other = None if original is None else _clip(original, stack, memlimit)
        return page_of(scene_of(found, other, drawn), room=room)


def _clip(given: Any, stack: ExitStack, memlimit: int, clock: Clock | None = None) -> Clip:
    """The clip of bytes, a path or an array."""
    if isinstance(given, bytes | bytearray | memoryview):
        return clip_of_data(bytes(given), "clip", memlimit=memlimit)
    if isinstance(given, str | Path):
        return stack.enter_context(open_clip(os.fspath(given), memlimit=memlimit, clock=clock))
    return clip_of_values(given, clock)
