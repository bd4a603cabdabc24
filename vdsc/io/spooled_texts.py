"""The cells of one column, in a temporary file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile

BLOCK = 1 << 14
"""Cells that are in memory at a time."""


class SpooledTexts:
    """Cells (T,) of a column in the order in which they were added; they hold no line ends."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 -- close() closes it
        self.size = 0

    def add(self, cells: Sequence[str]) -> None:
        """Append cells."""
        data = "".join(f"{cell}\n" for cell in cells).encode("latin-1")
        self.size += len(data)
        self._file.write(data)

    def blocks(self) -> Iterator[tuple[int, list[str]]]:
        """The number of its first cell, and a block of BLOCK cells, the last of fewer."""
        self._file.seek(0)
        cells: list[str] = []
        begin = 0
        for line in self._file:
            cells.append(line[:-1].decode("latin-1"))
            if len(cells) == BLOCK:
                yield begin, cells
                begin, cells = begin + BLOCK, []
        if cells:
            yield begin, cells

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()
