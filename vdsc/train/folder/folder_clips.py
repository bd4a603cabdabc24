"""The sequences of a folder: every array in it that a model of vectors can be trained on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from vdsc.core.types import Values
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.formats import PICTURES
from vdsc.io.source import SUFFIXES, Source, array_source, open_source

SHORTEST = 8
"""Frames that a sequence must have to be learned from."""

LEAST = 128
"""Frames that a folder must have in all."""

MOST = 1 << 28
"""Values that are held in memory, 1 GiB of float32."""

SHOWN = {".mp4", ".mov", ".webm", ".mkv", ".gif", *PICTURES}
"""Suffixes of what shows pixels, which no model of vectors is trained on."""

SAID = "channels.json", "index.csv"
"""Files that say something of the sequences and are none."""


@dataclass(frozen=True, eq=False)
class Clip:
    """One sequence: its name, values (T, D) float32 and, where its file says so, its frame rate."""

    name: str
    values: Values
    rate: float | None


def read_clips(folder: Path) -> tuple[list[Clip], list[str]]:
    """The sequences below a folder in the order of their names, and words about those left out.

    Raises:
        InvalidInput: a file cannot be read, has values that are not finite or other channels than
            the rest; or there is too little, or more than memory should hold.
    """
    files = sorted(p for p in folder.rglob("*") if _is_sequence(p))
    if not files:
        kinds = ", ".join(s for s in SUFFIXES if s not in SHOWN)
        raise InvalidInput(f"{folder} holds no sequence; put files of {kinds} there")
    clips: list[Clip] = []
    for path in files:
        clips += _clips_of(path, str(path.relative_to(folder)))
        _check(clips)
    long = [clip for clip in clips if len(clip.values) >= SHORTEST]
    count = sum(len(clip.values) for clip in long)
    if count < LEAST:
        words = f"{folder} has {count} frames in sequences of {SHORTEST} or more"
        raise InvalidInput(f"{words}; training needs at least {LEAST}, and is worth it from 1000")
    short = len(clips) - len(long)
    words = f"{short} sequences of fewer than {SHORTEST} frames were left out"
    return long, [words] if short else []


def _is_sequence(path: Path) -> bool:
    hidden = path.name.startswith(".") or path.name in SAID
    kind = path.suffix.lower()
    return not hidden and kind in SUFFIXES and kind not in SHOWN and path.is_file()


def _clips_of(path: Path, name: str) -> Iterator[Clip]:
    """The sequences of one file."""
    if path.suffix.lower() not in {".npy", ".npz"}:
        with open_source(str(path)) as source:
            yield _clip(source, name)
        return
    for key, array in _arrays(path):
        called = f"{name}:{key}" if key else name
        if array.ndim == 3 and array.shape[2] != 3:  # a batch; three columns are points
            for number, one in enumerate(array):
                yield _clip(array_source(one, called), f"{called}:{number}")
        elif array.dtype.kind == "f" or not key:  # archives may hold labels
            yield _clip(array_source(array, called), called)


def _arrays(path: Path) -> Iterator[tuple[str, Any]]:
    """Arrays of a .npy or .npz file by their keys; never a pickle."""
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
        if isinstance(found, np.ndarray):
            yield "", found
            return
        with found:
            for key in found.files:
                yield key, found[key]
    except (EOFError, OSError, ValueError) as error:
        why = printable(str(error)[:80])
        raise InvalidInput(f"cannot read {path}: {why}; remove it or write it again") from None


def _clip(source: Source, name: str) -> Clip:
    """All frames of a source as vectors."""
    if source.dtype.kind != "f":
        words = f"{printable(name)} holds {source.dtype}; a model of vectors takes floats"
        raise InvalidInput(f"{words}: convert it with astype('float32'), or move it elsewhere")
    if prod(source.shape) > MOST:
        raise InvalidInput(f"{printable(name)} is too long to train on at once; cut it into parts")
    values = source.read(0, source.shape[0]).reshape(source.shape[0], -1).astype(np.float32)
    if not np.isfinite(values).all():
        raise InvalidInput(f"{printable(name)} has values beyond float32; rescale it")
    clock = source.clock
    rate = None if clock is None or clock.rate is None else float(clock.rate)
    return Clip(name, values, rate)


def _check(clips: list[Clip]) -> None:
    """Raise InvalidInput where the last sequence does not go with the others."""
    widths = {clip.values.shape[1]: printable(clip.name) for clip in reversed(clips)}
    if len(widths) > 1:
        (one, a), (other, b), *_ = widths.items()
        words = f"{a} has {one} channels and {b} has {other}"
        raise InvalidInput(f"{words}; a model takes one kind of sequence: move the others away")
    if sum(clip.values.size for clip in clips) > MOST:
        raise InvalidInput(f"more than {MOST} values; train on fewer of these files")


def _length(clip: Clip) -> int:
    return len(clip.values)


def split(clips: list[Clip]) -> tuple[list[Clip], list[Clip]]:
    """Sequences to train on, and those that are kept to judge by: every eighth, at least two.

    Of fewer than four sequences the last sixth of each is kept in their place.
    """
    if len(clips) < 4:
        cut = [max(SHORTEST, min(n * 5 // 6, n - SHORTEST)) for n in map(_length, clips)]
        parts = list(zip(clips, cut, strict=True))
        first = [Clip(c.name, c.values[:at], c.rate) for c, at in parts]
        last = [Clip(f"{c.name} from frame {at}", c.values[at:], c.rate) for c, at in parts]
        return first, [clip for clip in last if len(clip.values) >= SHORTEST]
    count = max(2, len(clips) // 8)
    kept = {int(at) for at in np.linspace(1, len(clips) - 2, count).round()}
    others = [clip for at, clip in enumerate(clips) if at not in kept]
    return others, [clips[at] for at in sorted(kept)]
