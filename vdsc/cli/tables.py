"""Tables on stdout: bold names on a terminal, plain text in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from vdsc.cli.progress import console, is_terminal
from vdsc.cli.speech import put
from vdsc.core.words import printable


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print `rows` in columns; nothing in a cell can move the cursor or change colours."""
    cells = [[printable(cell) for cell in row] for row in rows]
    if not is_terminal(sys.stdout):  # without rich: `info` is to be quick in scripts
        _print_plain(cells)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for i in range(len(cells[0])):
        table.add_column(style="bold" if i == 0 else "")
    for row in cells:
        table.add_row(*map(Text, row))
    console(sys.stdout).print(table)


def _print_plain(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    put("\n".join(lines))
