"""Words on stderr, tables on stdout: in colour on a terminal, plain in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from vdsc.api import Report

ENDLESS = 100_000  # columns of a pipe: nothing is wrapped or cut there


class Tick(Protocol):
    """Moves a progress bar."""

    def __call__(self, done: int, total: int, words: str = "") -> None:
        """Show `done` of `total`, and `words` after the bar."""


def console(file: TextIO) -> Console:
    """Rich console on `file`, which wraps and colours only on a terminal."""
    from rich.console import Console

    return Console(file=file, width=None if file.isatty() else ENDLESS, highlight=False)


@contextmanager
def progress_bar(title: str) -> Iterator[Tick | None]:
    """Draw a bar with its ETA until the block ends; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[words]}", markup=False),
    )
    with Progress(*columns, console=console(sys.stderr), transient=True) as progress:
        task = progress.add_task(title, total=None, words="")

        def tick(done: int, total: int, words: str = "") -> None:
            progress.update(task, completed=done, total=total, words=words)

        yield tick


def say_report(path: str, output: str, report: Report) -> None:
    """One line on stderr: what `path` became, how small, how close, how fast."""
    from rich.text import Text

    line = Text(f"{path} -> {output}  ")
    line.append(f"{report.file_bytes:,} bytes", "bold")
    line.append(f"  {report.ratio:.1f}x", "bold green")
    line.append(f"  {report.bits_per_value:.4g} bits/value  {error_words(report)}")
    line.append(f"  {report.seconds:.1f} s{maker_words(report)}", "dim")
    console(sys.stderr).print(line, soft_wrap=True)


def maker_words(report: Report) -> str:
    """By which model, with how many knots, drawn or not; nothing for a lossless file."""
    how = " drawn by rec" if report.grid == "rec" else ""
    return "" if report.lossless else f"  ({report.model}, {report.knots} knots{how})"


def error_words(report: Report) -> str:
    """What the file loses: PSNR of video, else the mean and the largest absolute error."""
    if report.lossless:
        return "lossless, verified" if report.verified else "lossless, not verified"
    if report.psnr is not None:
        return f"PSNR {report.psnr:.2f} dB"
    if report.mean_error is None or report.max_error is None:
        return "error not measured"
    unit = f" {report.unit}" if report.unit else ""
    return f"error mean {report.mean_error:.3g}{unit}, max {report.max_error:.3g}{unit}"


def print_table(rows: Sequence[Sequence[str]], header: Sequence[str] | None = None) -> None:
    """Print `rows` on stdout in columns, under `header`; on a terminal the first one is bold."""
    if not sys.stdout.isatty():  # without rich: `info` is to be quick in scripts
        _print_plain(rows if header is None else [header, *rows])
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=header is not None, pad_edge=False, padding=(0, 2, 0, 0))
    for i, title in enumerate(header or rows[0]):
        table.add_column(title, style="bold" if i == 0 else "")
    for row in rows:
        table.add_row(*map(Text, row))
    console(sys.stdout).print(table)


def _print_plain(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())
