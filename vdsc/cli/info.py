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
        *(path_rows(facts) if facts.knots else ()),
        *(chunk_row(i, chunk) for i, chunk in enumerate(facts.chunks)),
        *(
            (f"  {part}", f"{size:,} bytes, {size * percent:.1f} %")
            for part, size in facts.budget.items()
        ),
    ]


def path_rows(facts: Info) -> list[tuple[str, str]]:
    """What a file of knots says of them."""
    return [
        ("params", ", ".join(f"{name}={value}" for name, value in facts.params.items())),
        ("dimensions", f"{facts.local_dims} local, {facts.global_dims} global"),
        ("knots", f"{facts.knots}, {facts.knots_per_second:.3g}/s"),
    ]


def chunk_row(index: int, chunk: dict[str, Any]) -> tuple[str, str]:
    """One chunk, as (name, words)."""
    words = "{frames} frames, {knots} knots, {knots_per_second:.3g}/s, {bytes:,} bytes"
    exact = "{method}, {bytes:,} bytes"
    return f"  chunk {index}", (exact if "method" in chunk else words).format(**chunk)
