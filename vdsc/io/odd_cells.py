"""Cells of a table that its spellings do not give, kept as text with their places.

A line of text each: how many rows further down, a space, the column, a space, the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_BYTES = 1 << 22
"""Text that is kept beside a table; beyond it only the numbers are."""


@dataclass(slots=True)
class OddCells:
    """Odd cells as they are found, row after row; `lost` counts those of a table with too many."""

    lines: list[tuple[int, int, str]] = field(default_factory=list)
    size: int = 0
    lost: int = 0

    def add(self, row: int, column: int, text: str) -> None:
        """Keep one more cell; in any order."""
        self.size += len(text) + 4
        if self.lost or self.size > MOST_BYTES:
            self.lost += len(self.lines) + 1
            self.lines.clear()
        else:
            self.lines.append((row, column, text))

    def pack(self, without: int | None = None) -> bytes:
        """All cells as text, but those of one column; columns beyond it move to the left."""
        last, made = 0, []
        for row, column, text in sorted(self.lines):
            if column != without:
                moved = column - (without is not None and column > without)
                made.append(f"{row - last} {moved} {text}\n")
                last = row
        return "".join(made).encode("utf-8")


def unpack(data: object) -> Iterator[tuple[int, int, str]]:
    """Row, column and text of each odd cell in metadata; what is none of ours holds none."""
    row = 0
    for line in data.decode("utf-8", "replace").split("\n") if isinstance(data, bytes) else ():
        down, _, rest = line.partition(" ")
        column, _, text = rest.partition(" ")
        if not (_counts(down) and _counts(column)):
            return
        row += int(down)
        yield row, int(column), text


def _counts(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 12
