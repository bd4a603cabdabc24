"""Frames to a `.bvh` file, by the hierarchy and the spelling of the file that they came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.io.bvh import hierarchy_of
from vdsc.io.row_text import RowText


@contextmanager
def bvh_sink(stream: BinaryIO, outline: Outline, meta: Meta | None) -> Iterator[BvhSink]:
    """Sink for the frames (T, C) of a file that was made from a .bvh file; raises InvalidInput.

    Numbers are written as the file had them where that says them, else with as many digits as say
    them exactly. `Frames:` and `Frame Time:` are the outline's.
    """
    if meta is None or meta.format != "bvh":
        raise InvalidInput("only what was compressed from a .bvh file is one; write .npy")
    sink = BvhSink(stream, outline, meta)
    yield sink
    sink.end()


class BvhSink:
    """Writes one motion, in order."""

    def __init__(self, stream: BinaryIO, outline: Outline, meta: Meta) -> None:
        hierarchy = hierarchy_of(meta)
        columns = hierarchy.skeleton.channels
        if outline.shape[1:] != (columns,):
            raise InvalidInput(f"frames {outline.shape[1:]} for {columns} channels; write .npy")
        self._stream, self._done, self._fields = stream, 0, meta.fields
        self._same = outline.frames == hierarchy.frames and outline.clock == hierarchy.clock
        try:
            self._usual = RowText.of_fields(meta.fields, columns)
            self._others = _Others(meta.fields if self._same else {}, columns)
        except (TypeError, ValueError, KeyError, IndexError):
            raise CorruptFile("the metadata do not say how numbers are written") from None
        header = meta.fields["header"]
        stream.write(header if self._same else _renewed(header, outline))

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append frames (n, C)."""
        for number, values in enumerate(frames.astype(np.float64).tolist(), self._done):
            words = self._usual.exact(values)
            row = self._others.row(self._usual, number, words, values)
            self._stream.write(row.encode("utf-8"))
        self._done += len(frames)

    def end(self) -> None:
        """Append what stands behind the last frame."""
        tail = self._fields.get("tail", b"")
        if self._same and isinstance(tail, bytes) and not tail.strip():
            self._stream.write(tail)


class _Others:
    """Words and rows that were written otherwise than usual."""

    def __init__(self, fields: Any, columns: int) -> None:
        places = np.cumsum(np.array(fields.get("steps", []), dtype=np.int64)).tolist()
        words = fields.get("words", "").split()
        self._words: dict[int, list[tuple[int, str]]] = {}
        for place, word in zip(places, words, strict=True):
            float(word)
            self._words.setdefault(place // columns, []).append((place % columns, word))
        self._rows = {number: parts for number, *parts in fields.get("rows", [])}
        if any(not isinstance(part, str) for parts in self._rows.values() for part in parts):
            raise TypeError("rows")

    def row(self, usual: RowText, number: int, words: list[str], values: list[float]) -> str:
        """The text of a row: of other words and blanks where they say the same numbers."""
        for column, word in self._words.get(number, ()):
            if _same(float(word), values[column]):
                words[column] = word
        match self._rows.get(number):
            case [before, after] if not (before + after).strip():
                return f"{before}{usual.between.join(words)}{after}"
            case [row] if row.split() == words:
                return str(row)
        return usual.row(words)


def _same(one: float, other: float) -> bool:
    """Whether two numbers are one, the sign of a zero included."""
    return one == other and str(one) == str(other)


def _renewed(header: bytes, outline: Outline) -> bytes:
    """The hierarchy's text with the frames and the frame time of an outline."""
    if outline.clock.rate is None:
        raise InvalidInput("a .bvh file has one frame time; give --fps, or write .npy")
    seconds = repr(float(1 / Fraction(outline.clock.rate))).encode()
    counted = re.sub(rb"(?m)^(\s*Frames:\s*)[0-9]+", rb"\g<1>%d" % outline.frames, header)
    return re.sub(rb"(?m)^(\s*Frame Time:\s*)\S+", lambda m: m[1] + seconds, counted)
