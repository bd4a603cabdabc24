"""How rows of numbers are written as text, and the few words that are written otherwise.

A column has a format of its own: as many digits after the point, or as many significant ones, or as
few as say the number. What a row's text lacks beside that is kept as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

LEARNED = 256
"""Rows from which formats are learnt."""

MOST = 1 << 18
"""Words and rows that are kept as they are; beyond them numbers are written anew."""

MOST_TEXT = 1 << 22
"""Bytes of those words and rows."""

SHORTEST = "%r"
_FIXED = re.compile(r"[+-]?[0-9]+(?:\.([0-9]+))?")
_KNOWN = re.compile(r"%(?:\.[0-9]{1,2}[fg]|r)")


@dataclass(frozen=True)
class RowText:
    """The format of each column, what stands between numbers, before the first, after the last."""

    formats: tuple[str, ...]
    between: str
    before: str
    after: str

    @classmethod
    def learnt(cls, rows: Sequence[str]) -> RowText:
        """The usual way in which rows, each of as many numbers, are written."""
        columns = list(zip(*(row.split() for row in rows), strict=True))
        formats = _alike(columns, [_format(column) for column in columns])
        ends = Counter(ends_of(row) for row in rows)
        between = Counter(gap for row in rows for gap in re.findall(r"\S(\s+)(?=\S)", row))
        usual = between.most_common(1)[0][0] if between else " "
        before, after = ends.most_common(1)[0][0]
        return cls(formats, usual, before, after)

    @cached_property
    def _line(self) -> str:
        return " ".join(self.formats)

    def words(self, numbers: Sequence[float]) -> list[str]:
        """The numbers of a row, each in its column's format."""
        return (self._line % tuple(numbers)).split(" ")

    def exact(self, numbers: Sequence[float]) -> list[str]:
        """The same, but with as many digits as it takes where a format does not say the number."""
        words = self.words(numbers)
        if [float(word) for word in words] == list(numbers):
            return words
        pairs = zip(words, numbers, strict=True)
        return [word if float(word) == number else repr(number) for word, number in pairs]

    def row(self, words: Sequence[str]) -> str:
        """The text of a row of words."""
        return f"{self.before}{self.between.join(words)}{self.after}"

    def fields(self) -> dict[str, Any]:
        """It as metadata; formats are those of runs of columns."""
        runs: list[list[Any]] = []
        for one in self.formats:
            if runs and runs[-1][0] == one:
                runs[-1][1] += 1
            else:
                runs.append([one, 1])
        flat = [part for run in runs for part in run]
        return {"formats": flat, "ends": [self.before, self.between, self.after]}

    @classmethod
    def of_fields(cls, fields: Any, columns: int) -> RowText:
        """The inverse of `fields`; raises ValueError, TypeError or KeyError for anything else."""
        flat, (before, between, after) = fields["formats"], fields["ends"]
        if sum(flat[1::2]) != columns or not all(map(_KNOWN.fullmatch, flat[::2])):
            raise ValueError("formats")
        formats = [one for one, n in zip(flat[::2], flat[1::2], strict=True) for _ in range(n)]
        if not between or (before + between + after).strip():
            raise ValueError("ends")
        return cls(tuple(formats), between, before, after)


@dataclass
class Exceptions:
    """Words (by their place among all) and rows that are written otherwise than usual.

    full: whether there were more than are kept.
    """

    steps: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    full: bool = False
    _last: int = 0
    _size: int = 0

    def compare(self, usual: RowText, number: int, row: str, numbers: Sequence[float]) -> None:
        """Keep what row `number` has that its numbers do not say."""
        words = usual.words(numbers)
        if self.full or row == usual.row(words):
            return
        own = row.split()
        for column, (word, other) in enumerate(zip(own, words, strict=True)):
            if word != other:
                self._add(number * len(own) + column, word)
        if row != usual.row(own):
            before, after = ends_of(row)
            plain = row == f"{before}{usual.between.join(own)}{after}"
            self.rows.append([number, before, after] if plain else [number, row])
            self._size += len(row)
        self.full = len(self.words) + len(self.rows) > MOST or self._size > MOST_TEXT

    def _add(self, place: int, word: str) -> None:
        self.steps.append(place - self._last)
        self.words.append(word)
        self._last, self._size = place, self._size + len(word)

    def fields(self) -> dict[str, Any]:
        """They as metadata; none where there were too many."""
        if self.full:
            return {}
        found = {"steps": self.steps, "words": " ".join(self.words), "rows": self.rows}
        return {key: value for key, value in found.items() if value}


def ends_of(row: str) -> tuple[str, str]:
    """What stands before the first and after the last number of a row."""
    inner = row.lstrip()
    return row[: len(row) - len(inner)], row[len(row.rstrip()) :]


def _format(column: Sequence[str]) -> str:
    """The format that writes most words of a column as they are."""
    fixed = Counter(len(m[1] or "") for word in column if (m := _FIXED.fullmatch(word)))
    digits = max(len(re.sub(r"[eE].*|[^0-9]", "", word).lstrip("0")) for word in column)
    tried = [f"%.{places}f" for places, _ in fixed.most_common(2) if places < 100]
    tried += [f"%.{min(max(digits, 1), 17)}g", SHORTEST]
    return max(tried, key=lambda one: _right(one, column))


def _alike(columns: Sequence[Sequence[str]], formats: list[str]) -> tuple[str, ...]:
    """The formats of columns, or the usual ones of all where they do as well."""
    found = [_right(one, column) for one, column in zip(formats, columns, strict=True)]
    for usual, _ in Counter(formats).most_common(2):
        for number, column in enumerate(columns):
            if formats[number] != usual and _right(usual, column) >= found[number]:
                formats[number] = usual
    return tuple(formats)


def _right(one: str, column: Sequence[str]) -> int:
    """How many words of a column a format writes as they are."""
    return sum(one % float(word) == word for word in column)
