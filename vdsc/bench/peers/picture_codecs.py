"""Codecs of pictures through imagecodecs: WebP, AVIF, JPEG 2000 and JPEG XL, whole files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from vdsc.bench.peers.peer import Peer, Setting, Values

CODERS: tuple[tuple[str, str, str, dict[str, Any], tuple[float, ...], str], ...] = (
    (
        "WebP", "webp", "quality", {"method": 6, "lossless": False},
        (1, 8, 25, 50, 75, 90), "method 6",
    ),
    (
        "AVIF", "avif", "quality", {"speed": 4, "pixelformat": "444", "numthreads": 1},
        (1, 10, 25, 40, 55, 70), "4:4:4, speed 4",
    ),
    (
        "JPEG 2000", "jpeg2k", "dB", {"reversible": False, "codecformat": "j2k"},
        (22, 25, 28, 31, 34, 37), "irreversible, codestream alone",
    ),
    (
        "JPEG XL", "jpegxl", "distance", {"effort": 7, "usecontainer": False, "numthreads": 1},
        (25, 14, 8, 5, 3, 1.8), "effort 7, codestream alone",
    ),
)  # fmt: skip
"""Name, name in imagecodecs, what its level is, options, levels, and words."""


@dataclass(frozen=True, slots=True)
class PictureCoder:
    """One codec of pictures (H, W, 3) uint8, by its functions in imagecodecs."""

    name: str
    knob: str
    options: dict[str, Any]

    def encode(self, picture: Values, level: float) -> bytes:
        """The whole file of a picture."""
        import imagecodecs

        work: Callable[..., Any] = getattr(imagecodecs, f"{self.name}_encode")
        knob = "distance" if self.knob == "distance" else "level"
        return bytes(work(np.ascontiguousarray(picture), **{knob: level}, **self.options))

    def decode(self, file: bytes) -> Values:
        """The picture of a file."""
        import imagecodecs

        found: Values = getattr(imagecodecs, f"{self.name}_decode")(file)
        return found


def peers(names: tuple[str, ...] = (), *, levels: int | None = None) -> tuple[Peer, ...]:
    """Those codecs, all if none is named, for clips (1, H, W, 3) uint8.

    levels: how many of the levels of each, from the least quality on.
    """
    made = []
    for name, called, knob, options, chosen, words in CODERS:
        if not names or name in names:
            coder = PictureCoder(called, knob, options)
            settings = tuple((float(one),) for one in chosen[:levels])
            code, decode = partial(_encoded, coder), partial(_decoded, coder)
            made.append(Peer(name, (knob,), settings, code, decode, words))
    return tuple(made)


def _encoded(coder: PictureCoder, values: Values, setting: Setting) -> bytes:
    level = setting[0]
    return coder.encode(values[0], level if coder.knob in {"dB", "distance"} else int(level))


def _decoded(coder: PictureCoder, file: bytes) -> Values:
    return coder.decode(file)[np.newaxis]


def sheet(peer: Peer, across: int) -> Peer:
    """A codec of pictures for clips of many small ones, laid side by side on one sheet."""

    def encode(values: Values, setting: Setting) -> bytes:
        return peer.encode(_laid(values, across), setting)

    def decode(file: bytes) -> Values:
        return _taken(peer.decode(file), across)

    words = f"all on one sheet, {peer.note}"
    return Peer(f"{peer.name}, a sheet", peer.knobs, peer.settings, encode, decode, words)


def alone(peer: Peer) -> Peer:
    """A codec of pictures for clips of many, each a file of its own; their bytes are summed.

    What is written says how long each file is, in four bytes that do not count.
    """

    def encode(values: Values, setting: Setting) -> bytes:
        files = [peer.encode(one[np.newaxis], setting) for one in values]
        return b"".join(len(file).to_bytes(4, "big") + file for file in files)

    def decode(data: bytes) -> Values:
        return np.concatenate([peer.decode(file) for file in _files(data)])

    def size(data: bytes) -> int:
        return sum(map(len, _files(data)))

    words = f"each picture alone, {peer.note}"
    name = f"{peer.name}, each alone"
    return Peer(name, peer.knobs, peer.settings, encode, decode, words, size)


def _files(data: bytes) -> list[bytes]:
    """The files that stand one after the other."""
    found, at = [], 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        found.append(data[at + 4 : end])
        at = end
    return found


def _laid(values: Values, across: int) -> Values:
    """Pictures (N, H, W, 3) as one (1, N / across H, across W, 3)."""
    count, height, width, colours = values.shape
    rows = values.reshape(count // across, across, height, width, colours)
    return rows.swapaxes(1, 2).reshape(1, -1, across * width, colours)


def _taken(sheets: Values, across: int) -> Values:
    """Undo `_laid` for square pictures."""
    side, colours = sheets.shape[2] // across, sheets.shape[3]
    rows = sheets.reshape(-1, side, across, side, colours)
    return rows.swapaxes(1, 2).reshape(-1, side, side, colours)
