"""The header of a file of one window as what its checkpoint does not say, and back.

quality | 5 bytes of the hash | frames | [flags | rate | start | type | parameters]
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from vdsc.codecs.knots import checkpoints
from vdsc.codecs.knots.params import ID
from vdsc.container import Header, ModelRef, varint
from vdsc.container.brief import pack_params, ratio, type_of
from vdsc.container.header import DTYPES, check_shape
from vdsc.container.record_fields import Fields
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.model.store import Checkpoint

DIGEST_START = 5
"""Bytes of the hash in the file: what is left of 24 for everything that is not knots."""

MORE = 128
"""Set in the first byte if there are fields; below it is the quality."""

RATED, STARTED, TYPED, SHAPED, PARAMETER = (1 << bit for bit in range(5))
"""What the flags say is there, or, of the shape, is the other one; above, how many parameters."""

MOST_PARAMETERS = 15


@dataclass(frozen=True, slots=True)
class Start:
    """What a short file begins with: quality, whether fields follow, hash, frames; where it ends.

    Read without the checkpoint.
    """

    quality: int
    more: bool
    model: bytes
    frames: int
    end: int

    @classmethod
    def of(cls, folded: bytes) -> Start:
        """The start of a body; raises CorruptFile."""
        fields = Fields(folded)
        (first,) = fields.take(1)
        model, frames = fields.take(DIGEST_START), fields.number()
        return cls(first % MORE, first >= MORE, model, frames, fields.at)

    def to_bytes(self) -> bytes:
        """The inverse of `of`; raises InvalidInput for a quality that does not fit."""
        if not 0 < self.quality < MORE:
            raise InvalidInput(f"quality {self.quality} is not within 1..100")
        return bytes([self.quality + MORE * self.more]) + self.model + varint.put(self.frames)


def pack_start(header: Header, checkpoint: Checkpoint) -> bytes:
    """All of a header but its ramps; raises InvalidInput where the checkpoint is too unlike it."""
    fields = _packed_fields(header, checkpoint)
    digest, frames = checkpoint.digest[:DIGEST_START], header.outline.frames
    start = Start(header.params.get("q", 0), bool(fields), digest, frames, 0)
    return start.to_bytes() + fields


def unpack_start(fields: Fields, start: Start, checkpoint: Checkpoint) -> Header:
    """The inverse of `pack_start`, from behind the start on; raises VdscError."""
    if not 1 <= start.frames <= checkpoint.settings["chunk"]:
        raise CorruptFile(f"a short file cannot have {start.frames} frames; it is damaged")
    flags = fields.take(1)[0] if start.more else 0
    clock = _clock(fields, flags, checkpoint)
    dtype = type_of(fields.number()) if flags & TYPED else usual_dtype(checkpoint)
    frame = other_frame(checkpoint) if flags & SHAPED else checkpoint.frame
    check_shape((start.frames, *frame), dtype)
    params = dict(fields.parameter() for _ in range(flags // PARAMETER))
    outline = Outline((start.frames, *frame), dtype, clock)
    ref = ModelRef(checkpoint.name, checkpoint.digest)
    return Header(ID, ref, outline, {"q": start.quality} | params)


def usual_dtype(checkpoint: Checkpoint) -> np.dtype[np.generic]:
    """The type of values that a file has unless it says another."""
    return np.dtype("u1" if checkpoints.pixels(checkpoint) else "<f4")


def other_frame(checkpoint: Checkpoint) -> tuple[int, ...]:
    """The other shape that frames may have: points in space, or pictures without their one colour.

    Where there is none it is the usual one.
    """
    *axes, last = checkpoint.frame
    if axes:
        return tuple(axes) if last == 1 else checkpoint.frame
    return checkpoint.frame if last % 3 else (last // 3, 3)


def _packed_fields(header: Header, checkpoint: Checkpoint) -> bytes:
    """What is not as the checkpoint says, after the flags that name it; nothing if all is."""
    outline, clock = header.outline, header.outline.clock
    rate, others = clock.rate, {k: v for k, v in header.params.items() if k not in "qu"}
    frame = outline.shape[1:]
    if rate is None or header.codec != ID or header.chunks != 1:
        raise InvalidInput("a short file has one window of knots, and a rate")
    if frame not in {checkpoint.frame, other_frame(checkpoint)}:
        raise InvalidInput("a short file has frames of its model's shape")
    if len(others) > MOST_PARAMETERS:
        raise InvalidInput(f"a short file has {MOST_PARAMETERS} parameters at most")
    parts = {
        RATED: varint.put(rate.numerator) + varint.put(rate.denominator),
        STARTED: struct.pack("<d", clock.start),
        TYPED: varint.put(DTYPES.index(outline.dtype)),
        SHAPED: b"",
        PARAMETER: pack_params(others),
    }
    wanted = {
        RATED: rate != checkpoints.ticks(checkpoint),
        STARTED: clock.start != 0,
        TYPED: outline.dtype != usual_dtype(checkpoint),
        SHAPED: frame != checkpoint.frame,
        PARAMETER: len(others),
    }
    flags = sum(flag * is_wanted for flag, is_wanted in wanted.items())
    return bytes([flags]) + b"".join(parts[f] for f in parts if wanted[f]) if flags else b""


def _clock(fields: Fields, flags: int, checkpoint: Checkpoint) -> Clock:
    rate = checkpoints.ticks(checkpoint)
    if flags & RATED:
        top = fields.number()
        rate = ratio(top, fields.number())
    return Clock(rate, struct.unpack("<d", fields.take(8))[0] if flags & STARTED else 0.0)
