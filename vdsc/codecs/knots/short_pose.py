"""The pose of a short file: ramps and pose in one, and nothing for no turns.

0, or 2 ramps + 1, one more if turns change | start | rise | [changes of turns]
"""

from __future__ import annotations

from dataclasses import replace
from math import prod

from vdsc.codecs import turn_events
from vdsc.codecs.knots import pose
from vdsc.container import Header, varint
from vdsc.container.record_fields import Fields

NONE = varint.put(0)
"""The bytes of no pose."""


def pack(header: Header, chunk: bytes, at: int) -> tuple[bytes, int]:
    """The pose at a place of a chunk, with the header's ramps; where it ends. CorruptFile."""
    ramps = header.params.get("u")
    if ramps is None:
        return NONE, at
    found, end = _read(header, chunk, at)
    turns = turn_events.pack(found.turns)
    anchors, turned = chunk[at : end - len(turns)], len(found.turns) > 0
    return varint.put(2 * ramps + 1 + turned) + anchors + (turns if turned else b""), end


def unpack(header: Header, fields: Fields) -> tuple[Header, bytes]:
    """The header with its ramps, and the pose as a chunk has it; raises CorruptFile."""
    both = fields.number()
    if not both:
        return header, b""
    ramps, turned = divmod(both - 1, 2)
    header = replace(header, params={**header.params, "u": ramps})
    anchors = [fields.number(varint.get_signed) for _ in range(2 * ramps.bit_count())]
    begun = b"".join(map(varint.put_signed, anchors))
    if not turned:
        return header, begun + turn_events.NONE
    whole = begun + fields.rest
    end = _read(header, whole, 0)[1]
    fields.take(end - len(begun))
    return header, whole[:end]


def _read(header: Header, chunk: bytes, at: int) -> tuple[pose.Pose, int]:
    return pose.unpack(
        chunk,
        at,
        ramps=header.params["u"].bit_count(),
        channels=prod(header.outline.shape[1:]),
        frames=header.outline.frames,
        past=None,
    )
