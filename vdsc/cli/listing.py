"""`vdsc info -l`: one line a file, and totals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vdsc.cli.speech import put
from vdsc.core.words import printable

if TYPE_CHECKING:
    from vdsc.api import Info

TITLES = ("size", "raw", "ratio", "frames", "codec", "values", "file")
WIDTHS = (15, 17, 8, 13, -9, -28, 0)
"""Columns of each cell, to the right or, below zero, to the left; 0 takes what it takes."""


@dataclass(slots=True)
class Listing:
    """Prints files as they come; with `quiet` it counts only, and `as_dict` says all."""

    quiet: bool = False
    files: list[dict[str, Any]] = field(default_factory=list)

    def add(self, path: str, facts: Info) -> None:
        """Print the line of a file, after the titles if it is the first."""
        if not self.files and not self.quiet:
            put(_line(TITLES))
        row = {
            "file": path,
            "size": facts.size,
            "raw_bytes": facts.raw_bytes,
            "ratio": facts.raw_bytes / facts.size,
            "frames": facts.frames,
            "codec": facts.codec,
            "model": facts.model,
            "dtype": facts.dtype,
            "shape": list(facts.shape),
        }
        self.files.append(row)
        if not self.quiet:
            values = f"{facts.dtype} {facts.shape}"
            put(_line((*_numbers(row), facts.codec, values, printable(path))))

    def end(self, asked: int) -> None:
        """Print the totals of more than one file, of so many that were asked for."""
        if asked > 1 and self.files and not self.quiet:
            lost = asked - len(self.files)
            words = f"{len(self.files):,} files" + (f", {lost:,} not read" if lost else "")
            put(_line((*_numbers(self.total), "", "", words)))

    @property
    def total(self) -> dict[str, Any]:
        """Sums over all files, and how much smaller they are together."""
        sums = {key: sum(one[key] for one in self.files) for key in ("size", "raw_bytes", "frames")}
        ratio = sums["raw_bytes"] / sums["size"] if self.files else 0.0
        return {"files": len(self.files), "ratio": ratio, **sums}


def _numbers(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['size']:,}",
        f"{row['raw_bytes']:,}",
        f"{row['ratio']:.1f}x",
        f"{row['frames']:,}",
    )


def _line(cells: tuple[str, ...]) -> str:
    """Cells in columns; a cell that is too wide moves the others."""
    padded = (
        cell.rjust(width) if width >= 0 else cell.ljust(-width)
        for cell, width in zip(cells, WIDTHS, strict=True)
    )
    return "  ".join(padded).rstrip()
