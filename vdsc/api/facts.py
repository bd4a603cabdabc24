"""What a file says of itself: no network is needed, and a checkpoint for short files of knots only.

Those say just what their checkpoint does not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO

from vdsc.api import reading
from vdsc.api.numbers import numeric_header
from vdsc.codecs import registry
from vdsc.codecs.base import ChunkFacts, Facts, GridFacts
from vdsc.container import Header
from vdsc.container.collection_file import holds_collection
from vdsc.container.collection_walk import CollectionWalk
from vdsc.core import memory
from vdsc.core.meta import Meta
from vdsc.core.numeric_view import BFLOAT16
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile


@dataclass(frozen=True, slots=True)
class Info:
    """What a file says without its networks; `budget` sums to `size`.

    start and end are the times of the first and the last frame, seconds. A frame on a seam counts
    in both of its chunks, a knot there once. Rates of a file that spans no time are 0. grid: the
    code of the knot times of a file of knots, None for others. settings: what the header says in
    words, params its numbers. budget: bytes by purpose. clips: how many a collection has, whose
    frames count together; parts: those of a sequence whose parts are decoded alone.
    """

    size: int
    raw_bytes: int
    codec: str
    model: str
    digest: str
    shape: tuple[int, ...]
    dtype: str
    fps: float | None
    start: float
    end: float
    frames: int
    params: dict[str, int]
    settings: tuple[tuple[str, str], ...]
    chunks: tuple[ChunkFacts, ...]
    knots: int
    knots_per_second: float
    local_dims: int
    global_dims: int
    grid: GridFacts | None
    meta: Meta | None
    budget: dict[str, int]
    clips: int | None = None
    parts: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values; of bytes in metadata, how many there are."""
        return {key: _json_ready(value) for key, value in asdict(self).items()}


def inspect(stream: BinaryIO, *, memlimit: int = memory.DEFAULT) -> Info:
    """What a .vds file says of itself, every checksum verified; raises VdscError.

    ModelMissing is only raised for a short file of knots, which is nothing without its checkpoint.
    """
    if holds_collection(stream):
        return _of_collection(stream, memlimit)
    reader = reading.of(stream, memlimit=memlimit)
    header, outline = reader.header, reader.header.outline
    codec = registry.codec_of_file(header.codec)
    facts = codec.describe(numeric_header(header), reader.chunks())
    budget = reader.budget
    around = budget.total - budget.chunks - budget.checksums - budget.metadata
    beside = {"metadata": budget.metadata} if budget.metadata else {}
    parts = dict(facts.budget)
    own = {"header": around + parts.pop("header", 0)}
    spent = {**own, **beside, **parts, "checksums": budget.checksums}
    return _info(header, outline, facts, spent, reader.meta)


def _of_collection(stream: BinaryIO, memlimit: int) -> Info:
    """What all clips say together, or all parts of a sequence."""
    walk = CollectionWalk(stream, memlimit=memlimit)
    spent, chunks, others = Counter[str](), list[ChunkFacts](), Counter[str]()
    first, frames, clips, knots = None, 0, 0, 0
    for clip in walk:
        codec = registry.codec_of_file(clip.header.codec)
        facts = codec.describe(numeric_header(clip.header), iter(clip.bodies))
        first = first or facts
        spent.update(facts.budget)
        chunks += facts.chunks
        frames, clips, knots = frames + clip.header.outline.frames, clips + 1, knots + facts.knots
        if clip.variant:
            others[_coded_by(clip.header)] += 1
    if first is None:
        raise CorruptFile("a collection holds no clips; the file is damaged")
    header = walk.head.header
    outline = header.outline
    if not walk.head.joined:
        outline = replace(outline, shape=(frames, *outline.shape[1:]))
    spent["checksums"] = walk.checksums
    spent["header, names and index"] = stream.tell() - spent.total()
    beside = tuple(("coded otherwise", f"{n:,} clips by {by}") for by, n in others.items())
    settings = (*first.settings, *beside)
    found = replace(first, chunks=tuple(chunks), knots=knots, settings=settings)
    made = _info(header, outline, found, dict(spent), walk.meta)
    return replace(made, parts=clips) if walk.head.joined else replace(made, clips=clips)


def _coded_by(header: Header) -> str:
    return header.codec if header.model is None else f"{header.codec} with {header.model.name}"


def _info(
    header: Header, outline: Outline, facts: Facts, budget: dict[str, int], meta: Meta | None
) -> Info:
    first, last = _instant(outline, 0), _instant(outline, outline.frames - 1)
    rate, model = outline.clock.rate, header.model
    return Info(
        size=sum(budget.values()),
        raw_bytes=outline.raw_bytes,
        codec=header.codec,
        model=model.name if model else "",
        digest=model.digest.hex() if model else "",
        shape=outline.shape,
        dtype="bfloat16" if outline.dtype == BFLOAT16 else outline.dtype.name,
        fps=None if rate is None else float(rate),
        start=first,
        end=last,
        frames=outline.frames,
        params=dict(header.params),
        settings=facts.settings,
        chunks=facts.chunks,
        knots=facts.knots,
        knots_per_second=facts.knots / (last - first) if last > first else 0.0,
        local_dims=facts.local_dims,
        global_dims=facts.global_dims,
        grid=facts.grid,
        meta=meta,
        budget=budget,
    )


def source_format(stream: BinaryIO, *, memlimit: int = memory.DEFAULT) -> str:
    """The name of the format that a file was made from, "" if it does not say; raises VdscError."""
    meta = reading.of(stream, memlimit=memlimit).meta
    return "" if meta is None else meta.format


def _json_ready(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, dict):
        return {key: _json_ready(one) for key, one in value.items()}
    return [_json_ready(one) for one in value] if isinstance(value, list | tuple) else value


def _instant(outline: Outline, frame: int) -> float:
    return float(outline.clock.seconds(frame, frame + 1)[0])
