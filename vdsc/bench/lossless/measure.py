"""Run every codec over every clip for real, and compare every bit that comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vdsc.bench.data import Clip
from vdsc.bench.lossless.domains import Domain
from vdsc.bench.measure import runs
from vdsc.bench.peers.base import Peer, Values


@dataclass(frozen=True, slots=True)
class Row:
    """One clip through one codec: bytes that count, bits a pixel or value, seconds of work."""

    codec: str
    clip: str
    bytes: int
    bits: float
    encode_seconds: float
    decode_seconds: float


def rows(domain: Domain, talk: Callable[[str], None] | None = None) -> list[Row]:
    """Measure all codecs of a domain; `talk` gets one line on each.

    Raises:
        ValueError: a codec did not give every bit back.
    """
    plan, begin, out = (*domain.own, *domain.peers), time.perf_counter(), []
    for done, peer in enumerate(plan, 1):
        found = list(_rows(domain, peer))
        out += found
        if talk:
            left = (time.perf_counter() - begin) / done * (len(plan) - done)
            talk(f"{domain.name} {done}/{len(plan)} {line(found)}, {left:.0f} s left")
    return out


def line(found: list[Row]) -> str:
    """One short line on one codec's rows."""
    mean = sum(row.bytes for row in found) / len(found)
    return f"{found[0].codec}: {mean:,.0f} B/clip"


def _rows(domain: Domain, peer: Peer) -> Iterator[Row]:
    for clip, run in zip(domain.clips, runs(peer, (), domain.clips), strict=True):
        if not same(clip.values, run.decoded):
            raise ValueError(f"{peer.name} did not give {clip.name} back")
        bits = 8 * run.size / domain.units(clip)
        yield Row(peer.name, clip.name, run.size, bits, run.encode_seconds, run.decode_seconds)


def same(one: Values, other: Values) -> bool:
    """Whether two arrays have the same type, shape and bits."""
    alike = one.dtype == other.dtype and one.shape == other.shape
    return alike and one.tobytes() == other.tobytes()


def sizes(domain: Domain) -> dict[str, dict[str, int]]:
    """Each clip's pixels or values, and its raw bytes."""
    return {clip.name: _size(domain, clip) for clip in domain.clips}


def _size(domain: Domain, clip: Clip) -> dict[str, int]:
    return {f"{domain.unit}s": domain.units(clip), "raw_bytes": clip.values.nbytes}
