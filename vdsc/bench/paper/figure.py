"""What a figure of the paper is here: inputs, a record in JSON, a table and a picture."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vdsc.bench.clips import Clip
from vdsc.bench.runner import Journal, Talk
from vdsc.model import store

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a figure is made.

    out: JSON, tables and pictures. files: .vds files that may be made again. journal: what has been
    measured so far. say: takes a line a step.
    """

    out: Path
    files: Path
    journal: Journal
    say: Talk

    def kept(self, name: str, make: Callable[[], bytes]) -> Path:
        """The file `name`, made if it is not there; what counts is its size on disk."""
        path = self.files / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch = path.with_suffix(".new")
            scratch.write_bytes(make())
            scratch.replace(path)
        return path


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """One figure.

    shown: what the paper shows. differs: what is different here. inputs: what the results depend
    on; raises NoData. make: measures. table: the record in Markdown. draw: writes a PNG.
    """

    name: str
    title: str
    shown: str
    differs: str
    inputs: Callable[[], Record]
    make: Callable[[Workplace], Record]
    table: Callable[[Record], str]
    draw: Callable[[Record, Workplace, Path], None]


def digest_of_clips(clips: Iterable[Clip]) -> str:
    """A hash of names and values, 16 digits."""
    found = hashlib.sha256()
    for clip in clips:
        found.update(clip.name.encode() + np.ascontiguousarray(clip.values).tobytes())
    return found.hexdigest()[:16]


def digest_of_file(path: Path) -> str:
    """A hash of a file, 16 digits; "" where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""


def digest_of_model(name: str) -> str:
    """The hash of an installed checkpoint and of its knot process; raises ModelMissing."""
    checkpoint = store.by_name(name)
    process = checkpoint.process
    more = hashlib.sha256(b"".join(process[key].tobytes() for key in sorted(process)))
    return checkpoint.digest.hex() + (more.hexdigest()[:8] if process else "")


def inputs_digest(inputs: Record) -> str:
    """A hash of what results depend on; the folder of files made from it is called so."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:12]


def markdown_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table, its first column to the left and the others to the right."""
    names = list(head)
    lines = [names, [":--", *["--:"] * (len(names) - 1)], *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
