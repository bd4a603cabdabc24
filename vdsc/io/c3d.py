"""`.c3d`: frames of points with their residuals, and of analogs, as the file stores them.

    frame    x y z r | x y z r | ...        4 words a point; r: residual and cameras, -1 if missing
             a b c ... | a b c ...          analogs, all channels, as often as they are in a frame

Words are int16 or float32. All other bytes (header, parameters, events, what follows the frames)
are metadata, so a lossless file comes back to the byte, whoever made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.core.words import printable
from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.io.c3d_layout import KEPT_BYTES, C3d, c3d_layout
from vdsc.io.source import Fetch, Source, make_source
from vdsc.io.spool import available

KINDS = {"<i2", ">i2", "<f4", ">f4"}


@contextmanager
def open_c3d(
    stream: BinaryIO,
    name: str,
    key: str | None = None,
    *,
    exact: bool | None = False,
    limit: int | None = None,
) -> Iterator[Source]:
    """Source of the words (T, C) of a file, int16 or float32, in frames as above.

    Raises InvalidInput for damaged files, LimitExceeded where more than the frames is too long to
    be kept.
    """
    if key is not None:
        raise InvalidInput(f"{name} is one recording; leave out ':{printable(key)}'")
    layout = c3d_layout(stream, name)
    fields = {
        **layout.said,
        "type": layout.dtype.str,
        "frames": layout.frames,
        "head": _bytes(stream, 0, layout.begin),
        "tail": _tail(stream, layout, name),
    }
    fetch = _fetch(stream, layout, name)
    fields["codes"] = _codes(fetch, layout)
    clock = None if layout.rate is None else Clock(layout.rate)
    notes = ["" if clock else "it has no frame rate, so --fps is to give one"]
    if layout.missing:
        count = layout.frames + layout.missing
        notes.append(f"its header promises {count} frames, of which {layout.frames} are there")
    note = "; ".join(filter(None, notes))
    said: Any = {"clock": clock, "meta": Meta("c3d", fields), "note": note}
    shape = (layout.frames, layout.width)
    native = layout.dtype.newbyteorder("=")
    yield make_source(name, shape, native, fetch, exact=True, units=layout.units, **said)


def _codes(fetch: Fetch, layout: C3d) -> int:
    """How many points have a last word that is an integer in all frames; 0 unless all have."""
    points, step = layout.said.get("codes", 0), max(1, (1 << 20) // layout.width)
    for begin in range(0, layout.frames, step):
        codes = fetch(begin, min(begin + step, layout.frames))[:, 3 : 4 * points : 4]
        if not (codes == np.rint(codes)).all():
            return 0
    return int(points)


def _tail(stream: BinaryIO, layout: C3d, name: str) -> bytes:
    """What follows the frames; raises LimitExceeded where it is too long to be kept."""
    there = available(stream, layout.end + KEPT_BYTES + 1)
    if there > layout.end + KEPT_BYTES:
        words = f"{name} goes on for more than {KEPT_BYTES} bytes behind its frames"
        raise LimitExceeded(f"{words}, more than can be kept; export it without rotations")
    return _bytes(stream, layout.end, there)


def _bytes(stream: BinaryIO, begin: int, end: int) -> bytes:
    stream.seek(begin)
    return stream.read(end - begin)


def _fetch(stream: BinaryIO, layout: C3d, name: str) -> Fetch:
    """Reads frames where they lie."""
    size = layout.width * layout.dtype.itemsize

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        first, last = (layout.begin + min(n, layout.frames) * size for n in (begin, end))
        data = _bytes(stream, first, last)
        if len(data) != last - first:
            raise InvalidInput(f"{name} became shorter while it was read; compress a copy")
        words = np.frombuffer(data, layout.dtype).reshape(-1, layout.width)
        return words.astype(layout.dtype.newbyteorder("="))

    return fetch


@dataclass(frozen=True, slots=True)
class C3dSink:
    """Writes frames to `stream` as they come."""

    stream: BinaryIO
    dtype: np.dtype[Any]
    codes: int

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append frames (n, C) of words; the last of each point, an integer, is rounded to one."""
        words = np.array(frames, self.dtype)
        codes = words[:, 3 : 4 * self.codes : 4]
        if self.dtype.kind == "f" and (codes != np.rint(codes)).any():
            words[:, 3 : 4 * self.codes : 4] = np.rint(codes)
        self.stream.write(words.tobytes())


@contextmanager
def c3d_sink(stream: BinaryIO, outline: Outline, meta: Meta | None = None) -> Iterator[C3dSink]:
    """Sink of what a .c3d was made of, at its own frames; raises InvalidInput for all else."""
    fields = meta.fields if meta is not None and meta.format == "c3d" else {}
    kind, head, tail = fields.get("type"), fields.get("head"), fields.get("tail")
    if kind not in KINDS or not isinstance(head, bytes) or not isinstance(tail, bytes):
        raise InvalidInput("only what a .c3d was made of is written as .c3d; write .npy or .csv")
    dtype = np.dtype(str(kind))
    same = outline.dtype.newbyteorder("=") == dtype.newbyteorder("=")
    if outline.frames != fields.get("frames") or not same:
        words = f"the header of this .c3d is that of {fields.get('frames')} frames"
        raise InvalidInput(f"{words}; leave out --fps and --times, or write .npy or .csv")
    stream.write(head)
    codes = fields.get("codes")
    yield C3dSink(stream, dtype, codes if isinstance(codes, int) and codes > 0 else 0)
    stream.write(tail)
