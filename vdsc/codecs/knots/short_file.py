"""A file of one window in a single record, beside its checkpoint: see docs/format/knots.md.

quality | 5 bytes of the hash | frames | [fields] | [pose] | stream

What the checkpoint says is left out, and what is found when knot times are popped: their number and
their bytes. `fold` and `unfold` turn header and chunk into such a body and back, so that nothing
else need know of it.
"""

from __future__ import annotations

from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots import checkpoints, short_pose
from vdsc.codecs.knots.codec import MODEL
from vdsc.codecs.knots.coding import gap_code
from vdsc.codecs.knots.params import KnotParams, model_of
from vdsc.codecs.knots.short_header import DIGEST_START, Start, pack_start, unpack_start
from vdsc.container import Header
from vdsc.container.record_fields import Fields
from vdsc.core import memory
from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile, InvalidInput, VdscError
from vdsc.model import store
from vdsc.model.store import Checkpoint


def fold(header: Header, chunk: bytes) -> bytes | None:
    """The body that stands for a header and its only chunk.

    None where it would stand for another one, or where no reader here would find its checkpoint.
    """
    try:
        checkpoint = _checkpoint(model_of(header).digest[:DIGEST_START])
        folded = _packed(header, chunk, checkpoint)
        same = unfold(folded) == (header, chunk)
    except VdscError:
        return None
    return folded if same else None


def unfold(folded: bytes, memlimit: int = memory.DEFAULT) -> tuple[Header, bytes]:
    """The header and the chunk that a body stands for.

    Raises ModelMissing where its checkpoint is not installed, CorruptFile for what no encoder
    makes, UnsupportedVersion, and LimitExceeded for a checkpoint beyond `memlimit` bytes.
    """
    start = Start.of(folded)
    checkpoint = _checkpoint(start.model)
    memory.check(MODEL, memlimit, "the model of this file")
    try:
        header, chunk = _unpacked(folded, start, checkpoint)
        canonical = _packed(header, chunk, checkpoint) == folded
    except InvalidInput as error:
        raise CorruptFile(f"the header cannot be right: {error}") from error
    if not canonical:
        raise CorruptFile("the header is not in its canonical form")
    return header, chunk


def _checkpoint(start: bytes) -> Checkpoint:
    """The checkpoint of paths whose hash begins so; raises ModelMissing or CorruptFile."""
    found = store.by_start(start)
    if found.kind != store.PATHS:
        raise CorruptFile(f"a file of knots cannot be of model {found.name}; it is damaged")
    return found


def _packed(header: Header, chunk: bytes, checkpoint: Checkpoint) -> bytes:
    """Header and chunk as one body; raises InvalidInput where it cannot say them."""
    _, _, at = layout.split(chunk)
    placed, end = b"", at
    if not checkpoints.pixels(checkpoint):
        placed, end = short_pose.pack(header, chunk, at)
    elif "u" in header.params:
        raise InvalidInput("pixels have no pose")
    return pack_start(header, checkpoint) + placed + chunk[end:]


def _unpacked(folded: bytes, start: Start, checkpoint: Checkpoint) -> tuple[Header, bytes]:
    fields = Fields(folded, start.end)
    header = unpack_start(fields, start, checkpoint)
    placed = b""
    if not checkpoints.pixels(checkpoint):
        header, placed = short_pose.unpack(header, fields)
    stream = fields.take(fields.left)
    knots, spent = _times(KnotParams.from_header(header), header, checkpoint, stream)
    return header, layout.join(knots, spent, stream, placed)


def _times(
    params: KnotParams, header: Header, checkpoint: Checkpoint, stream: bytes
) -> tuple[int, int]:
    """How many knots a stream holds, and how many bytes their times take."""
    span = header.outline.frames - 1
    code = gap_code(checkpoints.tables(checkpoint), params)
    head = layout.HEAD if params.drawn else 0
    stack = BitStack.from_bytes(stream[head:])
    before = stack.bits
    if params.drawn:
        from vdsc.codecs.knots.drawn_times import DrawnTimes

        knots = DrawnTimes(code.row, params.seed).pop(stack, stream[:head], span, 0)
    else:
        knots = code.pop(stack, span)
    return len(knots), head + max(0, round((before - stack.bits) / 8))
