"""Numbers and pictures as text that a page holds, and how many of them fit."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, features

from vdsc.core.sequence import Times
from vdsc.core.types import Floats, Values

LEVELS = 32766
"""Steps on both sides of the middle; -32768 stands for a gap."""

GAP = -32768
SHEET = 2048
"""Pixels a side of a sheet of pictures, unless one is larger."""


class Fuller(Exception):
    """What was to be packed does not fit."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """Pictures side by side on sheets: data URIs, pictures a row and pictures a sheet."""

    uris: list[str]
    columns: int
    each: int


def text_of(values: Values) -> str:
    """The bytes of an array, little-endian, as base64."""
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    return base64.b64encode(little.tobytes()).decode("ascii")


def packed(values: Floats) -> dict[str, Any]:
    """Values (..., C) in 16 bits each, with the scale and the middle of each of the C."""
    flat = values.reshape(-1, values.shape[-1])
    held = np.where(np.isfinite(flat), flat, np.nan)
    some = np.isfinite(held).any(axis=0)
    low = np.nanmin(np.where(some, held, 0), axis=0)
    high = np.nanmax(np.where(some, held, 0), axis=0)
    middle, scale = low / 2 + high / 2, np.maximum((high / 2 - low / 2) / LEVELS, 1e-300)
    steps = np.where(np.isnan(held), GAP, np.rint((held - middle) / scale))
    data = text_of(steps.astype(np.int16))
    return {"scale": scale.tolist(), "middle": middle.tolist(), "data": data}


def sheets(batches: Iterable[Values], side: int, room: int, *, exact: bool) -> Sheets:
    """Frames (n, H, W[, C]) uint8 or uint16 as sheets; raises Fuller beyond `room` characters.

    side: pixels that the longer side of a picture has at most. exact: without loss.
    """
    pictures: list[Image.Image] = []
    uris: list[str] = []
    columns = each = 1
    for batch in batches:
        for frame in batch:
            pictures.append(_picture(frame, side))
            width, height = pictures[0].size
            columns = max(1, SHEET // width)
            each = columns * max(1, SHEET // height)
            if len(pictures) == each:
                uris.append(_sheet(pictures, columns, exact=exact))
                pictures = []
            if sum(map(len, uris)) > room:
                raise Fuller
    if pictures:
        uris.append(_sheet(pictures, columns, exact=exact))
    if sum(map(len, uris)) > room:
        raise Fuller
    return Sheets(uris, columns, each)


def thinned(own: Times, most: int, factor: int) -> Times:
    """Times at which a clip is shown: its own or, with a factor, more; at most so many."""
    count = (len(own) - 1) * factor + 1
    if factor > 1:
        return np.linspace(own[0], own[-1], min(count, max(most, 2)))
    step = -(-len(own) // max(most, 1))
    return own[::step]


def _picture(frame: Values, side: int) -> Image.Image:
    """One frame as a picture of 8 bits."""
    values = frame >> 8 if frame.dtype.itemsize == 2 else frame
    values = values[..., 0] if values.shape[2:] == (1,) else values
    made = Image.fromarray(np.ascontiguousarray(values, dtype=np.uint8))
    made.thumbnail((side, side))
    return made


def _sheet(pictures: list[Image.Image], columns: int, *, exact: bool) -> str:
    """Pictures in rows on one sheet, as a data URI."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    size = (width * min(columns, len(pictures)), height * rows)
    sheet = Image.new(pictures[0].mode, size)
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (number % columns * width, number // columns * height))
    stream, webp = io.BytesIO(), features.check("webp")
    if webp:
        sheet.save(stream, "WEBP", lossless=exact, quality=50 if exact else 80, method=2)
    else:
        sheet.save(stream, "PNG")
    kind = "webp" if webp else "png"
    return f"data:image/{kind};base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"
