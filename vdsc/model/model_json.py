"""Whether the settings of a checkpoint can be those of one, before anything is built of them.

The hash tells a changed checkpoint from the one that was trained, but not what has no hash, and not
settings that were changed together with it.
"""

from __future__ import annotations

import math
from typing import Any

from vdsc.model.channel_layout import FOUR, FOURS, KINDS

PATHS, VIDEO, BITSBACK, SPRITES = "paths", "video", "bitsback", "sprites"
FIELD, SOLIDS = "field", "solids"
"""Kinds: latent paths of lossy files; lossless video without them, and with them; what small
moving things look like; what is likely around a latent of a field; and solids of voxels."""

IMPLICIT, SKETCH = "implicit", "sketch"
"""Kinds of what draws a first picture: a coordinate network of tiles, and one of colour video."""

MOST = 1 << 24
"""The largest whole number in settings, and the most channels of a frame."""

AXES = 3
"""Rows, columns and colours of a picture."""

COORDINATES = 4
"""Axes of a field."""

CELL = 64
"""Pixels of the largest square that looks come from, a side."""

LARGEST_BLOCK, PRICES = 64, 256
"""Pixels of a side of a sketch's block, and prices that it may have been trained for."""

LARGEST = 1e30
"""The largest other number in settings."""


def check_settings(settings: Any) -> None:
    """Raise ValueError, which says where, for settings that no training writes."""
    _demand(isinstance(settings, dict), "it holds no settings")
    _demand(isinstance(settings.get("name"), str) and settings["name"], "no name")
    _demand(isinstance(settings.get("digest"), str), "no digest")
    kinds = {PATHS, VIDEO, BITSBACK, SPRITES, FIELD, SOLIDS, IMPLICIT, SKETCH}
    _demand(settings.get("kind", PATHS) in kinds, "kind is unknown")
    _demand(isinstance(settings.get("card", {}), dict), "card holds no settings")
    if settings.get("kind", PATHS) in {PATHS, BITSBACK}:
        channels = _channels(settings)
        _check_pose(settings.get("pose", {}), channels)
    if settings.get("kind") == SPRITES:
        net = settings.get("net")
        sound = isinstance(net, dict) and _is_whole(net.get("cell"), 1, CELL)
        _demand(sound, "net.cell is no side of a square")
    if settings.get("kind") == FIELD:
        net = settings.get("net")
        sound = isinstance(net, dict) and isinstance(net.get("pixels"), bool)
        sizes: Any = net.get("blocks") if isinstance(net, dict) else None
        sound = sound and isinstance(sizes, list) and 1 <= len(sizes) <= COORDINATES
        sound = sound and all(_is_whole(n, 2, MOST) for n in sizes)
        _demand(sound, "net does not say what it takes")
    if settings.get("kind") == SKETCH:
        _check_sketch(settings.get("net"))


def _check_sketch(net: Any) -> None:
    sizes: Any = net.get("blocks") if isinstance(net, dict) else None
    sound = isinstance(sizes, list) and len(sizes) == AXES
    sound = sound and all(_is_whole(n, 1, LARGEST_BLOCK) and not n & (n - 1) for n in sizes)
    _demand(sound, "net.blocks are no sizes of blocks")
    prices: Any = net.get("prices")
    sound = isinstance(prices, list) and len(prices) == len(("least", "highest"))
    sound = sound and all(_is_whole(k, 0, PRICES - 1) for k in prices) and prices[0] <= prices[1]
    _demand(sound, "net.prices are no range")


def _channels(settings: dict[str, Any]) -> int:
    """How many numbers a frame of a checkpoint of paths has."""
    net: Any = settings.get("net")
    frames: Any = settings.get("frames")
    _demand(isinstance(net, dict), "net holds no settings")
    _demand(isinstance(frames, dict), "frames holds no settings")
    _demand(_is_whole(settings.get("chunk"), 2, MOST), "chunk is no number of frames")
    frame, decoder = net.get("frame"), net.get("decoder", "linear")
    sound = isinstance(frame, list) and len(frame) <= AXES
    sound = sound and all(_is_whole(n, 1, MOST) for n in frame)
    _demand(sound and math.prod(frame) <= MOST, "net.frame is no shape")
    _demand(_is_number(net.get("fps")) and net["fps"] > 0, "net.fps is no rate")
    _demand(decoder in {"linear", "sprites", "pictures"}, "net.decoder is unknown")
    kind = frames.get("kind")
    _demand(kind in {"angles", "channels", "pixels"}, "frames.kind is unknown")
    _demand(len(frame) == (AXES if kind == "pixels" else 1), "net.frame does not fit frames.kind")
    if kind != "pixels":
        _check_channels(frames, frame[0])
    if kind == "channels":
        _check_kinds(frames, frame[0])
    elif kind == "angles":
        first = _is_whole(frames.get("first_angle"), 0, frame[0])
        _demand(first, "frames.first_angle is no channel")
    return int(math.prod(frame))


def _check_channels(frames: dict[str, Any], count: int) -> None:
    for key in ("offset", "scale"):
        values = frames.get(key)
        sound = isinstance(values, list) and len(values) == count and all(map(_is_number, values))
        _demand(sound, f"frames.{key} is no list of {count} numbers")
    _demand(min(frames["scale"]) > 0, "frames.scale is not above zero")


def _check_kinds(frames: dict[str, Any], count: int) -> None:
    kinds: Any = frames.get("kinds")
    scale = frames["scale"]
    sound = isinstance(kinds, list) and len(kinds) == count
    sound = sound and all(isinstance(kind, str) and kind in KINDS for kind in kinds)
    _demand(sound, f"frames.kinds is no list of {count} kinds")
    four = [at for at, kind in enumerate(kinds) if kind in FOURS]
    quads = [four[i : i + FOUR] for i in range(0, len(four), FOUR)]
    for quad in quads:
        whole = quad == list(range(quad[0], quad[0] + FOUR))
        _demand(whole, "frames.kinds has a quaternion that is not four channels")
        alike = len({(scale[at], kinds[at]) for at in quad}) == 1
        _demand(alike, "a quaternion has several scales or kinds")


def _check_pose(pose: Any, channels: int) -> None:
    """What a checkpoint says of poses is no part of its hash."""
    _demand(isinstance(pose, dict), "pose holds no settings")
    for key in ("ramps", "level"):
        listed = pose.get(key, [])
        sound = isinstance(listed, list) and all(_is_whole(c, 0, channels - 1) for c in listed)
        _demand(sound and len(set(listed)) == len(listed), f"pose.{key} is no list of channels")
    if "metres" in pose:
        for key in ("metres", "fastest"):
            _demand(_is_number(pose.get(key)) and pose[key] > 0, f"pose.{key} is not above zero")


def _is_whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _is_number(value: Any) -> bool:
    return type(value) in {int, float} and abs(value) <= LARGEST


def _demand(holds: object, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
