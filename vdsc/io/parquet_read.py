"""`.parquet`: columns of numbers, read by row groups through pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from vdsc.core.frame_times import as_seconds
from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Times
from vdsc.core.words import printable
from vdsc.errors import InvalidInput, LimitExceeded, VdscError
from vdsc.io.regular_times import rate_of
from vdsc.io.source import Fetch, Source, make_source
from vdsc.io.time_names import UNITS, named_time, unit_of

COLUMNS = 1 << 16
"""How many columns a table may have."""


@dataclass(frozen=True, slots=True)
class Table:
    """An open file: its numbers by row groups, which begin at `starts` and end with the last."""

    file: Any
    name: str
    columns: tuple[str, ...]
    starts: NDArray[np.int64]

    def numbers(self, group: int, columns: list[str]) -> list[NDArray[Any]]:
        """Columns of a row group; nulls of floats and of integers are NaN."""
        try:
            table = self.file.read_row_group(group, columns=columns)
        except Exception as error:  # pyarrow has many, and damage may raise any
            raise _unsound(self.name, error) from None
        return [np.asarray(table.column(n).to_numpy()) for n in range(table.num_columns)]


@contextmanager
def open_parquet(
    stream: BinaryIO,
    name: str,
    key: str | None = None,
    *,
    exact: bool | None = False,
    limit: int | None = None,
) -> Iterator[Source]:
    """Source of a table (T, C) of one type: that of its columns, or one that holds them all.

    A column of times, of timestamps or by its name, is the clock. Nulls are NaN, and NaN of a
    column with nulls are null when they are written. Raises InvalidInput for columns of words or
    of nested types.
    """
    if key is not None:
        raise InvalidInput(f"{name} is one table; leave out ':{printable(key)}'")
    table, schema = _opened(stream, name)
    timed = _timed(schema)
    columns = [one for one in table.columns if one != timed]
    kinds = [_kind(schema.field(one), name) for one in columns]
    if not columns or not table.starts[-1]:
        raise InvalidInput(f"{name} holds no rows of numbers; was it written to the end?")
    clock, times, words = _clock(table, schema, timed)
    columns = columns if clock is not None or timed is None else list(table.columns)
    kinds = kinds if len(columns) == len(kinds) else [_kind(schema.field(c), name) for c in columns]
    nulls = _nulls(table, columns)
    dtype, more = _dtype(kinds, gaps=bool(nulls))
    fields = {
        "columns": columns,
        "types": [str(schema.field(one).type) for one in columns],
        **({"nulls": nulls} if nulls else {}),
        **({"time": times} if times else {}),
    }
    note = "; ".join(filter(None, (words, more)))
    said: Any = {"clock": clock, "meta": Meta("parquet", fields), "note": note}
    shape = (int(table.starts[-1]), len(columns))
    yield make_source(name, shape, dtype, _fetch(table, columns, dtype), exact=exact, **said)


def _opened(stream: BinaryIO, name: str) -> tuple[Table, Any]:
    """The file and its schema; raises InvalidInput."""
    try:
        file = parquet.ParquetFile(stream)
        schema, metadata = file.schema_arrow, file.metadata
        counts = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
    except Exception as error:  # see above
        raise _unsound(name, error) from None
    if len(schema.names) > COLUMNS:
        words = f"{name} has {len(schema.names)} columns, above the limit of {COLUMNS}"
        raise LimitExceeded(f"{words}; write a row for each instant, or an .npy")
    if len(set(schema.names)) < len(schema.names):
        raise InvalidInput(f"{name} has two columns of one name; rename one")
    starts = np.cumsum([0, *counts], dtype=np.int64)
    return Table(file, name, tuple(schema.names), starts), schema


def _unsound(name: str, error: Exception) -> InvalidInput:
    reason = printable(str(error).partition("\n")[0][:80])
    return InvalidInput(f"{name} is not a sound .parquet file ({reason}); copy it again")


def _timed(schema: Any) -> str | None:
    """The column that may date the rows."""
    named = named_time(schema.names)
    stamps = [one.name for one in schema if str(one.type).startswith(("timestamp", "duration"))]
    return schema.names[named] if named is not None else stamps[0] if stamps else None


def _kind(field: Any, name: str) -> np.dtype[Any]:
    """The type of a column of numbers; raises InvalidInput for others."""
    kind = field.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return np.dtype(str(kind.to_pandas_dtype().__name__))
    words = f"{name}: column '{printable(field.name[:40])}' holds {printable(str(kind)[:40])}"
    raise InvalidInput(f"{words}, which is no number; leave the column out")


def _dtype(kinds: list[np.dtype[Any]], *, gaps: bool) -> tuple[np.dtype[Any], str]:
    """The type that all values have, and words where columns have several."""
    found = np.dtype(np.result_type(*kinds))
    if found.kind in "iub" and gaps:
        found = np.dtype(np.float64)
    exact = all(np.can_cast(kind, found) and kind.itemsize <= 8 for kind in kinds)
    large = found.kind == "f" and any(k.kind in "iu" and k.itemsize == 8 for k in kinds)
    if not exact or large:
        return found, f"integers of 64 bits are read as {found}, exactly up to 2**53"
    return found, f"all columns are read as {found}" if len(set(kinds)) > 1 else ""


def _nulls(table: Table, columns: list[str]) -> list[str]:
    """The columns in which a value is missing."""
    return [one for one in columns if any(_missing(table, one))]


def _missing(table: Table, column: str) -> Iterator[bool]:
    """Whether a value of a column is missing, by row groups."""
    for group in range(len(table.starts) - 1):
        try:
            part = table.file.read_row_group(group, columns=[column]).column(0)
        except Exception as error:  # see above
            raise _unsound(table.name, error) from None
        yield part.null_count > 0


def _clock(
    table: Table, schema: Any, timed: str | None
) -> tuple[Clock | None, dict[str, Any], str]:
    """The clock, what metadata tell of it, and words; no clock where times do not increase."""
    if timed is None:
        return None, {}, ""
    kind, groups = schema.field(timed).type, range(len(table.starts) - 1)
    shown = f"column '{printable(timed[:40])}'"
    parts = [table.numbers(group, [timed])[0] for group in groups]
    ticks = np.concatenate(parts) if parts else np.zeros(0)
    try:
        seconds, unit = _seconds(ticks, timed)
    except VdscError as error:
        if ticks.dtype.kind in "mM":
            raise InvalidInput(f"{table.name}: {shown} does not date the rows: {error}") from None
        return None, {}, f"{shown} does not date the rows: {error}"
    rate = rate_of(seconds, 0.0)
    regular = None if rate is None else Clock(rate, start=float(seconds[0]))
    clock = regular if regular and _same(regular, seconds) else Clock(times=seconds)
    place = table.columns.index(timed)
    fields = {"name": timed, "type": str(kind), "unit": unit, "column": place}
    said = "listed times" if clock.rate is None else f"{float(clock.rate):g} rows a second"
    return clock, fields, f"{shown} dates the rows: {said}"


def _same(clock: Clock, seconds: Times) -> bool:
    """Whether a rate gives the times bit for bit."""
    return bool((clock.seconds(0, len(seconds)) == seconds).all())


def _seconds(ticks: NDArray[Any], name: str) -> tuple[Times, str]:
    """Times in seconds, and their unit; raises InvalidInput for those that are none."""
    if ticks.dtype.kind in "mM":
        return as_seconds(ticks), str(np.datetime_data(ticks.dtype)[0])
    if ticks.dtype.kind not in "iuf" or not len(ticks):
        raise InvalidInput("it holds no numbers")
    unit = unit_of(name, float(ticks[0]))
    return as_seconds(ticks.astype(np.float64) / UNITS[unit]), unit


def _fetch(table: Table, columns: list[str], dtype: np.dtype[Any]) -> Fetch:
    """Reads rows, whole row groups at a time, of which the last is kept."""
    kept: dict[int, NDArray[Any]] = {}

    def group_rows(group: int) -> NDArray[Any]:
        if group not in kept:
            kept.clear()
            found = table.numbers(group, columns)
            kept[group] = np.stack([one.astype(dtype) for one in found], axis=1)
        return kept[group]

    def fetch(begin: int, end: int) -> NDArray[np.generic]:
        first = int(np.searchsorted(table.starts, begin, side="right")) - 1
        parts = [np.empty((0, len(columns)), dtype)]
        for group in range(first, len(table.starts) - 1):
            start = int(table.starts[group])
            if start >= end:
                break
            parts.append(group_rows(group)[max(begin - start, 0) : end - start])
        return np.concatenate(parts)

    return fetch
