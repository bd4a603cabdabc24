"""`.csv` and `.tsv`: tables of numbers, a row an instant, read once into a temporary file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Times
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.csv_layout import SAMPLE, layout_of
from vdsc.io.csv_scan import Scan
from vdsc.io.odd_cells import OddCells
from vdsc.io.source import Fetch, Source, make_source
from vdsc.io.time_names import UNITS, named_time, unit_of
from vdsc.io.time_text import clock_of

LEAST = 8
"""Rows in which a column without the name must increase to be one of times."""


@dataclass(frozen=True, slots=True)
class Timed:
    """The column that dates the rows: its clock, its fields of metadata, and words about it."""

    column: int
    clock: Clock
    fields: dict[str, Any]
    words: str
    kept: bool


@contextmanager
def open_csv(
    stream: BinaryIO,
    name: str,
    key: str | None = None,
    *,
    exact: bool | None = False,
    limit: int | None = None,
) -> Iterator[Source]:
    """Source of a table (T, C): float64, integers or float32, as its text was written from.

    A column of times, found by its name or because it is the first and increases, is the clock.
    Raises InvalidInput for columns that hold words, and for rows of other lengths.
    """
    if key is not None:
        raise InvalidInput(f"{name} is one table; leave out ':{printable(key)}'")
    layout = layout_of(_sample(stream), name)
    named = named_time(layout.names)
    first = 0 if layout.columns > 1 else None
    stream.seek(len(layout.head))
    with closing(Scan(layout, name, first if named is None else named)) as scan:
        scan.read(stream)
        timed, words = _timed(scan, named=named is not None)
        meta, kept = _meta(scan, timed)
        dtype = _dtype(scan, timed)
        columns = layout.columns - (timed is not None)
        note = "; ".join(filter(None, (words, kept)))
        fetch = _fetch(scan, timed, dtype)
        said: Any = {"clock": timed.clock if timed else None, "meta": meta, "note": note}
        yield make_source(name, (scan.rows, columns), dtype, fetch, exact=exact, **said)


def _sample(stream: BinaryIO) -> bytes:
    """The first bytes, as far as they say how the table is laid out."""
    parts, size = [], 0
    while size < SAMPLE and (part := stream.read(SAMPLE - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _timed(scan: Scan, *, named: bool) -> tuple[Timed | None, str]:
    """The column that dates the rows, if there is one, and words about it."""
    column = scan.timed
    if column is None or scan.layout.columns < 2 or not scan.rows:
        return None, ""
    times = _column(scan, column)
    what = scan.layout.called(column)
    called = scan.layout.names[column] if column < len(scan.layout.names) else ""
    unit = "date" if scan.dates else unit_of(called, float(times[0]))
    seconds = times / UNITS[unit]
    bad = np.flatnonzero(~(seconds[1:] > seconds[:-1]) | ~np.isfinite(seconds[1:]))
    few = len(seconds) < (2 if named else LEAST)
    if few or bad.size or not np.isfinite(seconds[0]):
        return _undated(scan, what, int(bad[0]) + 2 if bad.size else 1, named=named)
    clock, fields, kept = clock_of(seconds, scan.texts, unit)
    rate = "listed times" if clock.rate is None else f"{float(clock.rate):g} rows a second"
    found = "" if named else ", the first, which increases,"
    counted = "as dates in UTC" if unit == "date" else f"in {unit}"
    words = f"{what}{found} dates the rows, {counted}: {rate}"
    first, last = clock.seconds(0, 1), clock.seconds(scan.rows - 1, scan.rows)
    ends = {"first": float(first[0]), "last": float(last[0])}
    all_fields = {"column": column, "name": called, "unit": unit, **ends, **fields}
    return Timed(column, clock, all_fields, words, kept), words


def _undated(scan: Scan, what: str, row: int, *, named: bool) -> tuple[None, str]:
    """No time column, and why; raises InvalidInput for one of dates."""
    if scan.dates:
        words = f"{scan.name}: {what} holds dates that do not increase at row {row}"
        raise InvalidInput(f"{words}; sort the rows, or remove the column")
    if not named:
        return None, ""
    return None, f"{what} does not increase at row {row}, so its times are values like others"


def _dtype(scan: Scan, timed: Timed | None) -> np.dtype[Any]:
    """The type that all values have."""
    others = np.arange(scan.layout.columns) != (timed.column if timed else -1)
    if scan.whole[others].all():
        return np.dtype(np.int64)
    narrow = scan.narrow[others].all() and scan.long[others].any()
    return np.dtype(np.float32 if narrow else np.float64)


def _column(scan: Scan, column: int) -> Times:
    """One column (T,) of the numbers."""
    width, step = scan.layout.columns, max(1, (1 << 20) // scan.layout.columns)
    scan.numbers.seek(0)
    parts = []
    while data := scan.numbers.read(8 * width * step):
        parts.append(np.frombuffer(data, np.float64).reshape(-1, width)[:, column].copy())
    return np.concatenate(parts)


def _fetch(scan: Scan, timed: Timed | None, dtype: np.dtype[Any]) -> Fetch:
    """Reads rows without the times."""
    width = scan.layout.columns

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        scan.numbers.seek(8 * width * begin)
        data = scan.numbers.read(8 * width * (min(end, scan.rows) - begin))
        rows = np.frombuffer(data, np.float64).reshape(-1, width)
        rows = rows if timed is None else np.delete(rows, timed.column, axis=1)
        return rows.astype(dtype)

    return fetch


def _meta(scan: Scan, timed: Timed | None) -> tuple[Meta, str]:
    """What the table held beside its numbers, and words about what of that is not kept."""
    layout, without = scan.layout, timed.column if timed else None
    names = [name for n, name in enumerate(layout.names) if n != without]
    formats = [
        [row, column - (without is not None and column > without), one.spec, one.missing]
        for row, column, one in scan.spellings
        if column != without
    ]
    odd = scan.odd.pack(without)
    fields: dict[str, Any] = {
        "columns": names,
        "delimiter": layout.delimiter,
        "newline": layout.newline,
        "head": layout.head,
        "formats": formats,
        **({"decimal": layout.decimal} if layout.decimal != "." else {}),
        **({"odd": odd} if odd else {}),
        **({"asides": [list(one) for one in scan.asides]} if scan.asides else {}),
        **({"open": True} if not scan.ends else {}),
        **({"time": timed.fields} if timed else {}),
        "rows": scan.rows,
    }
    form = "tsv" if layout.delimiter == "\t" and not scan.name.lower().endswith(".csv") else "csv"
    return Meta(form, fields), _kept(scan.odd, timed, mixed=scan.mixed_ends)


def _kept(odd: OddCells, timed: Timed | None, *, mixed: bool) -> str:
    """What of the text does not come back, in words."""
    words = []
    if odd.lost:
        words.append("its numbers come back as float64, spelled in another way")
    if timed and not timed.kept:
        words.append("its times come back spelled in another way")
    if mixed:
        words.append("its line ends differ, and come back like the first")
    return "; ".join(words)
