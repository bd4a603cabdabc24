"""How the numbers of a C3D file lie in it: how many, of what type, and in which unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, BinaryIO

import numpy as np

from vdsc.core.plain_numbers import as_rate
from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.io.c3d_parameters import BLOCK, Machine, machine_of, parameters
from vdsc.io.spool import available

KEPT_BYTES = 1 << 23
"""Bytes before and behind the frames that are kept."""

_ROTATION = 17  # numbers of a rotation: a matrix of 4 x 4, and how sure it is


@dataclass(frozen=True, slots=True)
class C3d:
    """The frames of a file, from byte `begin` on, `width` words of `dtype` each.

    units: (width,) by what a value of the file's unit is multiplied to be a word of a point; 0 of
    words that are no place in space. rate: frames a second, None where the file has none. missing:
    frames that the header promises beyond those that there are.
    """

    begin: int
    frames: int
    width: int
    dtype: np.dtype[Any]
    units: tuple[float, ...]
    rate: Fraction | None
    said: dict[str, Any]
    missing: int = 0

    @property
    def end(self) -> int:
        """The byte behind the last frame."""
        return self.begin + self.frames * self.width * self.dtype.itemsize


def c3d_layout(stream: BinaryIO, name: str) -> C3d:
    """The layout of an open C3D file; raises InvalidInput for what is none, or has no frames."""
    head = stream.read(BLOCK)
    if len(head) < BLOCK or head[1] != 0x50 or not head[0]:
        raise InvalidInput(f"{name} is no sound C3D file: it has no header; export it again")
    stream.seek((head[0] - 1) * BLOCK)
    first = stream.read(BLOCK)
    if len(first) < BLOCK:
        raise InvalidInput(f"{name} is truncated: it has no parameters; copy it again")
    machine = machine_of(first[3], name)
    section = first + stream.read((max(first[2], 1) - 1) * BLOCK)
    values = parameters(section, machine, name)
    found = _points(head, machine, values, name) or _rotations(head, machine, values, name)
    if not found.frames:
        raise InvalidInput(f"{name} says that it has no frames; export it again")
    if found.begin > KEPT_BYTES:
        words = f"{name} has {found.begin} bytes before its frames"
        raise LimitExceeded(f"{words}, above the limit of {KEPT_BYTES}; export it again")
    there = available(stream, found.end) - found.begin
    whole = min(found.frames, max(there, 0) // (found.width * found.dtype.itemsize))
    if not whole or found.begin < BLOCK:
        words = f"{name} is truncated: there is none of its {found.frames} frames"
        raise InvalidInput(f"{words}; copy it again")
    return replace(found, frames=whole, missing=found.frames - whole)


def _points(head: bytes, machine: Machine, values: dict[str, list[Any]], name: str) -> C3d | None:
    """The layout of points and analogs; None if there are none."""
    points, analogs = machine.word(head, 2), machine.word(head, 4)
    scale = machine.floats(head[12:16])[0]
    if not points + analogs:
        return None
    if machine.dec and scale < 0:
        raise InvalidInput(f"{name} has floats of DEC machines; export it for Intel")
    whole = scale >= 0
    step = 1.0 if scale < 0 else 1 / scale if scale else 0.0
    if not np.isfinite(step):
        raise InvalidInput(f"{name} says that its scale is {scale:g}; export it again")
    said = {
        "points": values.get("POINT:LABELS", [])[:points],
        "codes": points,
        "units": "".join(map(str, values.get("POINT:UNITS", [])[:1])),
        "analogs": values.get("ANALOG:LABELS", [])[:analogs],
        "scale": scale,
    }
    return C3d(
        begin=(machine.word(head, 16) - 1) * BLOCK,
        frames=_frames(head, machine, values),
        width=4 * points + analogs,
        dtype=np.dtype(f"{machine.order}{'i2' if whole else 'f4'}"),
        units=(step, step, step, 0.0) * points + (0.0,) * analogs,
        rate=_rate(machine.floats(head[20:24])[0], values),
        said=said,
    )


def _rotations(head: bytes, machine: Machine, values: dict[str, list[Any]], name: str) -> C3d:
    """The layout of the rotations of a file without points; raises InvalidInput without those."""
    used, begin = (int(_first(values, f"ROTATION:{key}")) for key in ("USED", "DATA_START"))
    each = max(int(_first(values, "ROTATION:RATIO")), 1)
    if used <= 0 or begin <= 0:
        raise InvalidInput(f"{name} holds no points, analogs or rotations; export them")
    width = used * _ROTATION * each
    return C3d(
        begin=(begin - 1) * BLOCK,
        frames=_frames(head, machine, values),
        width=width,
        dtype=np.dtype(f"{machine.order}f4"),
        units=(0.0,) * width,
        rate=_rate(machine.floats(head[20:24])[0], values),
        said={"rotations": values.get("ROTATION:LABELS", [])[:used]},
    )


def _frames(head: bytes, machine: Machine, values: dict[str, list[Any]]) -> int:
    """How many frames there are, of which the header counts 65535 at most."""
    ends = [values.get(f"TRIAL:ACTUAL_{end}_FIELD", []) for end in ("START", "END")]
    if all(len(words) >= 2 for words in ends):
        first, last = ((int(w[0]) & 0xFFFF) + ((int(w[1]) & 0xFFFF) << 16) for w in ends)
        return max(last - first + 1, 0)
    counted = machine.word(head, 8) - machine.word(head, 6) + 1
    long = int(_first(values, "POINT:LONG_FRAMES"))
    return max(counted, long if 0 < long < 2**31 else 0, 0)


def _rate(rate: float, values: dict[str, list[Any]]) -> Fraction | None:
    """Frames a second; None where the file says none."""
    rate = rate if rate > 0 else _first(values, "POINT:RATE")
    if not (np.isfinite(rate) and rate > 0):
        return None
    return as_rate(str(np.float32(rate)))


def _first(values: dict[str, list[Any]], key: str) -> float:
    """The first number of a parameter; 0 where there is none."""
    found = values.get(key, [])[:1]
    number = float(found[0]) if found and not isinstance(found[0], str) else 0.0
    return number if np.isfinite(number) else 0.0
