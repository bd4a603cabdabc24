"""A file of one record: header and only chunk <-> the body of SOLE; what USUAL asks of a codec.

length | the body of a brief header, of so many bytes | the body of the chunk
"""

from __future__ import annotations

from collections.abc import Callable

from vdsc.container import brief, varint
from vdsc.container.header import Header
from vdsc.container.limits import HEAD_BYTES
from vdsc.container.record_fields import Fields
from vdsc.core.sequence import Times
from vdsc.errors import CorruptFile, ModelMissing

Fold = Callable[[Header, bytes], bytes | None]
"""The body of USUAL that stands for a header and its only chunk, None where there is none."""

Unfold = Callable[[bytes, int], tuple[Header, bytes]]
"""Header and chunk from the body of USUAL, under a memory limit; raises VdscError."""


def may_be_alone(header: Header) -> bool:
    """Whether a file with this header, and no metadata, may be one record."""
    return header.chunks == 1 and header.outline.clock.rate is not None


def pack(header: Header, chunk: bytes) -> bytes | None:
    """The body of SOLE; None where the header cannot be brief, or the body is too large."""
    head = brief.pack(header)
    if head is None:
        return None
    body = varint.put(len(head)) + head + chunk
    return body if len(body) <= HEAD_BYTES else None


def split(body: bytes) -> tuple[bytes, bytes]:
    """The brief header in a body, and the chunk behind it; raises CorruptFile."""
    fields = Fields(body)
    head = fields.take(fields.number())
    return head, fields.take(fields.left)


def unpack(head: bytes) -> Header:
    """The header that `split` found; raises CorruptFile or UnsupportedVersion."""
    header = brief.unpack(head, _no_times)
    if not may_be_alone(header):
        raise CorruptFile("a file of one record says that it has several chunks; it is damaged")
    return header


def _no_times(frames: int) -> Times:
    raise CorruptFile(f"a file of one record lacks the times of {frames} frames; it is damaged")


def unfold_nothing(_: bytes, __: int) -> tuple[Header, bytes]:
    """For whoever knows no checkpoints; raises ModelMissing."""
    raise ModelMissing("the file says only what its checkpoint does not; open it with vdsc.open")
