"""What a file of knots says of itself; neither its model nor the entropy coder is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod

from vdsc.codecs import windows
from vdsc.codecs.base import ChunkFacts, Facts, GridFacts
from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots import pose
from vdsc.codecs.knots.params import OLD_ID, KnotParams, model_of
from vdsc.container import Header
from vdsc.errors import CorruptFile

SIXTEENTHS = 16
"""In a bit: the unit in which a chunk says what a gap tells."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One chunk: its span, its knots, the bytes of their times and of the pose, and its stream."""

    span: layout.Span
    knots: int
    times: int
    pose: int
    stream: bytes
    size: int


def describe(header: Header, bodies: Iterable[bytes]) -> Facts:
    """Facts of the chunks of a file; raises CorruptFile for what no encoder writes."""
    model_of(header)
    params = KnotParams.from_header(header)
    if header.chunks > max(1, header.outline.frames - 1):
        raise CorruptFile("the file has more chunks than frames; it is damaged")
    parts = list(_parts(header, params, bodies))
    return Facts(
        chunks=tuple(ChunkFacts(p.size, frames=p.span.frames, knots=p.knots) for p in parts),
        budget=_budget(parts, params),
        knots=sum(p.knots for p in parts) - sum(not p.span.fresh for p in parts),
        local_dims=params.local,
        global_dims=params.still,
        grid=_grid(parts, params),
        settings=_words(params),
    )


def _budget(parts: list[_Part], params: KnotParams) -> dict[str, int]:
    """Bytes of the chunks by purpose."""
    times, posed = sum(p.times for p in parts), sum(p.pose for p in parts)
    streams = sum(len(p.stream) for p in parts)
    pose_size = {} if params.ramps is None else {"pose": posed}
    header = sum(p.size for p in parts) - streams - posed
    return {"header": header, "knot times": times, **pose_size, "knot values": streams - times}


def _grid(parts: list[_Part], params: KnotParams) -> GridFacts:
    """How knot times are coded, and of drawn ones what they tell."""
    spent = sum(p.times for p in parts)
    if not params.drawn:
        return GridFacts(params.grid, spent)
    kl = sum((p.knots - 1) * layout.kl_of_a_gap(p.stream) for p in parts)
    return GridFacts(params.grid, spent, kl / SIXTEENTHS)


def _parts(header: Header, params: KnotParams, bodies: Iterable[bytes]) -> Iterator[_Part]:
    """The chunks one after another; raises CorruptFile."""
    frames, count, old = header.outline.frames, header.chunks, header.codec == OLD_ID
    even = [end - begin for begin, end in windows.divide(frames, count)]
    past: pose.Pose | None = None
    for i, body in enumerate(bodies):
        span, at = layout.Span(even[i] if old else frames, fresh=not i), 0
        if not old and count > 1:
            span, at = layout.Span.read(body)
        knots, times, end = layout.split(body, at)
        if knots > span.frames:
            raise CorruptFile("a chunk has more knots than frames; the file is damaged")
        begin = end
        if params.ramps is not None:
            past, end = pose.unpack(
                body,
                begin,
                ramps=params.ramps.bit_count(),
                channels=prod(header.outline.shape[1:]),
                frames=span.frames,
                past=None if span.fresh else past,
            )
        layout.check_times(times, len(body) - end)
        yield _Part(span, knots, times, end - begin, body[end:], len(body))


def _words(params: KnotParams) -> tuple[tuple[str, str], ...]:
    """The header's parameters in the words of the command line."""
    said = [("quality", str(params.quality))]
    if params.seed:
        said.append(("seed", str(params.seed)))
    if params.unit != 1 << 16:
        said.append(("positions", f"{params.unit / (1 << 16):.4g} times the model's unit"))
    return tuple(said)
