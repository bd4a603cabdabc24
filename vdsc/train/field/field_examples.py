"""The fields that a context network is trained on: pictures, sounds, videos of some folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from vdsc.codecs.gaps.filling import Filling
from vdsc.core.types import Values
from vdsc.errors import InvalidInput
from vdsc.io.source import array_source

PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}
ARRAYS = {".npy", ".npz", ".wav"}
FILMS = {".mp4", ".mov", ".mkv", ".webm", ".gif"}
CHANNELS = 4
FRAMES, SIDES = (32, 100), (64, 128)
"""Frames and sides of a video that pans over a picture."""

LIVELY, WIDE = 1.5, 0.01
"""Pixels a frame that a view moves usually, and by what share its width changes."""

VIDEO = 3
"""Axes of a video."""

TILED, TILES = 0.25, (24, 32, 32, 48)
"""How often a picture is cut into small ones that are coded together, and their sides."""

STACK = 64
"""Pictures or sounds of one array that make one example."""

KEPT = 1 << 31
"""Bytes of files that are kept before all are forgotten."""

VALUES = 1 << 20
"""Values of an example at most: more are cropped."""


class FieldExamples:
    """All fields of so many axes below some folders or in some files, in the order of their names.

    Raises InvalidInput where there are none.
    """

    def __init__(
        self, places: list[Path], axes: int, rows: tuple[int, ...] = (), *, pixels: bool
    ) -> None:
        self._axes, self._pixels, self._rows = axes, pixels, slice(*rows or (None,))
        self._found: list[tuple[Path, str, int]] = []
        for path in files_below(places):
            self._found += [(path, key, number) for key, number in self._items(path)]
        if not self._found:
            named = ", ".join(map(str, places)) or "no folder"
            raise InvalidInput(f"{named}: no fields of {axes} axes; set data=[...] in the config")

    def __len__(self) -> int:
        """How many there are."""
        return len(self._found)

    def example(self, number: int, rng: np.random.Generator) -> Values:
        """One of them, or a part of it: (frames, ...) with channels, if it has any, last."""
        path, key, item = self._found[number]
        if path.suffix.lower() in PICTURES:
            with Image.open(path) as image:
                picture = np.asarray(image.convert("RGB"))
            if self._axes == VIDEO:
                return _panned(picture, rng)
            tiled = rng.random() < TILED
            return _tiles(picture, rng) if tiled else _cropped(picture[None], rng)
        array = _whole(self._read(path)[key])
        if depth := self._depth(array.shape):
            flat = array.reshape(-1, *array.shape[depth:])
            return _cropped(flat[item : item + STACK] if self._small(array) else flat[item], rng)
        return _cropped(array[None] if self._axes == VIDEO - 1 else array, rng)

    def _items(self, path: Path) -> Iterator[tuple[str, int]]:
        if path.suffix.lower() in PICTURES:
            if self._pixels and self._axes in {VIDEO - 1, VIDEO}:
                yield "", 0
            return
        for key, array in self._read(path).items():
            if array.dtype.kind not in "fiu" or (array.dtype == np.uint8) != self._pixels:
                continue
            depth = self._depth(array.shape)
            if depth >= 0:
                step = STACK if self._small(array) else 1
                yield from ((key, i) for i in range(0, int(np.prod(array.shape[:depth])), step))

    def _read(self, path: Path) -> dict[str, Values]:
        """The arrays of a file by name, of stacks those rows that are meant."""
        found = _read(path)
        if self._rows == slice(None):
            return found
        stacks = {name: self._depth(array.shape) > 0 for name, array in found.items()}
        return {k: array[self._rows] if stacks[k] else array for k, array in found.items()}

    def _small(self, array: Values) -> bool:
        """Whether fields have so few axes that several make one example, apart from each other."""
        return self._axes < VIDEO and self._depth(array.shape) > 0

    def _depth(self, shape: tuple[int, ...]) -> int:
        """How many axes stand before those of one field; below 0 if there are too few."""
        colours = len(shape) > self._axes and shape[-1] <= CHANNELS
        return len(shape) - self._axes - colours


def files_below(places: list[Path]) -> list[Path]:
    """The files that may hold fields, of some folders in the order of their names."""
    kinds = PICTURES | ARRAYS | FILMS
    found: list[Path] = []
    for place in places:
        found += (
            [place]
            if place.is_file()
            else sorted(path for path in place.rglob("*") if path.suffix.lower() in kinds)
        )
    return found


_kept: dict[Path, dict[str, Values]] = {}


def _read(path: Path) -> dict[str, Values]:
    """The arrays of a file by name; those of the last files are kept."""
    if path not in _kept:
        if sum(map(_memory, _kept.values())) > KEPT:
            _kept.clear()
        if path.suffix.lower() in {".wav", *FILMS}:
            from vdsc.io.source import open_source

            with open_source(str(path)) as source:
                _kept[path] = {"": source.read(0, source.shape[0])}
        else:
            # A stack of clips may be larger than memory: what is asked for is read, no more.
            made = np.load(path, mmap_mode="c", allow_pickle=False)
            _kept[path] = {"": made} if isinstance(made, np.ndarray) else dict(made)
    return _kept[path]


def _memory(arrays: dict[str, Values]) -> int:
    """Bytes of memory that the arrays of a file take: none where they are read as they are used."""
    return sum(one.nbytes for one in arrays.values() if not isinstance(one, np.memmap))


def _whole(array: Values) -> Values:
    """An array whose gaps, if there are any, are filled as codec `gaps` does."""
    if array.dtype.kind != "f":
        return array
    filling = Filling.of(array_source(array, exact=True))
    return array if filling is None else filling.filled(array)


def _cropped(values: Values, rng: np.random.Generator) -> Values:
    """A part with at most so many values: shorter along the longest axes."""
    while values.size > VALUES:
        axis = int(np.argmax(values.shape))
        keep = max(1, values.shape[axis] * 3 // 4)
        begin = int(rng.integers(0, values.shape[axis] - keep + 1))
        values = np.take(values, np.arange(begin, begin + keep), axis)
    return np.ascontiguousarray(values)


def _tiles(picture: Values, rng: np.random.Generator) -> Values:
    """Random parts (STACK, side, side, 3)."""
    side = min(int(rng.choice(TILES)), *picture.shape[:2])
    room = np.array(picture.shape[:2]) - side + 1
    corners = rng.integers(0, room, (STACK, 2))
    return np.stack([picture[y : y + side, x : x + side] for y, x in corners])


def _panned(picture: Values, rng: np.random.Generator) -> Values:
    """A video (T, S, S, 3) of a view that drifts, turns wider or closer, or stands still."""
    frames, side = int(rng.integers(*FRAMES)), int(rng.choice(SIDES))
    image = Image.fromarray(picture)
    most = min(picture.shape[:2]) / side
    width = rng.uniform(min(1.0, most), most)
    at = rng.uniform(0, 1, 2) * np.maximum(np.array(image.size) - width * side, 0)
    speed = rng.normal(0, LIVELY, 2) * (rng.random() < 0.8)
    wider = 1 + rng.normal(0, WIDE) * (rng.random() < 0.5)
    made = []
    for _ in range(frames):
        room = np.maximum(np.array(image.size) - width * side, 0)
        speed = np.where((at < 0) | (at > room), np.abs(speed) * np.where(at < 0, 1, -1), speed)
        box = (*np.clip(at, 0, room), *(np.clip(at, 0, room) + min(width, most) * side))
        view = image.resize((side, side), Image.Resampling.BILINEAR, box=box)
        made.append(np.asarray(view))
        at, width = at + speed, float(np.clip(width * wider, 0.5, most))
        speed = speed + rng.normal(0, LIVELY / 8, 2)
    return np.stack(made)
