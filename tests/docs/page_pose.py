"""A second decoder of whole files of `knots`, pose and all, written from the format's pages alone.

It shares no code with vdsc: Python's integers, and floats one operation at a time.
"""

from __future__ import annotations

import math
import struct
import zlib
from bisect import bisect_right
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from tests.docs import page_frames
from tests.docs.lossless_page.container import opened
from tests.docs.page_decoder import Window, clip, decode, varint
from tests.docs.page_law import LawPath

MOST = 1 << 64


def listed(data: bytes, frames: int) -> list[float] | None:
    """The times in a TIMES record, if there is one."""
    at = 9
    while at < len(data):
        size, begin = varint(data, at + 1)
        if data[at] == ord("T"):
            return times_of(data[begin : begin + size], frames)
        at = begin + size + 4
    return None


def times_of(body: bytes, frames: int) -> list[float]:
    """Frame times of the body of a TIMES record."""
    den, at = varint(body, 0)
    key, at = varint(body, at)
    raw, gaps = zlib.decompress(body[at:], -15), frames - 1
    keys = [key]
    for i in range(gaps):
        planes = raw[i::gaps]
        keys.append((keys[-1] + int.from_bytes(planes, "little")) % MOST)
    if den:
        return [float(k - MOST * (k >> 63)) / float(den) for k in keys]
    bits = [k ^ (1 << 63) if k >> 63 else MOST - 1 - k for k in keys]
    return [struct.unpack("<d", b.to_bytes(8, "little"))[0] for b in bits]


class File:
    """A file of `knots` and its checkpoint: settings, float32 tensors, and tables as lists."""

    def __init__(
        self,
        data: bytes,
        settings: dict[str, Any],
        tensors: dict[str, Any],
        tables: dict[str, Any],
        *models: Path,
    ) -> None:
        head, bodies = opened(data, *models)
        self.params = {key: value for key, value in head.items() if isinstance(key, str)}
        frames, channels = head[1][0], math.prod(head[1][1:])
        self.seconds, fps = listed(data, frames), Fraction(settings["net"]["fps"])
        told = self.seconds
        if self.seconds is None:
            top, bottom = head[3] if isinstance(head[3], list) else (head[3], 1)
            start = float(head.get(4, 0))
            self.seconds = [start + (float(i) * float(bottom)) / float(top) for i in range(frames)]
            fps /= Fraction(top, bottom)
        learned = "law.shares" in tables
        self.windows = decode(
            tables, self.params, bodies, chunk=settings["chunk"], frames=frames,
            ticks_per_frame=fps, channels=channels, listed=told,
            law=partial(LawPath, tables, tensors) if learned else None,
        )  # fmt: skip
        self.path, self.said = page_frames.Frames(settings, tensors), settings["frames"]

    def span(self, window: Window) -> list[float]:
        """Times of a window's frames."""
        assert self.seconds is not None
        return self.seconds[window.first : window.first + window.frames]

    def borders(self) -> list[float]:
        """The instant from which each window but the first is the one that decodes."""
        found = []
        for before, window in zip(self.windows, self.windows[1:], strict=False):
            t0, t1 = self.span(window)[0], self.span(before)[-1]
            m = (t1 + t0) / 2
            found.append(m if t1 < m else t0)
        return found

    def at(self, times: list[float]) -> list[list[float]]:
        """Frames at times, each value as the float64 that is rounded to the file's type."""
        borders = self.borders()
        return [self.frame(self.windows[bisect_right(borders, t)], t) for t in times]

    def frame(self, window: Window, time: float) -> list[float]:
        """One frame of a window."""
        span = self.span(window)
        t = clip(time, span[0], span[-1])
        knots = [span[k] for k in window.knots]
        (pairs,) = self.path.at(knots, window.values, [t])
        placed = self.placed([y for y, _ in pairs], [a for _, a in pairs], window, t)
        return [math.ldexp(float(y), a - 16) for y, (_, a) in zip(placed, pairs, strict=True)]

    def placed(self, y: list[int], a: list[int], window: Window, t: float) -> list[int]:
        """Channels with their ramps, in the file's unit, and with their turns."""
        span, pose, placed = self.span(window), window.pose, list(y)
        assert pose is not None
        share = 0
        if len(span) > 1:
            share = round(2.0**30 * ((t - span[0]) / (span[-1] - span[0])))
        ramps = [c for c in range(len(y)) if self.params["u"] >> c & 1]
        for c, start, end in zip(ramps, pose.start, pose.end, strict=True):
            s = round(math.ldexp(self.said["scale"][c], 16 - a[c]))
            placed[c] += (start * s >> 2) + (((end - start) * share >> 14) * s >> 18)
        for c in range(self.said.get("first_angle", 0)):
            placed[c] = placed[c] * self.params.get("k", 1 << 16) >> 16
        frame = bisect_right(span, t) - 1
        kinds = self.said.get("kinds", ["degrees"] * len(y))
        wound = []
        for c, turns in enumerate(pose.before):
            since = sum(change for f, d, change in pose.turns if f <= frame and d == c)
            wound.append(turns + since)
            whole = {"degrees": 360.0, "radians": 2 * math.pi}.get(kinds[c], 0.0)
            placed[c] += wound[c] * round(math.ldexp(whole, 16 - a[c]))
        fours = [c for c, kind in enumerate(kinds) if kind.endswith("quaternion")][::4]
        for c in fours:
            four = [float(n) for n in placed[c : c + 4]]
            root = math.sqrt(
                ((four[0] * four[0] + four[1] * four[1]) + four[2] * four[2]) + four[3] * four[3]
            )
            if kinds[c].startswith("unit") and root:
                four = [n * math.ldexp(1.0, 16 - a[c]) / root for n in four]
            sign = -1 if wound[c] % 2 else 1
            placed[c : c + 4] = [sign * round(n) for n in four]
        return placed
