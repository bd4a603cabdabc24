"""A file of knots back to frames: integers alone decide, at any instants, whole or in part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from vdsc.codecs import windows
from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots import checkpoints, pose
from vdsc.codecs.knots.codec import AT_ONCE
from vdsc.codecs.knots.coding import Coding
from vdsc.codecs.knots.knot_frames import FrameMaker
from vdsc.codecs.knots.params import OLD_ID, KnotParams
from vdsc.codecs.knots.pose import Pose, Rig
from vdsc.codecs.knots.window_code import KnotWindow, pop
from vdsc.container import Header
from vdsc.core.instants import Instants
from vdsc.core.sequence import Outline, Times
from vdsc.core.threads import one_thread
from vdsc.core.types import Values
from vdsc.errors import CorruptFile


@dataclass(frozen=True, eq=False)
class PlacedWindow:
    """A decoded window: its frames begin..end-1, their times (N,), its knots and its pose."""

    begin: int
    end: int
    seconds: Times
    window: KnotWindow
    pose: Pose | None


class KnotReader:
    """Pops the windows of one file in order; needs its checkpoint's tables, no network."""

    def __init__(self, header: Header) -> None:
        checkpoint = checkpoints.of_file(header)
        self.header, self.outline, self.old = header, header.outline, header.codec == OLD_ID
        self.checkpoint, self.params = checkpoint, KnotParams.from_header(header)
        tables, fps = checkpoints.tables(checkpoint), checkpoints.ticks(checkpoint)
        self.coding = Coding(tables, fps, self.outline, self.params, old=self.old)
        frames, chunk = self.outline.frames, checkpoint.settings["chunk"]
        if self.old and header.chunks != windows.how_many(frames, chunk):
            raise CorruptFile(f"{header.chunks} chunks cannot hold the file's frames")
        self._even = list(windows.divide(frames, header.chunks)) if self.old else []
        self._last: PlacedWindow | None = None
        self._read = 0

    def window(self, body: bytes) -> PlacedWindow:
        """The next window; raises CorruptFile for what no encoder makes."""
        begin, end, fresh, at = self._span(body)
        if end - begin > (self.params.wide or self.checkpoint.settings["chunk"]):
            raise CorruptFile("a chunk has more frames than its model or header allows")
        count, spent, at = layout.split(body, at)
        past = None if fresh or self._last is None else self._last
        placed, at = self._pose(body, at, end - begin, past)
        layout.check_times(spent, len(body) - at)
        context = None if past is None else past.window.after
        held = count == 1 and end - begin > 1
        window = pop(self.coding, body[at:], begin, end, context, held=held)
        if window.coded != count:
            raise CorruptFile("a chunk holds another number of knots than it says")
        seconds = self.outline.clock.seconds(begin, end)
        self._read += 1
        self._last = PlacedWindow(begin, end, seconds, window, placed)
        return self._last

    def _span(self, body: bytes) -> tuple[int, int, bool, int]:
        """First and one-past-last frame, whether the first is not shared, and where that ends."""
        first, frames = self._last is None, self.outline.frames
        if self.old:
            return *self._even[self._read], first, 0
        if self.header.chunks == 1:
            return 0, frames, True, 0
        span, at = layout.Span.read(body)
        after = 0 if self._last is None else self._last.end
        begin = after if span.fresh else after - 1
        end, last = begin + span.frames, self._read == self.header.chunks - 1
        if (first and not span.fresh) or end > frames or (end == frames) != last:
            raise CorruptFile("the chunks do not hold the file's frames; it is damaged")
        return begin, end, span.fresh, at

    def _pose(
        self, body: bytes, at: int, frames: int, past: PlacedWindow | None
    ) -> tuple[Pose | None, int]:
        if self.params.ramps is None:
            return None, at
        return pose.unpack(
            body,
            at,
            ramps=self.params.ramps.bit_count(),
            channels=prod(self.outline.shape[1:]),
            frames=frames,
            past=None if past is None else past.pose,
        )


class KnotDecoder:
    """Decodes a file's chunks in order, at any instants; see `codecs.base.Decoder`."""

    def __init__(self, header: Header) -> None:
        self._reader = KnotReader(header)
        checkpoint = self._reader.checkpoint
        decoder = checkpoints.decoder(checkpoint)
        exponents = np.broadcast_to(decoder.exponents, checkpoint.frame[-1:])
        rig = Rig.of(checkpoint.settings["frames"], self._reader.params, exponents)
        self._maker = FrameMaker(decoder, rig, header.outline)
        self._held: PlacedWindow | None = None
        self._left, self._low = header.chunks, -np.inf

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames of the next window, those on a seam from the later window.

        Between two windows that share no frame, an instant belongs to the nearer one.
        """
        with one_thread():
            window = self._reader.window(body)
        self._left -= 1
        ready, self._held = self._held, window
        if ready is not None:
            yield from self._frames(ready, wanted, _border(ready, window))
        if not self._left:
            yield from self._frames(window, wanted, np.inf)

    def learned(self) -> None:
        """Nothing: the laws are the checkpoint's, and do not learn."""

    def begin_with(self, learned: None) -> None:
        """As always."""

    def knot_times(self, body: bytes) -> Times:
        """Times (M,) seconds of the knots of the next window; see `codecs.base.HasKnots`."""
        part = self._reader.window(body)
        return part.seconds[part.window.knots]

    def _frames(self, part: PlacedWindow, wanted: Instants, high: float) -> Iterator[Values]:
        low = self._low
        self._low = high
        window = part.window
        most = batch(self._reader.outline)
        for times in wanted.between(low, high):
            for i in range(0, len(times), most):
                some = times[i : i + most]
                with one_thread():
                    made = self._maker.frames(
                        window.knots, window.values, part.pose, part.seconds, some
                    )
                yield made


def batch(outline: Outline) -> int:
    """How many frames are made at once, so that memory does not grow with what is asked for."""
    return max(1, AT_ONCE * outline.frames // outline.values)


def _border(one: PlacedWindow, other: PlacedWindow) -> float:
    """The instant from which frames are the later window's: its own first, or half way to it."""
    first, last = float(other.seconds[0]), float(one.seconds[-1])
    middle = (first + last) / 2
    return middle if last < middle else first
