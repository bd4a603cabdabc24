"""What a file says of itself: no checkpoint, no network and no entropy coder is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

from vdsc.api import exact_facts
from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots.params import Params, model_of
from vdsc.codecs.lossless import chunk
from vdsc.codecs.windows import divide
from vdsc.container import Reader
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile

SIXTEENTHS = 16
"""In a bit: the unit in which a chunk says what a gap tells."""


@dataclass(frozen=True, slots=True)
class Info:
    """What a file says without its model; `budget` sums to `size`.

    start and end are the times of the first and the last frame, seconds. chunks: frames, knots,
    knots_per_second and bytes of each; a frame on a seam counts in both. Rates of a file that
    spans no time are 0. grid: the code of the knot times of a lossy file ("rec", "histogram",
    "poisson" or "every frame"), their bytes, and with "rec" kl_bits, what they tell. A lossless
    file often has no model, and knots only where bits-back coded it; its chunks have method and
    bytes, and those of bits-back knots and bits.
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
    chunks: list[dict[str, Any]]
    knots: int
    knots_per_second: float
    local_dims: int
    global_dims: int
    budget: dict[str, int]
    grid: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)


def inspect(stream: BinaryIO) -> Info:
    """What a .vds file says of itself, every checksum verified."""
    reader = Reader(stream)
    if reader.header.codec == chunk.ID:
        return _lossless(reader)
    return _lossy(reader)


def _lossy(reader: Reader) -> Info:
    """Facts of a file of knots."""
    outline = reader.header.outline
    model, params = model_of(reader.header), Params.from_header(reader.header.params)
    chunks, grid = _chunks(reader, params)
    knots = sum(one["knots"] for one in chunks) - (len(chunks) - 1)
    spent = grid["bytes"]
    return Info(
        **_common(reader),
        model=model.name,
        digest=model.digest.hex(),
        chunks=chunks,
        knots=knots,
        knots_per_second=_per_second(knots, *_span(outline)),
        local_dims=params.local,
        global_dims=params.still,
        budget=_spent(reader, {"knot times": spent, "knot values": reader.budget.chunks - spent}),
        grid=grid,
    )


def _lossless(reader: Reader) -> Info:
    """Facts of a lossless file."""
    model, outline = reader.header.model, reader.header.outline
    chunks, spent = exact_facts.chunks(reader)
    knots = sum(one.get("knots", 0) for one in chunks)
    return Info(
        **_common(reader),
        model=model.name if model else "",
        digest=model.digest.hex() if model else "",
        chunks=chunks,
        knots=knots,
        knots_per_second=_per_second(knots, *_span(outline)),
        local_dims=0,
        global_dims=0,
        budget=_spent(reader, spent),
    )


def _common(reader: Reader) -> dict[str, Any]:
    """What every codec's header says; the chunks have been read."""
    header, outline = reader.header, reader.header.outline
    first, last = _span(outline)
    return {
        "size": reader.budget.total,
        "raw_bytes": outline.raw_bytes,
        "codec": header.codec,
        "shape": outline.shape,
        "dtype": outline.dtype.name,
        "fps": None if outline.clock.rate is None else float(outline.clock.rate),
        "start": first,
        "end": last,
        "frames": outline.frames,
        "params": dict(header.params),
    }


def _spent(reader: Reader, parts: Mapping[str, int]) -> dict[str, int]:
    """Bytes by purpose, those of the chunks in `parts`; they sum to the file's size."""
    budget = reader.budget
    around = budget.total - budget.chunks - budget.checksums
    header = {"header": around + parts.get("header", 0)}
    return {**header, **parts, **header, "checksums": budget.checksums}


def _chunks(reader: Reader, params: Params) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Facts of each chunk, and of all knot times."""
    outline, said, spent, told = reader.header.outline, [], 0, 0
    if reader.header.chunks > max(1, outline.frames - 1):
        raise CorruptFile("the file has more chunks than frames; it is damaged")
    spans = divide(outline.frames, reader.header.chunks)
    for (begin, end), body in zip(spans, reader.chunks(), strict=True):
        knots, share, stream = layout.split(body)
        if knots > end - begin:
            raise CorruptFile("a chunk has more knots than frames; the file is damaged")
        rate = _per_second(knots, _instant(outline, begin), _instant(outline, end - 1))
        facts = {"frames": end - begin, "knots": knots}
        said.append({**facts, "knots_per_second": rate, "bytes": len(body)})
        spent += share
        told += (knots - 1) * layout.tells(stream) if params.drawn else 0
    kl = {"kl_bits": told / SIXTEENTHS} if params.drawn else {}
    return said, {"code": params.grid, "bytes": spent, **kl}


def _per_second(knots: int, first: float, last: float) -> float:
    return knots / (last - first) if last > first else 0.0


def _span(outline: Outline) -> tuple[float, float]:
    return _instant(outline, 0), _instant(outline, outline.frames - 1)


def _instant(outline: Outline, frame: int) -> float:
    return float(outline.clock.seconds(frame, frame + 1)[0])
