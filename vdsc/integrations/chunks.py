"""One array of a store as the bytes of a .vds file, and back; knows no store's library.

array --any shape and type as frames (T, ...), what is odd in Meta--> .vds
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from vdsc.codecs.bounded.bounded_settings import BoundedSettings
from vdsc.core import memory
from vdsc.core.types import Values
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.integrations.odd_arrays import as_frames, from_frames

UNDATED = Fraction(1)
"""Frames a second: nobody says when the rows of a chunk are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSettings:
    """What a store's metadata say of its chunks, as plain values of JSON.

    max_error: what no value of a chunk is off by, in its own unit, or "1%" of what each channel
    ranges over in that chunk; None for every bit. fast: code in one way, not in the smallest of
    several. Raises InvalidInput for any other value.
    """

    max_error: float | str | None = None
    fast: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.fast, bool):
            raise InvalidInput(f"fast is true or false, not {self.fast!r:.40}")
        if self.max_error is None:
            return
        if isinstance(self.max_error, bool) or not isinstance(self.max_error, int | float | str):
            raise InvalidInput(f"max_error is a number or such as '1%', not {self.max_error!r:.40}")
        BoundedSettings(self.max_error)

    @property
    def share(self) -> bool:
        """Whether the error is a share of what a channel of a chunk ranges over."""
        return self.max_error is not None and BoundedSettings(self.max_error).share

    def wishes(self, frames: Values) -> dict[str, Any]:
        """Keywords of `api.encode` for frames; those that cannot be bounded are kept as they are.

        NaNs come back as NaNs where they were.
        """
        exactly = self.max_error is None or not any(BoundedSettings(self.max_error).numbers)
        if exactly or not _can_be_off(frames):
            return {"codec": "packed"} if self.fast else {"lossless": True}
        wish = {"max_error": self.max_error, "missing": "nan"}
        return {**wish, "codec": "bounded", "base": "none"} if self.fast else wish


BYTES = ChunkSettings(fast=True)
"""For bytes that stand for something else, such as text: every bit, by a general compressor."""


def pack(array: Values, settings: ChunkSettings) -> bytes:
    """The .vds file of an array of any shape and type but Python objects.

    Raises InvalidInput, or LimitExceeded for an array above 2 GiB.
    """
    from vdsc.api import encode
    from vdsc.io.source import array_source

    memory.check(array.nbytes, memory.DEFAULT, "this chunk")
    frames, meta = as_frames(array)
    if meta is not None and "dtype" in meta.fields:
        settings = BYTES
    source = replace(array_source(frames, "the chunk", exact=True), meta=meta)
    stream = io.BytesIO()
    encode(source, stream, fps=UNDATED, **settings.wishes(frames))
    return stream.getvalue()


def unpack(data: bytes, most: int = memory.DEFAULT) -> Values:
    """The array of at most `most` bytes that `pack` made a file of, its shape, type and order.

    Raises CorruptFile or another VdscError before more is allocated.
    """
    from vdsc.api import decode

    decoding = decode(io.BytesIO(data))
    outline = decoding.outline
    if outline.raw_bytes > max(most, 1):
        raise CorruptFile(f"a chunk of {outline.raw_bytes} bytes is there for one of {most}")
    frames, done = np.empty(outline.shape, outline.dtype), 0
    for batch in decoding:
        frames[done : done + len(batch)] = batch
        done += len(batch)
    return from_frames(frames, decoding.meta)


def _can_be_off(frames: Values) -> bool:
    """Whether values may be off by a little: numbers and dates, none of them infinite."""
    kind = frames.dtype.kind
    if kind == "f":
        return not bool(np.isinf(frames).any())
    if kind == "c":
        return bool(np.isfinite(frames).all())
    return not bool(np.isnat(frames).any()) if kind in "mM" else kind in "iu"
