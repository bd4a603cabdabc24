"""The page CARD.md of a model that was trained on a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vdsc.core.words import printable
from vdsc.train.folder.folder_data import FolderData
from vdsc.train.folder.kept_files import Worth

LISTED = 24
"""Kept sequences that are named."""


def summary(found: Sequence[Worth]) -> str:
    """What a model is worth, in one line."""
    if not found:
        return "no kept sequence could be compared with codec 'linear'"
    parts = [f"{one.share:.2f} at quality {one.quality}" for one in found]
    first = found[0]
    words = f"{first.files} kept sequences: {', '.join(parts)} of the bytes of codec 'linear'"
    refused = max(one.refused for one in found)
    missed = f"; {refused} could not be compared" if refused else ""
    return f"{words} at equal error{missed}{_better_without(found)}"


def write_card(
    out: Path, data: FolderData, found: Sequence[Worth], *, command: str, training: str
) -> None:
    """Write CARD.md into the model's folder.

    training: what was done, with its time, in words.
    """
    rows = {
        "data": f"{data.folder.name}: {data.words[0]}",
        "licence of the data": "`vdsc train` does not know it: write it here before sharing",
        "channels": data.kinds,
        "kept files": _names(data),
        "command": f"`{command}`",
        "training": training,
    }
    lines = [f"# {printable(out.name)}", "", "| | |", "| --- | --- |"]
    lines += [f"| {name} | {_cell(words)} |" for name, words in rows.items()]
    lines += ["", *_figures(found), ""]
    scratch = out / "CARD.md.new"
    scratch.write_text("\n".join(lines))
    scratch.replace(out / "CARD.md")


def _figures(found: Sequence[Worth]) -> list[str]:
    """The table of bytes and errors."""
    if not found:
        return ["No kept sequence could be compared with codec `linear`."]
    head = [
        "Whole files of the kept sequences, which the steps never saw (the best of the networks on",
        "the way was chosen by them), beside those of codec `linear` at equal error, which is the",
        "mean over channels of errors in units of the model's scales:",
        "",
        "| quality | files | bytes | `linear` | share | mean error |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return [*head, *map(_row, found)]


def _better_without(found: Sequence[Worth]) -> str:
    """Where the codec without a model makes the smaller files, in words; empty if nowhere."""
    lost = [str(one.quality) for one in found if one.share >= 1]
    if not lost:
        return ""
    return f"; the model saves nothing at quality {', '.join(lost)}: use codec 'linear' there"


def _row(one: Worth) -> str:
    errors = ", ".join(f"{name} {mean:.3g} {unit}".strip() for name, unit, mean in one.errors)
    cells = (one.quality, one.files, one.learned, one.plain, f"{one.share:.2f}", errors)
    return "| " + " | ".join(map(str, cells)) + " |"


def _names(data: FolderData) -> str:
    named = [clip.name for clip in data.kept]
    more = f" and {len(named) - LISTED} more" if len(named) > LISTED else ""
    return ", ".join(named[:LISTED]) + more


def _cell(words: str) -> str:
    return printable(words).replace("|", "/")
