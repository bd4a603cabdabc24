"""One pass over a text table: its numbers to a temporary file, and how they are spelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Floats
from vdsc.core.words import printable
from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.io.csv_layout import Layout, is_aside
from vdsc.io.iso_dates import is_date, iso_seconds
from vdsc.io.number_text import Spelling, best, number, significant
from vdsc.io.odd_cells import OddCells
from vdsc.io.spooled_texts import SpooledTexts

PIECE, WIDEST = 1 << 18, 1 << 26
"""Bytes that are read at a time, of narrow tables and at most."""

LONGEST = 1 << 24
"""Bytes of a line."""

ASIDES = 1000
"""Lines between the rows that hold no numbers."""

MOST_WHOLE = 2.0**53
"""Integers up to here are float64, too."""

_DIGITS = 8  # as many a float32 needs at times, and decimals of instruments rarely


@dataclass(slots=True)
class Scan:
    """A table as it is read: rows of float64 in `numbers`, the texts of one column in `texts`.

    spellings: (row, column, spelling), each from its row on. asides: (row, text) of lines that
    hold no row, each before that row. narrow: which columns are float32 at their shortest; whole:
    which are integers; long: which have the digits of a float32. ends: whether the last line has
    an end.
    """

    layout: Layout
    name: str
    timed: int | None
    numbers: IO[bytes] = field(default_factory=TemporaryFile)
    texts: SpooledTexts = field(default_factory=SpooledTexts)
    rows: int = 0
    spellings: list[tuple[int, int, Spelling]] = field(default_factory=list)
    odd: OddCells = field(default_factory=OddCells)
    asides: list[tuple[int, str]] = field(default_factory=list)
    dates: bool = False
    narrow: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    whole: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    long: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    ends: bool = True
    mixed_ends: bool = False

    def read(self, stream: BinaryIO) -> None:
        """Read all rows of `stream`, which stands behind the header; raises InvalidInput."""
        most = min(max(PIECE, self.layout.columns << 12), WIDEST)
        for lines, ends in _pieces(stream, self.name, most):
            self.ends = ends
            rows = [cells for line in lines for cells in self._rows(line)]
            if rows:
                self._add(rows)

    def close(self) -> None:
        """Remove the temporary files."""
        self.numbers.close()
        self.texts.close()

    def _rows(self, line: bytes) -> Iterator[list[str]]:
        """The fields of a line, if it is a row."""
        crlf = self.layout.newline == "\r\n"
        self.mixed_ends |= line.endswith(b"\r") != crlf
        line = line.removesuffix(b"\r")
        if is_aside(line):
            self._aside(line)
            return
        cells = self.layout.cells(line.decode("latin-1"))
        if len(cells) != self.layout.columns:
            words = f"{self.name}, row {self._at + 1} has {len(cells)} fields"
            raise InvalidInput(f"{words}, not {self.layout.columns}; mend that row")
        self._at += 1
        yield cells

    _at: int = 0

    def _aside(self, line: bytes) -> None:
        if len(self.asides) >= ASIDES:
            words = f"{self.name} has more than {ASIDES} blank lines and comments between its rows"
            raise LimitExceeded(f"{words}; remove them")
        self.asides.append((self._at, line.decode("latin-1")))

    def _add(self, rows: list[list[str]]) -> None:
        """Take some more rows."""
        columns = list(zip(*rows, strict=True))
        values = np.empty((len(rows), len(columns)))
        for column, cells in enumerate(columns):
            values[:, column] = self._values(column, cells)
        self.numbers.write(values.tobytes())
        self._see_kinds(columns, values)
        for column, cells in enumerate(columns):
            if column == self.timed:
                self.texts.add(cells)
            if not (column == self.timed and self.dates):
                self._spell(column, cells, self._typed(column, values[:, column]))
        self.rows += len(rows)

    def _values(self, column: int, cells: Sequence[str]) -> Floats:
        """The numbers (n,) of a column."""
        try:
            return np.array(list(map(float, cells)))
        except ValueError:
            pass
        if column == self.timed and (self.dates or not self.rows):
            found = iso_seconds(cells)
            self.dates = found is not None
            if found is not None:
                return found
            if is_date(cells[0]):
                odd = next(n for n, cell in enumerate(cells) if not is_date(cell))
                self._refuse(column, odd, cells, "date")
        values = [number(cell) for cell in cells]
        if None in values:
            self._refuse(column, values.index(None), cells)
        return np.array(values, np.float64)

    def _refuse(
        self, column: int, row: int, cells: Sequence[str], what: str = "number"
    ) -> NoReturn:
        """Raise InvalidInput for a cell that holds no number."""
        where = f"{self.layout.called(column)}, row {self.rows + row + 1}"
        words = f"{self.name}: {where} holds '{printable(cells[row][:30])}', which is no {what}"
        raise InvalidInput(f"{words}; remove the column, or write a {what} for each word")

    def _see_kinds(self, columns: list[tuple[str, ...]], values: Floats) -> None:
        """Find out which columns are integers, and which float32 at their shortest."""
        if not self.rows:
            self.whole = np.ones(len(columns), np.bool_)
            self.long = np.array(list(map(_is_long, columns)))
            self.narrow = np.full(len(columns), self.long.any())
        small = (np.abs(values) <= MOST_WHOLE).all(axis=0)
        negative = (np.signbit(values) & (values == 0)).any(axis=0)  # no integer is -0
        self.whole &= small & ~negative & (values == np.rint(values)).all(axis=0)
        if self.narrow.any():
            with np.errstate(over="ignore"):
                shortest = values[:, self.narrow].astype(np.float32).astype(str).astype(np.float64)
            same = (shortest == values[:, self.narrow]) | np.isnan(values[:, self.narrow])
            self.narrow[self.narrow] = same.all(axis=0)

    def _typed(self, column: int, values: Floats) -> NDArray[Any]:
        """Numbers of a column as they may be when they are written again."""
        return values.astype(np.float32) if self.narrow[column] else values

    def _spell(self, column: int, cells: tuple[str, ...], values: NDArray[Any]) -> None:
        """Keep how a column goes on being spelled, and the cells that are odd."""
        known = self._now.get(column)
        made = [] if known is None else known.texts(values)
        if known is None or made != list(cells):
            found = best(cells, values)
            other = found.texts(values)
            if known is None or _differ(other, cells) + 2 < _differ(made, cells):
                self.spellings.append((self.rows, column, found))
                self._now[column], made = found, other
            self._keep(column, cells, made)
        self.whole[column] &= self._now[column].whole

    _now: dict[int, Spelling] = field(default_factory=dict)

    def _keep(self, column: int, cells: tuple[str, ...], made: list[str]) -> None:
        """Keep cells that are spelled another way; raises InvalidInput for what is no number."""
        for row, (cell, other) in enumerate(zip(cells, made, strict=True)):
            if cell != other:
                if number(cell) is None:
                    self._refuse(column, row, cells)
                self.odd.add(self.rows + row, column, cell)


def _is_long(cells: Sequence[str]) -> bool:
    """Whether any of the first cells has the digits of a float32."""
    return any(significant(cell) >= _DIGITS for cell in cells[:100])


def _differ(made: list[str], cells: Sequence[str]) -> int:
    return sum(one != other for one, other in zip(made, cells, strict=True))


def _pieces(stream: BinaryIO, name: str, most: int) -> Iterator[tuple[list[bytes], bool]]:
    """The lines of a stream, some at a time, and whether the last of them has an end."""
    rest = b""
    while piece := stream.read(most):
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST:
            raise LimitExceeded(f"{name} has a line of more than {LONGEST} bytes; is it a table?")
        yield lines, True
    if rest:
        yield [rest], False
