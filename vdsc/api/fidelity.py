"""How far decoded frames are from the originals, for each group of channels in its own unit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from vdsc.api.report import GroupError
from vdsc.codecs.base import Group
from vdsc.core.sequence import Outline
from vdsc.core.types import Floats, Values

TENTH = 0.1
"""Of what a channel spans: a warning says where the mean error is beyond it."""

SMALL = 0.01
"""A channel that spans less than this share of the widest one is not worth a warning."""


@dataclass(slots=True)
class _Running:
    """Errors of one group so far, and what each of its channels spans (C,)."""

    count: int = 0
    total: float = 0.0
    worst: float = 0.0
    where: tuple[int | None, int | None] = (None, None)
    low: Floats = field(default_factory=lambda: np.full(1, np.inf))
    high: Floats = field(default_factory=lambda: np.full(1, -np.inf))
    sums: Floats = field(default_factory=lambda: np.zeros(1))


class Fidelity:
    """Running errors of one sequence; a frame counts once."""

    def __init__(self, groups: tuple[Group, ...], outline: Outline) -> None:
        self._groups, self._outline = groups, outline
        self._running = [_Running() for _ in groups]
        self._seen = 0
        self._exact = True
        self._squares, self._low, self._high = 0.0, math.inf, -math.inf

    def add(self, wanted: Values, decoded: Values) -> None:
        """Count the errors of some frames (n, ...), the next ones."""
        same = wanted.dtype == decoded.dtype and wanted.tobytes() == decoded.tobytes()
        if not same and wanted.dtype.kind == "f" and (gaps := np.isnan(wanted)).any():
            whole = np.where(gaps, decoded, wanted)  # gaps have no error where they come back
            zero = np.array(0, wanted.dtype)
            wanted, decoded = (np.where(np.isnan(one), zero, one) for one in (whole, decoded))
        self._exact = self._exact and same
        # signalling NaNs, which only lossless files hold, and squares of very large errors
        with np.errstate(invalid="ignore", over="ignore"):
            for group, running in zip(self._groups, self._running, strict=True):
                _count(group, running, self._seen, wanted, None if same else decoded)
            if not same:
                off = wanted.astype(np.float64) - decoded.astype(np.float64)
                self._squares += float(np.square(off).sum())
        if wanted.size and wanted.dtype.kind in "fiu":
            self._low = min(self._low, float(wanted.min()))
            self._high = max(self._high, float(wanted.max()))
        self._seen += len(wanted)

    @property
    def values(self) -> int:
        """How many values were counted."""
        return self._seen * math.prod(self._outline.shape[1:])

    @property
    def exact(self) -> bool:
        """Whether every bit is as it was."""
        return self._exact

    @property
    def psnr(self) -> float | None:
        """DB against 255, for pixels."""
        if not self._groups or not self._groups[0].pixels:
            return None
        first = self._running[0]
        return 10 * math.log10(255**2 / max(first.total / max(first.count, 1), 1e-9))

    @property
    def snr(self) -> float:
        """DB of the range of all values (255 for pixels) against the mean squared error.

        0 where nothing ranges, or so far that it cannot be told.
        """
        if self.psnr is not None:
            return self.psnr
        noise, peak = (self._squares / max(self.values, 1)) ** 0.5, self._high - self._low
        if not noise:
            return math.inf
        return 20 * math.log10(peak / noise) if 0 < peak / noise < math.inf else 0.0

    @property
    def groups(self) -> tuple[GroupError, ...]:
        """Mean and largest absolute error of each group of channels that are no pixels."""
        return tuple(
            _measured(g, r)
            for g, r in zip(self._groups, self._running, strict=True)
            if not g.pixels
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user should know: errors beyond a tenth of what a channel spans."""
        return tuple(
            words
            for g, r in zip(self._groups, self._running, strict=True)
            if not g.pixels and (words := _warning(g, r, self._seen))
        )


def _measured(group: Group, run: _Running) -> GroupError:
    """What a group's errors came to."""
    mean, where = run.total / max(run.count, 1), run.where
    channels = group.begin, group.end, *where, group.channels
    return GroupError(group.name, group.unit, mean, run.worst, *channels)


def _count(group: Group, run: _Running, seen: int, wanted: Values, decoded: Values | None) -> None:
    """Count one group's errors in frames from number `seen` on; decoded is None where none is."""
    one = _channels(group, wanted)
    run.count += one.size
    if not one.size:
        return
    if decoded is not None:
        _add_errors(group, run, seen, one, _channels(group, decoded))
    if not group.pixels:
        run.low = np.minimum(run.low, one.min(axis=0))
        run.high = np.maximum(run.high, one.max(axis=0))


def _add_errors(group: Group, run: _Running, seen: int, one: Values, other: Values) -> None:
    """Add squares for pixels, and sizes for everything else."""
    off = one.astype(np.float64) - other.astype(np.float64)
    off = np.square(off) if group.pixels else np.abs(off)
    run.total += float(off.sum())
    if float(off.max()) > run.worst:
        frame, channel = divmod(int(off.argmax()), off.shape[1])
        run.worst, run.where = float(off.max()), (_number(group, channel), seen + frame)
    run.sums = run.sums + off.sum(axis=0)


def _channels(group: Group, values: Values) -> Values:
    """The group's channels (n, C) of frames (n, ...)."""
    flat = values.reshape(len(values), -1)
    return flat if group.pixels else group.of(flat)


def _number(group: Group, channel: int) -> int:
    """The number in the whole frame of a group's channel."""
    return group.channels[channel] if group.channels else group.begin + channel


def _warning(group: Group, run: _Running, frames: int) -> str:
    """A line about the channel whose error is largest beside what it spans, or nothing."""
    if not run.worst:
        return ""
    spread, mean = run.high - run.low, run.sums / max(frames, 1)
    beyond = np.flatnonzero((mean > TENTH * spread) & (spread > SMALL * spread.max(initial=0)))
    if not beyond.size:
        return ""
    worst = int(beyond[np.argmax(mean[beyond] / spread[beyond])])
    unit = f" {group.unit}" if group.unit else ""
    return (
        f"{group.name}: {beyond.size} of {spread.size} channels are off by more than a tenth of "
        f"what they span (channel {_number(group, worst)} by {mean[worst]:.3g}{unit} of "
        f"{spread[worst]:.3g} in the mean); "
        "ask for less error (--quality, --max-error), or use --lossless"
    )
