"""Run every codec over every clip for real, and keep what came out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from vdsc.bench.data import Clip
from vdsc.bench.domains import Domain
from vdsc.bench.metrics import Pairs
from vdsc.bench.peers.base import Peer, Setting, Values


@dataclass(frozen=True, slots=True)
class Point:
    """One codec at one setting over all clips: bytes of whole files, seconds of work, all together.

    `playing_seconds` is how long the clips last; None where they have no frame rate.
    """

    codec: str
    setting: dict[str, float]
    clips: int
    frames: int
    values: int
    raw_bytes: int
    total_bytes: int
    error: float
    encode_seconds: float
    decode_seconds: float
    playing_seconds: float | None
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """How many times smaller than the raw values."""
        return self.raw_bytes / self.total_bytes


def points(domain: Domain, talk: Callable[[str], None] | None = None) -> list[Point]:
    """Measure all peers of a domain; `talk` gets one line on each point."""
    plan = [(peer, setting) for peer in domain.peers for setting in peer.settings]
    begin = time.perf_counter()
    out: list[Point] = []
    for peer, setting in plan:
        out.append(point(domain, peer, setting))
        if talk:
            left = (time.perf_counter() - begin) / len(out) * (len(plan) - len(out))
            talk(f"{domain.name} {len(out)}/{len(plan)} {line(out[-1])}, {left:.0f} s left")
    return out


def point(domain: Domain, peer: Peer, setting: Setting) -> Point:
    """Code and decode every clip, one at a time."""
    done = list(runs(peer, setting, domain.clips))
    pairs: Pairs = [
        (clip.values, run.decoded) for clip, run in zip(domain.clips, done, strict=True)
    ]
    return Point(
        codec=peer.name,
        setting=peer.label(setting),
        clips=len(done),
        frames=sum(len(clip.values) for clip in domain.clips),
        values=sum(clip.values.size for clip in domain.clips),
        raw_bytes=sum(clip.values.nbytes for clip in domain.clips),
        total_bytes=sum(run.size for run in done),
        error=domain.error(pairs),
        encode_seconds=sum(run.encode_seconds for run in done),
        decode_seconds=sum(run.decode_seconds for run in done),
        playing_seconds=_playing(domain.clips),
        extra={name: measure(pairs) for name, measure in domain.extra.items()},
    )


def line(point: Point) -> str:
    """One short line on a point."""
    setting = " ".join(f"{name} {value:g}" for name, value in point.setting.items())
    return f"{point.codec} {setting}: {point.total_bytes / point.clips:,.0f} B/clip"


def to_stderr(text: str) -> None:
    """Show progress where it does not mix with results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _playing(clips: list[Clip]) -> float | None:
    """How long all clips last, seconds."""
    lengths = [len(clip.values) / clip.fps for clip in clips if clip.fps]
    return sum(lengths) if len(lengths) == len(clips) else None


@dataclass(frozen=True, slots=True)
class Run:
    """One clip through one codec: bytes that count, values that came back, seconds."""

    size: int
    decoded: Values
    encode_seconds: float
    decode_seconds: float


def runs(peer: Peer, setting: Setting, clips: list[Clip]) -> Iterator[Run]:
    """Yield each clip's size, decoded values and seconds of either way."""
    for clip in clips:
        start = time.perf_counter()
        file = peer.encode(clip.values, setting)
        middle = time.perf_counter()
        decoded = peer.decode(file)
        end = time.perf_counter()
        if decoded.shape != clip.values.shape:
            raise ValueError(f"{peer.name} gave {decoded.shape} back for {clip.values.shape}")
        yield Run(peer.size(file), decoded, middle - start, end - middle)
