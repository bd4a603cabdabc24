"""The packed codec: a general compressor over the whole sequence, which remembers all chunks.

encode  frames -way-> bytes of one LZMA2 stream, cut where spans end
decode  frames <-way- bytes, as they become complete
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from vdsc.codecs.packed.packed_stream import PIECE, StreamPacker, StreamUnpacker
from vdsc.codecs.packed.ways import PLAIN, Bytewise
from vdsc.codecs.windows import apart
from vdsc.container import Header
from vdsc.core.background import together
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.errors import CorruptFile

ID = "packed"
"""The permanent name of the packed codec."""

WAY = "w"
"""The header's parameter; absent for way 0."""

SPAN = 1 << 24
"""Bytes of a span at most, unless a single frame has more."""

SMALL = 1 << 20
"""Bytes of a sequence that is packed in every way in full, to find the smallest."""

TRIAL = 1 << 21
"""Bytes of a larger one that are tried in every way; the best and way 0 are then packed in full."""

MARGIN = 0.99
"""A way other than 0 is taken for several spans only if its trial is smaller by one percent."""


class FramePacker:
    """Encodes the spans of one sequence in order, each as a body.

    Of a sequence of one span the smallest way is found out; for more the first span decides.

    Args:
        outline: what is packed.
        ways: that may be taken; None for all.
    """

    def __init__(self, outline: Outline, ways: Sequence[int] | None = None) -> None:
        self.outline, self._layout = outline, Bytewise.of(outline)
        self.spans = list(spans(outline))
        self._ways = self._layout.ways if ways is None else tuple(ways)
        self._left = len(self.spans)
        self._packer: StreamPacker | None = None
        self.way: int | None = None

    def encode(self, frames: Values) -> bytes:
        """The body of the next span, frames (n, ...); it may be empty."""
        if len(self.spans) == 1:
            self.way, body = self._smallest(frames, self._likely(frames))
            return body
        if self._packer is None:
            self.way = self._likely(frames)[0]
            self._packer = StreamPacker(self._layout, self.way)
        body = self._packer.add(frames)
        self._left -= 1
        return body if self._left else body + self._packer.end()

    def header(self) -> Header:
        """The header, once the first body has been made."""
        assert self.way is not None
        params = {WAY: self.way} if self.way else {}
        return Header(ID, None, self.outline, params, len(self.spans))

    def _likely(self, frames: Values) -> tuple[int, ...]:
        """The ways that are worth packing in full, the best first."""
        if self._layout.size <= SMALL or len(self._ways) == 1:
            return self._ways
        few = frames[: max(1, TRIAL // self._layout.frame_bytes)]
        sizes = dict(zip(self._ways, self._sizes(few), strict=True))
        best = min(sizes, key=sizes.__getitem__)
        if sizes[best] > MARGIN * sizes.get(PLAIN, sizes[best] / MARGIN):
            return (PLAIN,)
        return (best, PLAIN) if PLAIN in sizes else (best,)

    def _sizes(self, frames: Values) -> list[int]:
        tasks = [partial(_packed, self._layout, way, frames) for way in self._ways]
        return [len(body) for body in together(tasks, at_once=2)]

    def _smallest(self, frames: Values, ways: Sequence[int]) -> tuple[int, bytes]:
        tasks = [partial(_packed, self._layout, way, frames) for way in ways]
        made = dict(zip(ways, together(tasks, at_once=2), strict=True))
        best = min(made, key=lambda way: (len(made[way]), way))
        return best, made[best]


class FrameUnpacker:
    """Decodes the bodies of one file in order.

    Raises:
        CorruptFile: the header names no way that there is, or another number of chunks.
    """

    def __init__(self, header: Header) -> None:
        outline, way = header.outline, header.params.get(WAY, PLAIN)
        layout = Bytewise.of(outline)
        if way not in layout.ways:
            raise CorruptFile(f"the values cannot be packed in way {way}; the file is damaged")
        if header.chunks != how_many_spans(outline):
            raise CorruptFile(f"{header.chunks} chunks cannot hold the file's frames")
        self._left, self._dtype = header.chunks, outline.dtype
        self._unpacker = StreamUnpacker(layout, way, outline.dtype.newbyteorder("<"))

    def decode(self, body: bytes) -> Iterator[Values]:
        """Frames (n, ...) that are complete with the next body; raises CorruptFile."""
        for values in self._unpacker.add(body):
            yield values.astype(self._dtype, copy=False)
        self._left -= 1
        if not self._left:
            self._unpacker.end()


def memory(header: Header) -> int:
    """Bytes that decoding takes at most: dictionary, a body, and pieces of whole frames."""
    layout = Bytewise.of(header.outline)
    body = layout.size // header.chunks + (1 << 16)
    return layout.dictionary + body + 5 * (layout.frame_bytes + PIECE)


def spans(outline: Outline) -> Iterator[tuple[int, int]]:
    """First and one-past-last frame of each span, as even as can be."""
    return apart(outline.frames, _most(outline))


def how_many_spans(outline: Outline) -> int:
    """How many spans a sequence has."""
    return -(-outline.frames // _most(outline))


def _most(outline: Outline) -> int:
    """Frames that a span holds at most."""
    return max(1, SPAN // Bytewise.of(outline).frame_bytes)


def _packed(layout: Bytewise, way: int, frames: Values) -> bytes:
    """All of a stream, and its checksum, of frames that are whole by themselves."""
    packer = StreamPacker(layout, way)
    return packer.add(frames) + packer.end()
