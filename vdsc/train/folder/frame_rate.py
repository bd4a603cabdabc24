"""How many frames a second the sequences of a folder have."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from vdsc.errors import InvalidInput
from vdsc.train.folder.folder_clips import Clip

INDEX, COLUMN = "index.csv", "fps"


def rate_of(
    folder: Path, clips: Sequence[Clip], given: float | None, named: float | None
) -> tuple[float, str]:
    """Frames a second, and who says so: the user, the files, channels.json, or index.csv.

    Raises InvalidInput where nobody does, or the files have several.
    """
    rates = sorted({clip.rate for clip in clips if clip.rate is not None})
    if given is not None:
        return given, "as asked"
    if len(rates) > 1:
        words = f"files of {rates[0]:g} and of {rates[-1]:g} frames a second"
        raise InvalidInput(f"{folder} has {words}; put each rate in a folder of its own")
    if rates:
        return rates[0], "as the files say"
    if named is not None:
        return named, "as channels.json says"
    listed = _listed(folder)
    if len(listed) == 1:
        return listed.pop(), f"as {INDEX} says"
    words = "the files do not say how many frames a second they have"
    raise InvalidInput(f"{words}; say it, for example --fps 30")


def _listed(folder: Path) -> set[float]:
    """All rates of an index.csv in the folder or beside it."""
    path = next((p for p in (folder / INDEX, folder.parent / INDEX) if p.is_file()), None)
    if path is None:
        return set()
    try:
        rows = csv.DictReader(io.StringIO(path.read_text()))
        found = {float(row[COLUMN]) for row in rows if row.get(COLUMN)}
    except (OSError, TypeError, ValueError, csv.Error):
        return set()
    return {rate for rate in found if 0 < rate < 1e6}
