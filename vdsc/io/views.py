"""Arrays that have one sensible meaning, as the frames that a codec takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vdsc.core.numeric_view import BFLOAT16
from vdsc.core.types import Values
from vdsc.errors import InvalidInput
from vdsc.io.check import CHANNELS, check_finite

Shape = tuple[int, ...]
Step = Callable[[Values, str, int], Values]


@dataclass(frozen=True, slots=True)
class View:
    """Shape and dtype of the frames that a codec sees, what makes them, and what is said of it."""

    shape: Shape
    dtype: np.dtype[Any]
    steps: tuple[Step, ...] = ()
    note: str = ""

    def apply(self, frames: Values, name: str, begin: int) -> Values:
        """Frames (n, ...) of the file, the first of them number `begin`, as the codec sees them."""
        for step in self.steps:
            frames = step(frames, name, begin)
        return frames

    def then(self, shape: Shape, dtype: np.dtype[Any], step: Step, note: str) -> View:
        """This view, and one more step."""
        said = f"{self.note}; {note}" if self.note else note
        return View(shape, dtype, (*self.steps, step), said)


def view_of(shape: Shape, dtype: np.dtype[Any]) -> View:
    """The view of frames of this shape and dtype: bfloat16, channels first, video in floats."""
    view = View(shape, dtype.newbyteorder("="))
    if dtype == BFLOAT16:
        view = view.then(shape, np.dtype(np.float32), widened, "bfloat16 as float32")
    if not _may_be_video(view):
        return view
    if shape[3] not in CHANNELS and shape[1] in CHANNELS:
        last = (shape[0], *shape[2:], shape[1])
        view = view.then(last, view.dtype, channels_last, f"channels last: {last}")
    if view.dtype.kind == "f" and view.shape[3] in CHANNELS:
        words = "video of floats from 0 to 1 as uint8"
        view = view.then(view.shape, np.dtype(np.uint8), pixels, words)
    return view


def widened(frames: Values, name: str, begin: int) -> Values:
    """bfloat16 (n, ...) as the float32 of the same value."""
    words = np.ascontiguousarray(frames).view(np.uint16).astype(np.uint32) << np.uint32(16)
    return words.view(np.float32).reshape(frames.shape)


def channels_last(frames: Values, name: str, begin: int) -> Values:
    """(n, C, H, W) as (n, H, W, C)."""
    return np.ascontiguousarray(np.moveaxis(frames, 1, 3))


def pixels(frames: Values, name: str, begin: int) -> Values:
    """Floats from 0 to 1 as uint8 from 0 to 255, rounded; InvalidInput for what lies outside."""
    check_finite(frames, name, begin)
    outside = np.argwhere((frames < 0) | (frames > 1))
    if outside.size:
        frame, *rest = outside[0].tolist()
        where = ", ".join(map(str, (begin + frame, *rest)))
        words = f"{name}[{where}] is {float(frames[tuple(outside[0])]):g}"
        raise InvalidInput(f"{words}; video must be uint8, or floats from 0 to 1")
    rounded: Values = np.rint(frames.astype(np.float64) * 255).astype(np.uint8)
    return rounded


def _may_be_video(view: View) -> bool:
    return len(view.shape) == 4 and (view.dtype == np.uint8 or view.dtype.kind == "f")
