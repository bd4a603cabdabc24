"""A file of one chunk beside a checkpoint of sprites or solids: see docs/format/sprites.md.

0 | 5 bytes of the hash | length | the body of a brief header without its model | the chunk
"""

from __future__ import annotations

from dataclasses import replace

from vdsc.container import Header, ModelRef, sole
from vdsc.container.record_fields import Fields
from vdsc.core import memory
from vdsc.errors import CorruptFile, VdscError
from vdsc.model import store

MARK = b"\0"
"""What such a body begins with; those of `knots` begin with a quality."""

DIGEST_START = 5
"""Bytes of the hash in the file."""

KINDS = {"lossless": store.SPRITES, "sprites": store.SPRITES, "solids": store.SOLIDS}
"""The kind of checkpoint beside which files of a codec are so short."""


def fold(header: Header, chunk: bytes) -> bytes | None:
    """The body that stands for a header and its only chunk; None where there is none."""
    if header.model is None or not sole.may_be_alone(header):
        return None
    try:
        start = header.model.digest[:DIGEST_START]
        found = store.by_start(start)
    except VdscError:
        return None
    packed = sole.pack(replace(header, model=None), chunk)
    known = ModelRef(found.name, found.digest) == header.model
    known = known and found.kind == KINDS[header.codec]
    return MARK + start + packed if packed is not None and known else None


def unfold(folded: bytes, memlimit: int = memory.DEFAULT) -> tuple[Header, bytes]:
    """The header and the chunk that a body stands for; raises CorruptFile or ModelMissing."""
    fields = Fields(folded, len(MARK))
    found = store.by_start(fields.take(DIGEST_START))
    head, chunk = sole.split(fields.take(fields.left))
    bare = sole.unpack(head)
    if KINDS.get(bare.codec) != found.kind:
        words = f"a short file of {bare.codec} cannot be of model {found.name}"
        raise CorruptFile(f"{words}; it is damaged")
    if bare.model is not None:
        raise CorruptFile("a short file names its model twice; it is damaged")
    return replace(bare, model=ModelRef(found.name, found.digest)), chunk
