"""What is whole of a file that was cut off or damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from vdsc.api import clocks
from vdsc.api.decoding import Decoding, Streamed
from vdsc.container.clip_record import Clip
from vdsc.container.collection_walk import CollectionWalk
from vdsc.container.collection_writer import CollectionWriter
from vdsc.core.types import Values
from vdsc.errors import CorruptFile, VdscError

NOTHING = "nothing of it is whole; restore it from elsewhere"


def salvage_clips(stream: BinaryIO, out: BinaryIO, *, memlimit: int) -> tuple[int, str]:
    """Write the whole clips of a collection; how many they are, and what ended them.

    The clips of a sequence in parts are a shorter one. Raises CorruptFile if none is whole.
    """
    walk = CollectionWalk(stream, memlimit=memlimit)
    clips, why = _whole(walk)
    head = walk.head
    if head.joined:
        frames = sum(clip.header.outline.frames - head.sharing for clip in clips) + head.sharing
        outline = clocks.cut(head.header.outline, 0, frames)
        head = replace(head, header=replace(head.header, outline=outline))
    writer = CollectionWriter.begin(out, head, walk.meta)
    if walk.names:
        writer.names(walk.names[: len(clips)])
    for clip in clips:
        writer.clip(clip)
    writer.close()
    return len(clips), why


def _whole(walk: CollectionWalk) -> tuple[list[Clip], str]:
    """The clips before the first fault, and what that is; raises CorruptFile if there are none."""
    clips: list[Clip] = []
    why = "nothing is wrong with it"
    try:
        for clip in walk:
            clips.append(clip)  # noqa: PERF402 -- those before a fault are kept
    except VdscError as fault:
        why = str(fault)
    if not clips:
        raise CorruptFile(NOTHING)
    return clips, why


def salvage_frames(stream: BinaryIO, *, memlimit: int) -> tuple[Decoding, list[str]]:
    """The frames of the whole chunks of a file, and, once they have come, what ended them.

    They are counted first, so the file is decoded twice. Raises CorruptFile if none is whole.
    """
    faults: list[str] = []
    count = sum(len(frames) for frames in _frames(stream, memlimit, faults))
    if not count:
        raise CorruptFile(NOTHING)
    stream.seek(0)
    held = Streamed(stream, memlimit)
    return Decoding(clocks.cut(held.outline, 0, count), held.frames(0, count), held.meta), faults


def _frames(stream: BinaryIO, memlimit: int, faults: list[str]) -> Iterator[Values]:
    """Frames in batches up to the first fault, which is noted."""
    held = Streamed(stream, memlimit)
    try:
        yield from held.frames(0, held.outline.frames)
    except VdscError as fault:
        faults.append(str(fault))
