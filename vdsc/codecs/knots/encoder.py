"""From frames to the chunks of a file of knots, window after window.

frames -Poser-> what the networks see -infer-> path -place-> knots -fit-> z -push-> body
the same integers -FrameMaker-> decoded frames
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vdsc.codecs.base import Coded, Group
from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots import checkpoints, cuts, pace, pose, posing, unit, window_code
from vdsc.codecs.knots.coding import Coding
from vdsc.codecs.knots.knot_frames import FrameMaker
from vdsc.codecs.knots.params import ID, KnotParams
from vdsc.codecs.knots.placing import PlacedKnots, opening, place
from vdsc.codecs.knots.pose import Pose, Rig
from vdsc.codecs.knots.settings import KnotSettings
from vdsc.codecs.knots.settling import settle
from vdsc.codecs.knots.window_code import KnotStream
from vdsc.container import Header, ModelRef, varint
from vdsc.core.fixed import ONE
from vdsc.core.sequence import Outline, Times
from vdsc.core.threads import one_thread
from vdsc.core.types import Values
from vdsc.errors import InvalidInput
from vdsc.io.source import Source
from vdsc.model.channel_layout import Together, layout_of

if TYPE_CHECKING:
    from vdsc.model.path_model import Inference

SLOWEST = 8
"""Ticks between frames that the networks see."""

WILDEST = 2.0**20
"""Network units: training data lies within a few."""


@dataclass(frozen=True, slots=True)
class SeenWindow:
    """A window's frames from number `begin` on, their times, and what the networks say of them.

    paced is dated as the networks' clock ticks, view as the file is, both from the first frame.
    """

    begin: int
    frames: Values
    seconds: Times
    pose: Pose | None
    paced: Inference
    view: Inference


class KnotEncoder:
    """Encodes one sequence; see `codecs.base.Encoder`."""

    def __init__(self, source: Source, outline: Outline, settings: KnotSettings) -> None:
        checkpoint = checkpoints.pick(outline.shape, outline.dtype, settings.model)
        self.tables = checkpoints.tables(checkpoint)  # and so the hash of all that is built on
        fault = pace.fault(outline, checkpoints.ticks(checkpoint))
        if fault is not None:
            raise InvalidInput(fault)
        self.checkpoint, self.outline, self.settings = checkpoint, outline, settings
        kind, chunk = checkpoint.settings["frames"], checkpoint.settings["chunk"]
        self.parts = cuts.parts(source.read, outline.frames, chunk, kind)
        longest = max(end - begin for (begin, end), _ in self.parts)
        self.wide = longest if longest > chunk else None
        self.networks = checkpoints.networks(checkpoint, settings.device)
        self.pose_params, self.poser, rig = self._posing(source, kind)
        self.maker = FrameMaker(checkpoints.decoder(checkpoint), rig, outline)
        self.coding: Coding | None = None
        self.last: KnotStream | None = None
        self.done = self.knots = 0

    def _posing(
        self, source: Source, kind: dict[str, Any]
    ) -> tuple[KnotParams, posing.Poser | None, Rig | None]:
        """What the header says of the pose, and what finds it; nothing for images."""
        if kind["kind"] == "pixels":
            return KnotParams(1), None, None
        wanted = self.checkpoint.settings.get("pose", {})
        measure, scale = unit.measure_of(kind, wanted), ONE
        if measure is not None:
            some = source.read(0, min(self.outline.frames, cuts.READ))
            scale = measure.unit_of(some, int(kind["first_angle"]))
        ramps = sum(1 << c for c in wanted.get("ramps", ()))
        params = KnotParams(1, ramps=ramps, unit=scale)
        exponents = checkpoints.decoder(self.checkpoint).exponents
        rig = Rig.of(kind, params, np.broadcast_to(exponents, self.checkpoint.frame[-1:]))
        assert rig is not None
        return params, posing.Poser(kind, rig, tuple(wanted.get("level", ()))), rig

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """First and one-past-last frame of each window."""
        return [span for span, _ in self.parts]

    @property
    def groups(self) -> tuple[Group, ...]:
        """Pixels, or the channels of each kind."""
        kind = self.checkpoint.settings["frames"]
        if kind["kind"] == "pixels":
            return (Group("pixels", "dB", pixels=True),)
        return tuple(_group(together) for together in layout_of(kind).together)

    def encode(self, frames: Values) -> Coded:
        """Encode the next window's frames (n, ...); raises InvalidInput."""
        (begin, end), fresh = self.parts[self.done]
        with one_thread():
            seen = self._see(frames, begin, fresh=fresh)
            stream = self._code(seen, fresh=fresh)
        window, self.last = stream.window, stream
        self.done += 1
        self.knots += len(window.knots) - (not fresh)
        whole = self.done == len(self.parts) or self.parts[self.done][1]
        own = seen.seconds if whole else seen.seconds[:-1]
        made = self.maker.frames(window.knots, window.values, seen.pose, seen.seconds, own)
        body = self._body(stream, seen.pose, end - begin, fresh=fresh)
        return Coded(body, made, begin, len(window.knots) - (not fresh))

    def header(self) -> Header:
        """What the file says of itself."""
        assert self.coding is not None
        ref = ModelRef(self.checkpoint.name, self.checkpoint.digest)
        params = self.coding.params.to_header()
        return Header(ID, ref, self.outline, params, len(self.parts))

    def learned(self) -> None:
        """Nothing: each sequence is coded by itself."""

    def begin_with(self, learned: None, *, fresh: bool = False) -> None:
        """As always."""

    def words(self) -> str:
        """The model, its knots, and whether they were drawn."""
        drawn = self.coding is not None and self.coding.params.drawn
        return f"{self.checkpoint.name}, {self.knots} knots{' drawn by rec' if drawn else ''}"

    @property
    def grid(self) -> str:
        """How knot times are coded."""
        return "" if self.coding is None else self.coding.params.grid

    def _see(self, frames: Values, begin: int, *, fresh: bool) -> SeenWindow:
        """Take the pose off a window's frames and run the inference networks on what is left."""
        seconds = self.outline.clock.seconds(begin, begin + len(frames))
        flat = frames.reshape(-1, *self.networks.config.frame)
        taken = None if self.poser is None else self.poser.take(flat, seconds, fresh=fresh)
        x = self.networks.frames.to_network(flat) if taken is None else taken.x
        if not (np.abs(x) <= WILDEST).all():
            raise InvalidInput("values lie far beyond what the model knows; use --lossless")
        local = seconds - seconds[0]
        found = self.networks.infer(x, _paced(local, float(checkpoints.ticks(self.checkpoint))))
        posed = None if taken is None else taken.pose
        return SeenWindow(begin, frames, seconds, posed, found, replace(found, times=local))

    def _code(self, seen: SeenWindow, *, fresh: bool) -> KnotStream:
        """A window in the file's codes, which the first window chooses."""
        if self.coding is not None:
            return self._coded(seen, self.coding, fresh=fresh)
        tried = [self._opened(seen, way) for way in self.settings.ways]
        made = [(self._coded(seen, *opened, fresh=True), opened[0]) for opened in tried]
        best, self.coding = made[0]
        for other, coding in made[1:]:
            if _size(other, coding) < _size(best, self.coding) and other.spent <= best.spent:
                best, self.coding = other, coding
        return best

    def _opened(self, seen: SeenWindow, way: str) -> tuple[Coding, PlacedKnots | None]:
        """The codes that one way to code knot times asks for, and knots that are placed by then."""
        wanted, posed = self.settings, self.pose_params
        row, every = self.tables.row(wanted.quality), wanted.knots == "full"
        plain = self._coding(KnotParams(row, every=every, wide=self.wide))
        params, placed = opening(self.networks, plain, seen.paced, wanted, way)
        return self._coding(
            replace(params, ramps=posed.ramps, unit=posed.unit, wide=self.wide)
        ), placed

    def _coding(self, params: KnotParams) -> Coding:
        return Coding(self.tables, checkpoints.ticks(self.checkpoint), self.outline, params)

    def _coded(
        self, seen: SeenWindow, coding: Coding, placed: PlacedKnots | None = None, *, fresh: bool
    ) -> KnotStream:
        """Place the knots unless they are, fit their values and code both."""
        past = None if fresh or self.last is None else self.last.window
        placed = placed or place(self.networks, coding, seen.paced, self.settings, seen.begin)
        effort = self.settings.effort
        cells = settle(self.networks, coding, seen.view, placed, seen.begin, past, effort=effort)
        context = None if past is None else past.after
        return window_code.push(coding, placed, cells, seen.begin, context)

    def _body(self, stream: KnotStream, posed: Pose | None, frames: int, *, fresh: bool) -> bytes:
        head = layout.Span(frames, fresh).to_bytes() if len(self.parts) > 1 else b""
        packed = b"" if posed is None else pose.pack(posed, fresh=fresh)
        return head + layout.join(stream.window.coded, stream.spent, stream.data, packed)


def _group(together: Together) -> Group:
    """Channels as errors are measured; those next to each other need no list."""
    channels = together.channels
    begin, end = channels[0], channels[-1] + 1
    listed = () if end - begin == len(channels) else channels
    return Group(together.name, together.unit, begin, end, channels=listed)


def _size(stream: KnotStream, coding: Coding) -> int:
    """Bytes that depend on the code of knot times: the stream's, and the header's parameters."""
    said = coding.params.to_header()
    more = bool(said.keys() - {"q", "u"})  # a byte that says that there are others
    return len(stream.data) + more + sum(1 + len(varint.put_signed(n)) for n in said.values())


def _paced(seconds: Times, fps: float) -> Times:
    """Times (T,) in which no gap is longer than the networks' clock is to tick through."""
    steps, most = np.diff(seconds), SLOWEST / fps
    if not (steps > most).any():
        return seconds
    return np.concatenate([np.zeros(1), np.cumsum(np.minimum(steps, most))])
