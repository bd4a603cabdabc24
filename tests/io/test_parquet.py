"""Tables in parquet: the same numbers, names, types and times again."""

from __future__ import annotations

import io
import sys
from fractions import Fraction

import numpy as np
import pytest

from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput, LimitExceeded, VdscError
from vdsc.io.source import open_source

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

from vdsc.io.parquet_read import open_parquet  # noqa: E402
from vdsc.io.parquet_write import parquet_sink  # noqa: E402

RNG = np.random.default_rng(2)


def packed(columns, rows=7):
    """A file of row groups of so many rows."""
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream, row_group_size=rows)
    return stream.getvalue()


def read(data):
    with open_parquet(io.BytesIO(data), "x.parquet", exact=True) as source:
        frames = source.shape[0]
        parts = [source.read(n, min(n + 5, frames)) for n in range(0, frames, 5)]
        values = np.concatenate(parts)
        np.testing.assert_array_equal(source.read(frames // 2, frames), values[frames // 2 :])
        return values, source


def write(values, source):
    stream = io.BytesIO()
    clock = source.clock or Clock(Fraction(1))
    with parquet_sink(stream, Outline(values.shape, values.dtype, clock), source.meta) as sink:
        for n in range(0, len(values), 4):
            sink.write(values[n : n + 4])
    return parquet.read_table(io.BytesIO(stream.getvalue()))


@pytest.mark.parametrize("kind", ["i1", "u2", "i4", "i8", "f4", "f8"])
def test_columns_of_one_type_come_back(kind):
    """Names and types are as they were, and so are the numbers, whatever the row groups."""
    values = (RNG.standard_normal((30, 2)) * 50).astype(kind)
    columns = {"a b": values[:, 0], "\u00fc": values[:, 1]}
    found, source = read(packed(columns))
    assert found.dtype == kind
    np.testing.assert_array_equal(found, values)
    assert write(found, source).equals(pa.table(columns))


def test_columns_of_several_types_come_back():
    """They are read as one type that holds all, which is said, and written as they were."""
    columns = {
        "time": pa.array(np.arange(30) / 50),
        "n": pa.array([None if n % 4 == 0 else n for n in range(30)], pa.int16()),
        "x": pa.array(RNG.standard_normal(30).astype("f4")),
        "y": pa.array([None if n == 3 else n / 7 for n in range(30)], pa.float64()),
        "ok": pa.array([n % 3 == 0 for n in range(30)]),
    }
    found, source = read(packed(columns))
    assert (found.dtype, found.shape) == (np.float64, (30, 4))
    assert np.isnan(found[0, 0])
    assert source.clock.rate == 50
    assert "read as float64" in source.note
    assert "'time' dates the rows: 50 rows a second" in source.note
    assert write(found, source).equals(pa.table(columns))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_are_the_clock(unit):
    """In any unit, regular or not; the column comes back as it was, where it stood."""
    per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    for ticks in (np.arange(20) * 2, np.cumsum(RNG.integers(1, 5, 20))):
        stamps = pa.array(ticks * per).cast(pa.timestamp(unit))
        columns = {"x": pa.array(RNG.standard_normal(20)), "when": stamps}
        found, source = read(packed(columns))
        assert found.shape == (20, 1)
        np.testing.assert_allclose(source.clock.seconds(0, 20), ticks)
        assert write(found, source).equals(parquet.read_table(io.BytesIO(packed(columns))))


def test_nan_is_no_null():
    """Both come back as what they were, where a column has one of them."""
    columns = {"x": pa.array([1.0, float("nan"), 3.0]), "y": pa.array([1.0, None, 3.0])}
    made = write(*read(packed(columns)))
    assert [made.column(n).null_count for n in range(2)] == [0, 1]
    assert np.isnan(made.column(0)[1].as_py())


def test_arrays_of_other_files_are_columns():
    """Of plain names, with their times; what is no table is refused."""
    values = np.arange(6, dtype=np.int16).reshape(3, 2)
    stream = io.BytesIO()
    with parquet_sink(stream, Outline((3, 2), values.dtype, Clock(Fraction(4)))) as sink:
        sink.write(values)
    made = parquet.read_table(io.BytesIO(stream.getvalue()))
    assert made.to_pydict() == {"time": [0, 0.25, 0.5], "c0": [0, 2, 4], "c1": [1, 3, 5]}
    with (
        pytest.raises(InvalidInput, match=r"no table \(T, C\)"),
        parquet_sink(io.BytesIO(), Outline((3, 2, 2), values.dtype, Clock(Fraction(4)))),
    ):
        pass


def test_times_that_do_not_increase_are_values():
    """That is said."""
    found, source = read(packed({"t": [0.0, 2.0, 1.0], "x": [1.0, 2.0, 3.0]}))
    assert found.shape == (3, 2)
    assert source.clock is None
    assert "does not date the rows" in source.note


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"x": [1.0, 2.0], "label": ["a", "b"]}, "column 'label' holds string"),
        ({"x": [[1.0], [2.0, 3.0]]}, "column 'x' holds list"),
        ({"x": [{"a": 1}], "y": [1]}, "column 'x' holds struct"),
        ({"\x1b[2J": ["a"], "y": [1]}, r"column '\\x1b\[2J' holds string"),
        ({"x": pa.array([], pa.float64())}, "no rows"),
        ({"time": [0.0, 1.0]}, "no rows of numbers"),
    ],
)
def test_what_is_no_table_of_numbers_is_one_line(columns, words):
    """Words, nested types and empty tables are named, harmlessly."""
    with pytest.raises(InvalidInput, match=words) as error:
        read(packed(columns))
    assert str(error.value).isprintable()


def test_damage_is_one_line(monkeypatch):
    """Cut and changed files are refused, and so are too many columns."""
    data = packed({"x": RNG.standard_normal(100)})
    for changed in (b"PAR1", data[:40], data[:-5], data[:50] + b"\xff" * 30 + data[80:]):
        with pytest.raises(VdscError) as error:
            read(changed)
        assert "\n" not in str(error.value)
    monkeypatch.setattr("vdsc.io.parquet_read.COLUMNS", 2)
    with pytest.raises(LimitExceeded, match="3 columns, above the limit"):
        read(packed({"a": [1], "b": [2], "c": [3]}))


def test_a_file_is_known_by_its_content(tmp_path):
    """Whatever it is called."""
    (tmp_path / "x").write_bytes(packed({"a": [1, 2]}))
    with open_source(str(tmp_path / "x"), exact=True) as source:
        assert source.read(0, 2).tolist() == [[1], [2]]


def test_a_missing_library_has_its_pip_line(tmp_path, monkeypatch):
    """Without pyarrow the advice is how to get it."""
    (tmp_path / "x.parquet").write_bytes(packed({"a": [1, 2]}))
    monkeypatch.delitem(sys.modules, "vdsc.io.parquet_read")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with (
        pytest.raises(InvalidInput, match="pip install pyarrow"),
        open_source(str(tmp_path / "x.parquet")),
    ):
        pass
