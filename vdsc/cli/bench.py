"""`vdsc bench`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vdsc.cli import options as o
from vdsc.cli.failure import each

if TYPE_CHECKING:
    from vdsc.bench.contest import Entry

HEAD = ("codec", "bytes", "ratio", "encode s", "decode s", "largest error", "how")


def codec_list(text: str) -> tuple[str, ...]:
    """Names of codecs, with commas between them."""
    from vdsc.bench.contestants import NAMES

    return tuple(o.choice(*NAMES)(name.strip().lower()) for name in text.split(","))


def bench(
    inputs: o.InputsArgument,
    *,
    codecs: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,NAME", help="Who runs (default: vdsc,zstd,xz,x265; sz3, zfp and others)."
        ),
    ] = None,
    max_error: Annotated[
        str | None,
        typer.Option(metavar="E|E%", help="What no value may be off by; % of all values' range."),
    ] = None,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    form: o.FormatOption = "",
    as_json: o.JsonOption = False,
) -> None:
    """Measure codecs, ours and others', on your own files.

    Each is run for real, in this process, and what it gives back is compared with the file.
    """
    from vdsc.bench.contestants import USUAL
    from vdsc.cli.speech import put

    names = USUAL if codecs is None else codec_list(codecs)
    found: list[dict[str, Any]] = []

    def work(path: str) -> None:
        record, rows = _measured(path, names, max_error, memlimit, form)
        if as_json:
            found.append({**record, "codecs": [row.as_dict() for row in rows]})
        else:
            _show(record, rows)

    try:
        each(inputs, work)
    finally:
        if found:
            put(json.dumps(found[0] if len(inputs) == 1 else found, indent=2))


def _measured(
    path: str, names: tuple[str, ...], max_error: str | None, memlimit: int, form: str
) -> tuple[dict[str, Any], list[Entry]]:
    """What is said of a file, and what each codec did with it."""
    from vdsc.bench import contest
    from vdsc.cli.progress import progress_bar
    from vdsc.core import memory
    from vdsc.io.source import open_source

    with open_source(path, exact=True, limit=memlimit, form=form) as source:
        size = source.dtype.itemsize
        for axis in source.shape:
            size *= axis
        memory.check(3 * size, memlimit, "the array, its file and what comes back")
        values = source.read(0, source.shape[0])
    error = None if max_error is None else contest.share_of(values, max_error)
    with progress_bar(path, "codecs") as bar:
        rows = list(contest.entries(values, names, error, bar))
    record = {"file": path, "shape": list(values.shape), "dtype": str(values.dtype)}
    return {**record, "bytes": values.nbytes, "max_error": error}, rows


def _show(record: dict[str, Any], rows: list[Entry]) -> None:
    """Print a table, the smallest file first, those that did not run last."""
    from vdsc.cli.speech import put
    from vdsc.cli.tables import print_table
    from vdsc.core.words import printable

    shape = ", ".join(map(str, record["shape"]))
    asked = "" if record["max_error"] is None else f", error at most {record['max_error']:.6g}"
    what = f"({shape}) {record['dtype']}, {record['bytes']:,} bytes{asked}"
    put(f"{printable(record['file'])}: {what}")
    ordered = sorted(rows, key=lambda row: (row.size is None, not row.kept, row.size))
    print_table([HEAD, *map(_cells, ordered)])


def _cells(row: Entry) -> tuple[str, ...]:
    """One line of the table; `!` marks an error that is larger than was asked for."""
    if row.size is None:
        return (row.codec, *["-"] * 5, row.note)
    error = "none" if row.error is None else f"{row.error:.6g}"
    return (
        row.codec,
        f"{row.size:,}",
        f"{row.ratio:.2f}",
        f"{row.encode_seconds:.3f}",
        f"{row.decode_seconds:.3f}",
        error if row.kept else f"{error} !",
        row.note,
    )
