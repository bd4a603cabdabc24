"""What `vdsc info` says of a file, as rows of (name, words)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vdsc.cli.dates import span_words
from vdsc.core.words import printable

if TYPE_CHECKING:
    from vdsc.api import Info
    from vdsc.codecs.base import ChunkFacts, GridFacts

Rows = list[tuple[str, str]]
LONGEST = 40
"""Characters of a field of metadata that are shown."""

HASH = 12
"""Digits of a model's hash that are shown; --json has all."""

GRIDS = {
    "rec": "drawn from the posterior",
    "histogram": "under the prior of the model",
    "poisson": "under a Poisson prior",
    "every frame": "a knot at every frame",
}


def rows(facts: Info) -> Rows:
    """The summary: what the file holds, how it was coded, and its bytes by purpose."""
    rate = "irregular" if facts.fps is None else f"{facts.fps:g} frames/s"
    times = f"{span_words(facts.start, facts.end)}, {facts.frames:,} frames, {rate}"
    smaller = facts.raw_bytes / facts.size
    return [
        ("size", f"{facts.size:,} bytes, {smaller:.1f}x below {facts.raw_bytes:,}"),
        ("codec", facts.codec),
        *([("model", f"{facts.model} {facts.digest[:HASH]}")] if facts.model else ()),
        ("values", f"{facts.dtype} {facts.shape}"),
        ("times", times),
        *_source_rows(facts),
        *_path_rows(facts),
        *([("clips", f"{facts.clips:,}")] if facts.clips else ()),
        *([("parts", f"{facts.parts:,}, each decoded alone")] if facts.parts else ()),
        ("chunks", f"{len(facts.chunks):,}"),
        *_budget_rows(facts),
    ]


def chunk_rows(facts: Info) -> Rows:
    """One row for each chunk."""
    return [(f"  chunk {i}", _chunk_words(chunk)) for i, chunk in enumerate(facts.chunks)]


def _source_rows(facts: Info) -> Rows:
    """What the file that was compressed held beside its numbers."""
    if facts.meta is None:
        return []
    named = [f"{name} {_short(value)}" for name, value in facts.meta.fields.items()]
    return [("made from", printable(", ".join([f".{facts.meta.format}", *named])))]


def _short(value: object) -> str:
    """A field of metadata in a few characters."""
    if isinstance(value, list | dict):
        return f"[{len(value):,}]"
    if isinstance(value, bytes):
        return f"[{len(value):,} bytes]"
    words = str(value)
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}..."


def _path_rows(facts: Info) -> Rows:
    """What the header says, and of a file with knots what it says of them."""
    made: Rows = list(facts.settings)
    if facts.local_dims or facts.global_dims:
        made.append(("dimensions", f"{facts.local_dims} local, {facts.global_dims} global"))
    if facts.knots:
        made.append(("knots", f"{facts.knots:,}, {facts.knots_per_second:.3g}/s"))
    if facts.grid is not None:
        made.append(("grid", _grid_words(facts.grid)))
    return made


def _grid_words(grid: GridFacts) -> str:
    """How knot times are coded, in how many bytes, and what they tell if the file says so."""
    words = f"{grid.code}, {GRIDS[grid.code]}, {grid.size:,} bytes"
    return words if grid.kl_bits is None else f"{words}, KL {grid.kl_bits:.1f} bits"


def _budget_rows(facts: Info) -> Rows:
    """Bytes by purpose; they sum to the size."""
    return [
        (f"  {part}", f"{size:,} bytes, {100 * size / facts.size:.1f} %")
        for part, size in facts.budget.items()
    ]


def _chunk_words(chunk: ChunkFacts) -> str:
    words = [chunk.method] if chunk.method else []
    if chunk.frames is not None:
        words.append(f"{chunk.frames:,} frames")
    if chunk.knots:
        words.append(f"{chunk.knots:,} knots")
    return ", ".join([*words, f"{chunk.size:,} bytes"])
