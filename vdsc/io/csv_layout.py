"""How a text table is laid out: what separates its fields, and what stands above its numbers."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from vdsc.core.words import printable
from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.io.number_text import number

SAMPLE = 1 << 20
"""Bytes from the beginning that say how a table is laid out."""

COLUMNS = 1 << 16
"""How many columns a table may have."""

DELIMITERS = (",", ";", "\t", "|", " ")
_LINES = 200
_FIELDS = 1000  # of a line that are looked at
_COMMENTS = (b"#", b"%")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Layout:
    """A text table without its numbers.

    head: the bytes above the first row, line ends included. names: of the columns; empty where the
    table has no header. decimal: what stands before the decimals.
    """

    delimiter: str
    newline: str
    decimal: str
    head: bytes
    names: tuple[str, ...]
    columns: int

    def called(self, column: int) -> str:
        """What messages call a column."""
        named = self.names[column] if column < len(self.names) else ""
        return f"column '{printable(named[:40])}'" if named else f"column {column + 1}"

    def cells(self, line: str) -> list[str]:
        """The fields of a line of numbers, with a point before the decimals."""
        return (line if self.decimal == "." else line.replace(self.decimal, ".")).split(
            self.delimiter
        )

    def line(self, cells: Sequence[str]) -> str:
        """A line of fields, without its end."""
        line = self.delimiter.join(cells)
        return line if self.decimal == "." else line.replace(".", self.decimal)


def layout_of(sample: bytes, name: str) -> Layout:
    """The layout of a table that begins with `sample`; raises InvalidInput for what is none."""
    lines = _lines(sample, name)
    newline = "\r\n" if lines and lines[0].endswith(b"\r") else "\n"
    places = [n for n, line in enumerate(lines) if not is_aside(line)]
    rows = [lines[n].decode("latin-1").removesuffix("\r") for n in places]
    if not rows:
        raise InvalidInput(f"{name} holds no rows of numbers; was it written to the end?")
    delimiter, decimal = _separators(rows)
    columns = _usual([row.count(delimiter) + 1 for row in rows])
    if columns > COLUMNS:
        words = f"{name} has {columns} columns, above the limit of {COLUMNS}"
        raise LimitExceeded(f"{words}; write a row for each instant, or an .npy")
    plain = Layout(delimiter, newline, decimal, b"", (), columns)
    tall = _header_lines(rows, plain)
    if tall == len(rows):
        raise InvalidInput(
            f"{name} has a header, but no row of numbers; was it written to the end?"
        )
    above = lines[: places[tall]]
    head = b"".join(line + b"\n" for line in above)
    named = lines[places[0]] if tall else _above(above, delimiter, columns)
    names = _names(named, delimiter, columns) if named else ()
    return Layout(delimiter, newline, decimal, head, names, columns)


def _lines(sample: bytes, name: str) -> list[bytes]:
    """The first lines, without their ends; raises InvalidInput for what is no text."""
    if not sample:
        raise InvalidInput(f"{name} is empty; was it written to the end?")
    if b"\0" in sample or sample[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise InvalidInput(f"{name} is no text in UTF-8; save the table as CSV in UTF-8")
    if b"\r" in sample and b"\n" not in sample:
        raise InvalidInput(f"{name} ends its lines with \\r alone; save it with \\n")
    lines = sample.split(b"\n", _LINES)
    if len(lines) > _LINES or (len(sample) >= SAMPLE and len(lines) > 1) or not lines[-1]:
        del lines[-1]
    return lines


def is_aside(line: bytes) -> bool:
    """Whether a line is blank or a comment."""
    text = line.removeprefix(_BOM).strip()
    return not text or text.startswith(_COMMENTS)


def _separators(rows: list[str]) -> tuple[str, str]:
    """The delimiter and the decimal point under which most fields are numbers."""
    last = rows[1:][-20:] or rows
    tried = [(one, point) for one in DELIMITERS for point in ".," if point != one]
    return max(tried, key=lambda pair: _score(last, *pair))


def _score(rows: list[str], delimiter: str, point: str) -> tuple[float, int]:
    """How many of the fields are numbers, and how many there are, in rows of the usual length."""
    cut = [row.split(delimiter, _FIELDS) for row in rows]
    if point == "," and min(map(len, cut)) < 2:
        return -1.0, 0
    lengths = [len(cells) for cells in cut]
    cut = [cells for cells in cut if len(cells) == _usual(lengths)]
    cells = [cell for row in cut for cell in row[:_FIELDS]]
    cells = cells if point == "." else [cell.replace(point, ".") for cell in cells]
    found = sum(bool(cell.strip()) and number(cell) is not None for cell in cells)
    return found / len(cells) * len(cut) / len(rows), len(cells)


def _usual(counts: list[int]) -> int:
    """The count that occurs most often."""
    return max(counts, key=counts.count)


def _header_lines(rows: list[str], plain: Layout) -> int:
    """How many lines of words stand above the numbers: names, and units below them."""
    if len(rows) > 2 and not any(_said(row, plain) for row in rows[:2]) and _said(rows[2], plain):
        return 2
    kinds = [number(cell) for cell in plain.cells(rows[0])]
    return int(None in kinds or not _said(rows[0], plain))


def _said(row: str, plain: Layout) -> bool:
    """Whether any field of a row holds a number."""
    return any(cell.strip() and number(cell) is not None for cell in plain.cells(row))


def _above(above: list[bytes], delimiter: str, columns: int) -> bytes:
    """The comment above the rows that names their columns, without its mark; empty if none does."""
    line = above[-1].removeprefix(_BOM) if above else b""
    return line[1:] if line and line.count(delimiter.encode()) == columns - 1 > 0 else b""


def _names(line: bytes, delimiter: str, columns: int) -> tuple[str, ...]:
    """The names in a header; the first column has none where one is left out."""
    plain = line.removeprefix(_BOM).removesuffix(b"\r")
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError:
        text = plain.decode("latin-1")
    try:
        names = [one.strip() for one in next(csv.reader([text], delimiter=delimiter), [])]
    except csv.Error:
        return ()
    return tuple(["", *names] if len(names) == columns - 1 else names)
