"""`.csv` and `.tsv` as they were, or with plain names and the shortest numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput
from vdsc.io.column_names import check_table, column_names
from vdsc.io.csv_layout import DELIMITERS, Layout
from vdsc.io.number_text import Spelling, number
from vdsc.io.odd_cells import unpack
from vdsc.io.time_names import UNITS
from vdsc.io.time_text import TimeTexts

Fields = Mapping[str, Any]
_BLOCK = 1 << 12


@contextmanager
def csv_sink(stream: BinaryIO, outline: Outline, meta: Meta | None = None) -> Iterator[CsvSink]:
    """Sink of an array (T, C) or (T,) as a table with commas; raises InvalidInput for others."""
    yield from _sink(stream, outline, meta, "csv", ",")


@contextmanager
def tsv_sink(stream: BinaryIO, outline: Outline, meta: Meta | None = None) -> Iterator[CsvSink]:
    """Sink of an array (T, C) or (T,) as a table with tabs; raises InvalidInput for others."""
    yield from _sink(stream, outline, meta, "tsv", "\t")


def _sink(
    stream: BinaryIO, outline: Outline, meta: Meta | None, form: str, delimiter: str
) -> Iterator[CsvSink]:
    """A table as it was, where it was one of this form, else a plain one."""
    width = check_table(outline)
    own = meta.fields if meta is not None and meta.format == form else {}
    layout = _layout(own, width)
    if layout is None:
        own, layout = {"time": {}}, plain_layout(outline, meta, delimiter)
    sink = CsvSink(stream, outline, layout, own)
    stream.write(layout.head)
    yield sink
    sink.close()


def plain_layout(outline: Outline, meta: Meta | None, delimiter: str) -> Layout:
    """Names above columns, and `time` before them."""
    names = ("time", *column_names(outline, meta))
    quoted = [_quoted(name, delimiter) for name in names]
    head = (delimiter.join(quoted) + "\n").encode("utf-8", "replace")
    return Layout(delimiter, "\n", ".", head, names, len(names))


def _layout(own: Fields, width: int) -> Layout | None:
    """The layout that metadata tells, if it does."""
    delimiter, newline, decimal = (own.get(key) for key in ("delimiter", "newline", "decimal"))
    head, names = own.get("head"), own.get("columns")
    known = delimiter in DELIMITERS and newline in {"\n", "\r\n"} and decimal in {None, ",", "."}
    if not known or not isinstance(head, bytes) or not isinstance(names, list):
        return None
    if len(names) not in {0, width}:
        return None
    return Layout(str(delimiter), str(newline), decimal or ".", head, (), width)


def _quoted(name: str, delimiter: str) -> str:
    """A name as a field, in quotes where it needs them."""
    if any(mark in name for mark in (delimiter, '"', "\n", "\r")):
        return '"' + name.replace('"', '""') + '"'
    return name


class CsvSink:
    """Writes rows as they come, spelled as `own`, the metadata of a table, says."""

    def __init__(self, stream: BinaryIO, outline: Outline, layout: Layout, own: Fields) -> None:
        self._stream, self._layout, self._frames = stream, layout, outline.frames
        same = own.get("rows") == outline.frames
        self._formats = _formats(own)
        self._now: dict[int, Spelling] = {}
        self._odd = unpack(own.get("odd") if same else None)
        self._next = next(self._odd, None)
        self._asides = _asides(own.get("asides")) if same else []
        self._open = bool(own.get("open")) and same
        self._time = _time(own.get("time"), outline, same=same)
        self._row, self._width = 0, check_table(outline)

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append rows (n, C) or (n,)."""
        rows = frames.reshape(len(frames), self._width)
        rows = rows.astype(np.uint8) if rows.dtype.kind == "b" else rows
        while len(rows):
            count = self._until_next_format(len(rows))
            self._write(rows[:count])
            rows = rows[count:]

    def close(self) -> None:
        """Write what stands below the rows."""
        self._beside(self._frames, last=True)

    def _until_next_format(self, count: int) -> int:
        """How many rows have the formats of the next row, which begin now."""
        while self._formats and self._formats[0][0] <= self._row:
            _, column, spelling = self._formats.pop(0)
            self._now[column] = spelling
        ahead = self._formats[0][0] - self._row if self._formats else count
        return min(count, ahead, _BLOCK)

    def _write(self, rows: NDArray[Any]) -> None:
        """Append rows that are spelled alike."""
        end = self._row + len(rows)
        plain = Spelling()
        columns = [self._now.get(n, plain).texts(rows[:, n]) for n in range(rows.shape[1])]
        self._mend(columns, end)
        for n, column in enumerate(columns):
            _correct(column, rows[:, n])
        if self._time is not None:
            place, texts = self._time
            columns.insert(min(place, len(columns)), texts.texts(self._row, end))
        for cells in zip(*columns, strict=True):
            self._beside(self._row)
            self._row += 1
            last = self._open and self._row == self._frames and not self._asides
            line = self._layout.line(cells) + ("" if last else self._layout.newline)
            self._stream.write(line.encode("latin-1", "replace"))

    def _mend(self, columns: list[list[str]], end: int) -> None:
        """Put odd cells in their places."""
        while self._next is not None and self._next[0] < end:
            row, column, text = self._next
            self._next = next(self._odd, None)
            if row >= self._row and column < len(columns):
                columns[column][row - self._row] = text

    def _beside(self, row: int, *, last: bool = False) -> None:
        """Write the lines that stand before a row."""
        while self._asides and (last or self._asides[0][0] <= row):
            _, text = self._asides.pop(0)
            ended = "" if self._open and last and not self._asides else self._layout.newline
            self._stream.write((text + ended).encode("latin-1", "replace"))


def _correct(cells: list[str], values: NDArray[Any]) -> None:
    """Spell the values (n,) that their cells do not say, as after loss, at their shortest."""
    kind = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
    with np.errstate(over="ignore"):
        said = np.array([_said(cell) for cell in cells]).astype(kind)
    wrong = np.flatnonzero((said != values) & ~(np.isnan(said) & np.isnan(values)))
    for row, text in zip(wrong.tolist(), Spelling().texts(values[wrong]), strict=True):
        cells[row] = text


def _said(cell: str) -> float:
    """The number that a cell says; NaN where it says none."""
    try:
        return float(cell)
    except ValueError:
        found = number(cell)
        return float("nan") if found is None else found


def _asides(listed: Any) -> list[tuple[int, str]]:
    """The lines that stand between rows, each with the row that it stands before."""
    try:
        return [(int(row), str(text)) for row, text in listed or ()]
    except (TypeError, ValueError):
        return []


def _formats(own: Fields) -> list[tuple[int, int, Spelling]]:
    """The spellings of columns, in the order of the rows from which they hold."""
    try:
        listed = [
            (int(row), int(column), Spelling(str(spec), str(missing)))
            for row, column, spec, missing in own.get("formats", ())
        ]
    except (TypeError, ValueError, InvalidInput):
        return []
    return sorted(listed, key=lambda one: one[0])


def _time(fields: Any, outline: Outline, *, same: bool) -> tuple[int, TimeTexts] | None:
    """The place of the time column, and its texts; None where there is none."""
    if not isinstance(fields, dict):
        return None
    clock, last = outline.clock, outline.frames - 1
    ends = clock.seconds(0, 1)[0], clock.seconds(last, last + 1)[0]
    same = same and ends == (fields.get("first"), fields.get("last"))
    unit, place = fields.get("unit"), fields.get("column", 0)
    place = place if isinstance(place, int) and place >= 0 else 0
    return place, TimeTexts(clock, unit if unit in UNITS else "s", fields if same else {})
