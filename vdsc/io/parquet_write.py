"""`.parquet`: columns of numbers, written by row groups through pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline
from vdsc.io.column_names import check_table, column_names
from vdsc.io.time_names import UNITS

ROWS = 1 << 16
"""Rows of a row group."""

_UNITS = ("s", "ms", "us", "ns")
_KINDS = {
    str(kind): kind
    for kind in (
        *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
        *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
        *(pa.float16(), pa.float32(), pa.float64(), pa.bool_()),
        *(pa.timestamp(unit) for unit in _UNITS),
        *(pa.timestamp(unit, "UTC") for unit in _UNITS),
        *(pa.duration(unit) for unit in _UNITS),
    )
}


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """Where the times stand among the columns, what they are called, and how they are stored."""

    place: int
    name: str
    kind: Any
    unit: str

    def array(self, seconds: NDArray[np.float64]) -> Any:
        """Times as a column."""
        numbers = seconds * UNITS[self.unit]
        if pa.types.is_floating(self.kind):
            return pa.array(numbers).cast(self.kind)
        return pa.array(np.rint(numbers).astype(np.int64)).cast(self.kind)


@dataclass(slots=True)
class ParquetSink:
    """Writes row groups as rows come."""

    writer: Any
    outline: Outline
    kinds: list[Any]
    nulls: list[bool]
    time: TimeColumn | None
    parts: list[NDArray[np.generic]] = field(default_factory=list)
    row: int = 0

    def write(self, frames: NDArray[np.generic]) -> None:
        """Append rows (n, C) or (n,)."""
        self.parts.append(frames.reshape(len(frames), len(self.kinds)))
        if sum(map(len, self.parts)) >= ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait as a row group; NaN is null in columns that had nulls."""
        if not self.parts:
            return
        rows = np.concatenate(self.parts)
        known = enumerate(zip(self.kinds, self.nulls, strict=True))
        columns = [_column(rows[:, n], kind, gaps=gaps) for n, (kind, gaps) in known]
        end = self.row + len(rows)
        if self.time is not None:
            seconds = self.outline.clock.seconds(self.row, end)
            columns.insert(self.time.place, self.time.array(seconds))
        self.writer.write_table(pa.Table.from_arrays(columns, schema=self.writer.schema))
        self.parts, self.row = [], end


def _column(values: NDArray[Any], kind: Any, *, gaps: bool) -> Any:
    """Values as a column of a type, or as they are where it does not hold them."""
    values = np.ascontiguousarray(values)
    if values.dtype.kind == "f" and not pa.types.is_floating(kind):
        values = np.rint(values)
    return pa.array(values, from_pandas=gaps).cast(kind, safe=False)


@contextmanager
def parquet_sink(
    stream: BinaryIO, outline: Outline, meta: Meta | None = None
) -> Iterator[ParquetSink]:
    """Sink of an array (T, C) or (T,) as columns; those of a .parquet get their types again.

    Raises InvalidInput for arrays that are no tables.
    """
    width = check_table(outline)
    fields = dict(meta.fields) if meta is not None and meta.format == "parquet" else {}
    types = fields.get("types")
    if not isinstance(types, list) or len(types) != width:
        types = [str(pa.from_numpy_dtype(outline.dtype.newbyteorder("=")))] * width
        fields = {"time": {"name": "time"}}
    kinds = [_KINDS.get(str(one), pa.float64()) for one in types]
    time, names = _time(fields.get("time"), width), column_names(outline, meta)
    listed = fields.get("nulls")
    nulls = [isinstance(listed, list) and name in listed for name in names]
    columns = [pa.field(*pair) for pair in zip(names, kinds, strict=True)]
    if time is not None:
        columns.insert(time.place, pa.field(time.name, time.kind))
    with parquet.ParquetWriter(stream, pa.schema(columns)) as writer:
        sink = ParquetSink(writer, outline, kinds, nulls, time)
        yield sink
        sink.flush()


def _time(fields: Any, width: int) -> TimeColumn | None:
    """The time column that metadata tell; None where there is none."""
    if not isinstance(fields, dict):
        return None
    place, unit = fields.get("column"), fields.get("unit")
    return TimeColumn(
        min(place, width) if isinstance(place, int) and place >= 0 else 0,
        str(fields.get("name", "time")),
        _KINDS.get(str(fields.get("type")), pa.float64()),
        unit if isinstance(unit, str) and unit in UNITS else "s",
    )
