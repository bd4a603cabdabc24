"""Run every codec over every clip for real, and keep what came out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from vdsc.bench.clips import Clip
from vdsc.bench.lossy_domains import LossyDomain
from vdsc.bench.metrics import Pairs
from vdsc.bench.peers.peer import Peer, Setting
from vdsc.bench.runner import Journal, Talk, each, to_stderr, trials


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


def points(domain: LossyDomain, journal: Journal, say: Talk = to_stderr) -> list[Point]:
    """Measure all peers of a domain at all of their settings."""
    jobs = {
        " ".join([peer.name, *(f"{k} {v:g}" for k, v in peer.label(setting).items())]): partial(
            _measured, domain, peer, setting
        )
        for peer in domain.peers
        for setting in peer.settings
    }
    return [Point(**found) for found in each(domain.name, jobs, journal, say)]


def _measured(domain: LossyDomain, peer: Peer, setting: Setting) -> dict[str, Any]:
    """One point as JSON."""
    return asdict(point(domain, peer, setting))


def point(domain: LossyDomain, peer: Peer, setting: Setting) -> Point:
    """Code and decode every clip, one at a time."""
    done = list(trials(peer, setting, domain.clips))
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


def _playing(clips: list[Clip]) -> float | None:
    """How long all clips last, seconds."""
    lengths = [len(clip.values) / clip.fps for clip in clips if clip.fps]
    return sum(lengths) if len(lengths) == len(clips) else None
