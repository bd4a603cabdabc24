"""`.bvh`: motion capture as text, read line by line and written as it was."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

import numpy as np

from vdsc.core.meta import Meta
from vdsc.core.skeleton import Skeleton
from vdsc.core.types import Floats
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.bvh_hierarchy import NUMBER, Hierarchy, read_hierarchy
from vdsc.io.row_text import LEARNED, Exceptions, RowText
from vdsc.io.source import Source, make_source

WORD = 64
"""Bytes that a number and the blanks behind it may have."""

MOST_TAIL = 1 << 16
"""Bytes of blank lines behind the last frame."""

_ROW = re.compile(rb"\s*" + NUMBER + rb"(?:\s+" + NUMBER + rb")*\s*")
ANEW = "its numbers are written too irregularly to keep how; they come back written anew"


@contextmanager
def open_bvh(
    stream: BinaryIO,
    name: str,
    key: str | None = None,
    *,
    exact: bool | None = False,
    limit: int | None = None,
) -> Iterator[Source]:
    """Source of the frames (T, C), float64, of a BVH file; its numbers go to a temporary file.

    Its `meta` is what the text says beside the numbers. Raises InvalidInput, in one line that names
    a line of the file, for whatever is no BVH file.
    """
    if key is not None:
        raise InvalidInput(f"{name} holds one motion; leave out ':{printable(key)}'")
    lines = _Lines(stream, name)
    hierarchy = read_hierarchy(lines.next, name)
    shape = (hierarchy.frames, hierarchy.skeleton.channels)
    with TemporaryFile() as kept:
        body = _Body(lines, hierarchy, name)
        for row in body.rows():
            kept.write(row)

        def fetch(begin: int, end: int) -> Floats:
            kept.seek(begin * shape[1] * 8)
            raw = kept.read((end - begin) * shape[1] * 8)
            return np.frombuffer(raw, np.float64).reshape(-1, shape[1]).copy()

        said: Any = {"clock": hierarchy.clock, "meta": body.meta()}
        source = make_source(name, shape, np.dtype(np.float64), fetch, exact=exact, **said)
        yield replace(source, note=ANEW) if body.anew else source


def skeleton_of(meta: Meta) -> Skeleton:
    """The skeleton of a file whose metadata this is; raises InvalidInput."""
    return hierarchy_of(meta).skeleton


def hierarchy_of(meta: Meta) -> Hierarchy:
    """The hierarchy that metadata hold; raises InvalidInput."""
    text = meta.fields.get("header")
    if meta.format != "bvh" or not isinstance(text, bytes):
        raise InvalidInput("the metadata are not those of a .bvh file; write .npy")
    return read_hierarchy(io.BytesIO(text).readline, "the metadata")


class _Lines:
    """The lines of a file, none longer than `most` bytes."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = io.BufferedReader(_Unclosed(stream))
        self._name, self.number = name, 0

    def next(self, most: int = 1 << 12) -> bytes:
        """The next line with its end, empty behind the last one."""
        self.number += 1
        line = self._stream.readline(most + 1)
        if len(line) > most:
            raise InvalidInput(f"{self._name}, line {self.number}, is too long for a BVH file")
        return line


class _Unclosed(io.RawIOBase):
    """A stream that somebody else closes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See io.RawIOBase."""
        return cast("int", cast("Any", self._stream).readinto(buffer))


class _Body:
    """The frames of a file, and how their text differs from what their numbers say."""

    def __init__(self, lines: _Lines, hierarchy: Hierarchy, name: str) -> None:
        self._lines, self._hierarchy, self._name = lines, hierarchy, name
        self._columns = hierarchy.skeleton.channels
        self._lead = b""
        self._tail = bytearray()
        self._usual: RowText | None = None
        self._others = Exceptions()

    def rows(self) -> Iterator[bytes]:
        """The numbers of each frame as bytes of float64; raises InvalidInput."""
        waiting: list[str] = []
        frames = self._hierarchy.frames
        for number in range(frames):
            row = self._row(number)
            waiting.append(row)
            if self._usual is None and (len(waiting) == LEARNED or number == frames - 1):
                self._usual = RowText.learnt(waiting)
            if self._usual is not None:
                first = number - len(waiting) + 1
                for at, one in enumerate(waiting, first):
                    yield self._compared(self._usual, at, one)
                waiting = []
        self._end()

    def meta(self) -> Meta:
        """What the text says beside the numbers, once all rows are read."""
        fields = {"header": self._hierarchy.text + self._lead}
        if self._usual is not None:
            fields |= self._usual.fields()
        fields |= self._others.fields()
        return Meta("bvh", fields | ({"tail": bytes(self._tail)} if self._tail else {}))

    @property
    def anew(self) -> bool:
        """Whether the text will not come back as it was."""
        return self._others.full

    def _row(self, number: int) -> str:
        """The text of a frame: as many finite numbers as there are channels."""
        line = self._lines.next(WORD * (self._columns + 1))
        while not number and line and not line.strip():
            self._lead += line
            line = self._lines.next(WORD * (self._columns + 1))
        where = f"{self._name}, line {self._lines.number},"
        if not line.strip():
            frames = self._hierarchy.frames
            raise InvalidInput(f"{where} ends {frames - number} of {frames} frames too early")
        if _ROW.fullmatch(line) is None:
            raise InvalidInput(f"{where} holds something that is no number; correct it")
        count = len(line.split())
        if count != self._columns:
            raise InvalidInput(f"{where} has {count} numbers for {self._columns} channels")
        return line.decode("ascii")

    def _compared(self, usual: RowText, number: int, row: str) -> bytes:
        """The numbers of a row, once its text is compared with what they say."""
        numbers = [float(word) for word in row.split()]
        if not all(map(math.isfinite, numbers)):
            raise InvalidInput(f"{self._name}, frame {number}, has a number beyond 1e308")
        self._others.compare(usual, number, row, numbers)
        return np.array(numbers).tobytes()

    def _end(self) -> None:
        """Nothing but blank lines follows."""
        while line := self._lines.next(WORD * (self._columns + 1)):
            self._tail += line
            if line.strip() or len(self._tail) > MOST_TAIL:
                where = f"{self._name}, line {self._lines.number},"
                words = f"goes on behind the {self._hierarchy.frames} frames that are announced"
                raise InvalidInput(f"{where} {words}; correct 'Frames:'")
