"""`vdsc info`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vdsc.cli.failure import each
from vdsc.cli.options import JsonOption

if TYPE_CHECKING:
    from vdsc.api import Info


def info(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Files; '-' is stdin.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Say what .vds files hold; needs neither the model nor torch."""
    # Starting the threads of numpy's linear algebra, which is not used here, takes a fifth of all.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from vdsc.api import inspect
    from vdsc.cli.talk import print_table
    from vdsc.io.spool import open_input

    found: list[dict[str, Any]] = []

    def work(path: str) -> None:
        with open_input(path) as stream:
            facts = inspect(stream)
        if as_json:
            found.append({"file": path, **facts.as_dict()})
        else:
            print_table([("file", path), *rows(facts)])

    try:
        each(files, work)
    finally:
        if found:
            typer.echo(json.dumps(found[0] if len(files) == 1 else found, indent=2))


def rows(facts: Info) -> list[tuple[str, str]]:
    """What `facts` say, as (name, words)."""
    rate = "irregular" if facts.fps is None else f"{facts.fps:g} frames/s"
    percent = 100 / facts.size
    return [
        (
            "size",
            f"{facts.size:,} bytes, {facts.raw_bytes / facts.size:.1f}x below {facts.raw_bytes:,}",
        ),
        ("codec", facts.codec),
        *([("model", f"{facts.model} {facts.digest[:16]}")] if facts.model else ()),
        ("values", f"{facts.dtype} {facts.shape}"),
        ("times", f"{facts.start:g} to {facts.end:g} s, {facts.frames} frames, {rate}"),
        *path_rows(facts),
        *(chunk_row(i, chunk) for i, chunk in enumerate(facts.chunks)),
        *(
            (f"  {part}", f"{size:,} bytes, {size * percent:.1f} %")
            for part, size in facts.budget.items()
        ),
    ]


def path_rows(facts: Info) -> list[tuple[str, str]]:
    """What a file of knots says of them; a lossless one has neither parameters nor dimensions."""
    if not facts.knots:
        return []
    knots = ("knots", f"{facts.knots}, {facts.knots_per_second:.3g}/s")
    if facts.codec == "lossless":
        return [knots]
    return [
        ("params", ", ".join(f"{name}={value}" for name, value in facts.params.items())),
        ("dimensions", f"{facts.local_dims} local, {facts.global_dims} global"),
        knots,
        ("grid", grid_words(facts.grid)),
    ]


GRIDS = {
    "rec": "drawn from the posterior",
    "histogram": "under the prior of the model",
    "poisson": "under a Poisson prior",
    "every frame": "a knot at every frame",
}


def grid_words(grid: dict[str, Any]) -> str:
    """How knot times are coded, in how many bytes, and what they tell if the file says so."""
    words = f"{grid['code']}, {GRIDS[grid['code']]}, {grid['bytes']:,} bytes"
    return f"{words}, KL {grid['kl_bits']:.1f} bits" if "kl_bits" in grid else words


def chunk_row(index: int, chunk: dict[str, Any]) -> tuple[str, str]:
    """One chunk, as (name, words)."""
    words = "{frames} frames, {knots} knots, {knots_per_second:.3g}/s, {bytes:,} bytes"
    if "method" in chunk:
        words = "{method}, {knots} knots, {bytes:,} bytes"
        words = words if "knots" in chunk else "{method}, {bytes:,} bytes"
    return f"  chunk {index}", words.format(**chunk)
