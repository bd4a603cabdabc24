"""For the encoder: sprites that move by whole pixels over black, all but a few pixels of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from vdsc.core.types import Ints

Pixels = NDArray[np.uint8]
STRIDE = 8
"""The farthest that a sprite is looked for, in pixels a frame."""

MOST_WRONG = 8
"""How many pixels of a frame may differ from the scene's."""

_TRIES, _CHOICES = 5, 400
_CLEAR = 3  # empty rows or columns that surely part two sprites, whose own strokes may have gaps
Box = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Scene:
    """Sprites (h, w) uint8 and their upper left corners (T, objects, 2), known from one frame on.

    In frame `anchor` no two sprites share a row and a column, so it shows all of each.
    """

    anchor: int
    sprites: list[Pixels]
    places: Ints


def draw(sprites: list[Pixels], places: Ints, shape: tuple[int, int]) -> Pixels:
    """Sum of sprites at corners (objects, 2), cut at 255: (H, W)."""
    frame = np.zeros(shape, np.int64)
    for sprite, (row, column) in zip(sprites, places.tolist(), strict=True):
        frame[row : row + sprite.shape[0], column : column + sprite.shape[1]] += sprite
    return np.minimum(frame, 255).astype(np.uint8)


def find(x: Pixels, objects: int) -> Scene | None:
    """The scene that draws the frames x (T, H, W), or all but a few pixels; None if none was found.

    The first frames whose sprites are clearly apart are tried as anchors, then those where they
    are farthest apart: the widest gap of all is none within a sprite.
    """
    parted = [(t, *_parts(frame, objects)) for t, frame in enumerate(x)]
    whole = [part for part in parted if len(part[2]) == objects]
    clear = [part for part in whole if part[1] >= _CLEAR][:_TRIES]
    tries = clear + sorted(whole, key=lambda p: -p[1])[:_TRIES]
    for wrong, (t, _, boxes) in product((0, MOST_WRONG), tries):
        scene = _follow(x, t, boxes, wrong)
        if scene is not None:
            return Scene(_first_apart(scene), scene.sprites, scene.places)
    return None


def _first_apart(scene: Scene) -> int:
    """The first frame in which no two sprites' boxes meet."""
    sizes = np.array([sprite.shape for sprite in scene.sprites])
    low, high = scene.places[:, :, None], scene.places[:, :, None] + sizes[:, None]
    away = ((high <= low.swapaxes(1, 2)) | (high.swapaxes(1, 2) <= low)).any(axis=3)
    away |= np.eye(len(sizes), dtype=bool)
    return int(away.all(axis=(1, 2)).argmax())


def _parts(frame: Pixels, objects: int) -> tuple[int, list[Box]]:
    """The narrowest gap, and the boxes that cutting the frame at its widest gaps leaves."""
    boxes, narrowest = [_tight(frame, (0, 0, *frame.shape))], max(frame.shape)
    while len(boxes) < objects:
        gap, axis, at, which = max((*_gap(frame, box), i) for i, box in enumerate(boxes))
        if gap < 1:
            break
        narrowest, box = min(narrowest, gap), boxes.pop(which)
        boxes += [_tight(frame, part) for part in _cut(box, axis, at)]
    return narrowest, boxes


def _cut(box: Box, axis: int, at: int) -> tuple[Box, Box]:
    """The parts of a box before row (axis 0) or column (1) `at`, and from it on."""
    top, left, bottom, right = box
    if axis:
        return (top, left, bottom, at), (top, at, bottom, right)
    return (top, left, at, right), (at, left, bottom, right)


def _tight(frame: Pixels, box: Box) -> Box:
    """The smallest box (top, left, bottom, right) around what is not black in a box."""
    inside = frame[box[0] : box[2], box[1] : box[3]] > 0
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return box[0], box[1], box[0] + 1, box[1] + 1
    row, column = int(rows[0]) + box[0], int(columns[0]) + box[1]
    return row, column, int(rows[-1]) + 1 + box[0], int(columns[-1]) + 1 + box[1]


def _gap(frame: Pixels, box: Box) -> tuple[int, int, int]:
    """The widest run of empty rows (axis 0) or columns (1) inside a box, its axis and its end."""
    inside = frame[box[0] : box[2], box[1] : box[3]] > 0
    found = []
    for axis in (0, 1):
        full = np.flatnonzero(inside.any(axis=1 - axis))
        runs = np.diff(full) - 1
        if runs.size:
            i = int(runs.argmax())
            found.append((int(runs[i]), axis, int(full[i + 1]) + box[axis]))
    return max(found, default=(0, 0, 0))


def _follow(x: Pixels, anchor: int, boxes: list[Box], wrong: int) -> Scene | None:
    """The sprites of the boxes followed from their frame to both ends; None if one is lost."""
    sprites = [x[anchor, top:bottom, left:right].copy() for top, left, bottom, right in boxes]
    places = np.zeros((len(x), len(boxes), 2), dtype=np.int64)
    places[anchor] = [box[:2] for box in boxes]
    for step in (1, -1):
        speed = np.zeros_like(places[0])
        for t in range(anchor + step, len(x) if step > 0 else -1, step):
            last = places[t - step]
            found = _place(x[t], sprites, last, last + speed, wrong)
            if found is None:
                return None
            places[t], speed = found, found - last
    return Scene(anchor, sprites, places)


def _place(
    frame: Pixels, sprites: list[Pixels], last: Ints, wanted: Ints, wrong: int
) -> Ints | None:
    """Corners (objects, 2) near the last ones that draw the frame but for `wrong` pixels.

    The nearest to the wanted ones are tried first, and the first good ones taken.
    """
    choices = [
        _fits(frame, sprite, at, near, wrong)
        for sprite, at, near in zip(sprites, last, wanted, strict=True)
    ]
    for corners in islice(product(*choices), _CHOICES):
        places = np.array(corners)
        if np.count_nonzero(draw(sprites, places, frame.shape) != frame) <= wrong:
            return places
    return None


def _fits(
    frame: Pixels, sprite: Pixels, last: Ints, wanted: Ints, wrong: int
) -> list[tuple[int, int]]:
    """Corners within STRIDE of the last where few pixels of the sprite are above the frame's."""
    begin = np.maximum(last - STRIDE, 0)
    end = np.minimum(last + STRIDE + 1, np.array(frame.shape) - sprite.shape + 1)
    area = frame[begin[0] : end[0] + sprite.shape[0] - 1, begin[1] : end[1] + sprite.shape[1] - 1]
    views = np.lib.stride_tricks.sliding_window_view(area, sprite.shape)
    corners = np.argwhere((views < sprite).sum(axis=(2, 3)) <= wrong) + begin
    order = np.abs(corners - wanted).sum(axis=1).argsort(kind="stable")
    return [(int(row), int(column)) for row, column in corners[order]]
