"""Run every codec over every clip for real, and compare every bit that comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from vdsc.bench.clips import Clip
from vdsc.bench.lossless_domains import LosslessDomain
from vdsc.bench.peers.peer import Peer, Values
from vdsc.bench.runner import Journal, Talk, each, to_stderr, trials


@dataclass(frozen=True, slots=True)
class Row:
    """One clip through one codec: bytes that count, bits a pixel or value, seconds of work."""

    codec: str
    clip: str
    bytes: int
    bits: float
    encode_seconds: float
    decode_seconds: float


def rows(domain: LosslessDomain, journal: Journal, say: Talk = to_stderr) -> list[Row]:
    """Measure all codecs of a domain.

    Raises:
        ValueError: a codec did not give every bit back.
    """
    jobs = {peer.name: partial(_measured, domain, peer) for peer in (*domain.own, *domain.peers)}
    return [Row(**row) for found in each(domain.name, jobs, journal, say) for row in found]


def _measured(domain: LosslessDomain, peer: Peer) -> list[dict[str, Any]]:
    """One codec's rows as JSON."""
    return [asdict(row) for row in _rows(domain, peer)]


def _rows(domain: LosslessDomain, peer: Peer) -> Iterator[Row]:
    for clip, trial in zip(domain.clips, trials(peer, (), domain.clips), strict=True):
        if not same(clip.values, trial.decoded):
            raise ValueError(f"{peer.name} did not give {clip.name} back")
        bits = 8 * trial.size / domain.units(clip)
        seconds = trial.encode_seconds, trial.decode_seconds
        yield Row(peer.name, clip.name, trial.size, bits, *seconds)


def same(one: Values, other: Values) -> bool:
    """Whether two arrays have the same type, shape and bits."""
    alike = one.dtype == other.dtype and one.shape == other.shape
    return alike and one.tobytes() == other.tobytes()


def sizes(domain: LosslessDomain) -> dict[str, dict[str, int]]:
    """Each clip's pixels or values, and its raw bytes."""
    return {clip.name: _size(domain, clip) for clip in domain.clips}


def _size(domain: LosslessDomain, clip: Clip) -> dict[str, int]:
    return {f"{domain.unit}s": domain.units(clip), "raw_bytes": clip.values.nbytes}
