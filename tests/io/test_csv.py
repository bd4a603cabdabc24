"""Text tables: what comes back, what dates the rows, and what is refused."""

from __future__ import annotations

import io
import random
from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput, LimitExceeded, VdscError
from vdsc.io import csv_scan
from vdsc.io.csv_read import open_csv
from vdsc.io.csv_write import csv_sink, tsv_sink
from vdsc.io.sink import open_sink
from vdsc.io.source import open_source

RNG = np.random.default_rng(5)


def read(data, name="x.csv"):
    """Values, clock, metadata and note of a table."""
    with open_csv(io.BytesIO(data), name, exact=True) as source:
        frames = source.shape[0]
        parts = [source.read(n, min(n + 7, frames)) for n in range(0, frames, 7)]
        return np.concatenate(parts), source.clock, source.meta, source.note


def write(values, clock, meta, sink=None):
    """The table that a sink makes of values."""
    sink = sink or {"csv": csv_sink, "tsv": tsv_sink}[meta.format]
    stream = io.BytesIO()
    clock = clock or Clock(Fraction(1))
    with sink(stream, Outline(values.shape, values.dtype, clock), meta) as out:
        for n in range(0, len(values), 5):
            out.write(values[n : n + 5])
    return stream.getvalue()


def again(data, name="x.csv"):
    """A table that was read and is written again."""
    values, clock, meta, _ = read(data, name)
    return write(values, clock, meta)


def table(rows, head="a,b\n"):
    return (head + "".join(",".join(row) + "\n" for row in rows)).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n3,4\n",
        b"1,2\n3,4",
        b"a\n1.50\n-0\n-0.00\n1e5\n",
        b"a,b\n1.0,NaN\n,2.5\nNA,nan\n",
        b"\xef\xbb\xbfa;b\r\n1,5;2\r\n-2,25;3\r\n",
        b'"a, b","c ""d"""\n1,2\n3,4\n',
        b"a, b\n1.5, 2\n2.5, 3\n",
        b"# from a logger\n\n%time,x\n0.1,5\n0.2,6\n\n# end of part one\n0.3,7\n#end",
        b"x,y\nm,deg\n1.25,3\n2.25,4\n",
        b'"1.5","2"\n"3.5","4"\n',
        b"   1.5\n  10.5\n-100.5\n",
        b"1E-05,1.5E+10\n2.0,3.0\n",
        b"+1.5,1.234e-300\n-2.5,9.99e+300\n",
        b"id,v\n12345678901234567890,0.1\n98765432109876543210,0.2\n",
        b"a\xb5,b\n1,2\n",
        b"inf,-inf\n1.0,2.0\n",
        b"a,b\n1,2,\n3,4,\n",
        b"0,1\n0,2\ninf,3\ninf,4\n",
    ],
)
def test_a_table_comes_back_to_the_byte(data):
    """Names, comments, quotes, signs, exponents, gaps, line ends and a missing last one."""
    assert again(data) == data


@pytest.mark.parametrize(
    "spec", ["%.3f", "%.6g", "%r", "%d", "%.5e", "%10.4f", "%.17g", "%G", "%+.2f"]
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_every_format_of_a_column_is_found(spec, delimiter):
    """Numbers written by any format of C or Python, by columns, are the same text again."""
    values = RNG.standard_normal((300, 3)) * [1, 1e-7, 1e9]
    rows = [
        delimiter.join([spec % (int(v) if spec == "%d" else float(v)) for v in row])
        for row in values
    ]
    data = "\n".join([delimiter.join("abc"), *rows, ""]).encode()
    assert again(data) == data
    found, *_ = read(data)
    expected = [[float(cell) for cell in row.split(delimiter)] for row in rows]
    np.testing.assert_array_equal(found, expected)


def test_formats_may_change_on_the_way(monkeypatch):
    """A column that is spelled in another way from some row on is the same text again."""
    monkeypatch.setattr(csv_scan, "PIECE", 1 << 12)
    rows = [[f"{v:.3f}", str(n)] for n, v in enumerate(RNG.standard_normal(2000))]
    rows += [[f"{v:.5f}", str(n)] for n, v in enumerate(RNG.standard_normal(2000))]
    data = table(rows)
    assert again(data) == data
    assert len(read(data)[2].fields["formats"]) > 2


CELLS = st.one_of(
    st.floats(width=64).map(repr),
    st.floats(width=32).map(lambda v: str(np.float32(v))),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(
        ["", "NaN", "-0", "-0.0", "1e5", "1E+05", ".5", "5.", "+3", "007", "null", "1e-400"]
    ),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12
        )
    ),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_numbers_come_back_to_the_byte(rows, headed, newline):
    """Whatever the cells are, the same text is written again, and it is the same numbers."""
    width = len(rows[0])
    lines = [",".join(row) for row in rows]
    if not all(line.strip() for line in lines):
        return
    lines = [",".join("wxyz"[:width])] * headed + lines
    data = (newline.join(lines) + newline).encode()
    with suppress(InvalidInput):  # a first row of gaps alone is a header
        assert again(data) == data


def test_numbers_and_not_texts_decide_what_a_cell_says():
    """Where a value has changed, its old spelling is not written over it."""
    data = b"a,b\n1,1e1\n2,20\n3,30\n"
    values, clock, meta, _ = read(data)
    changed = values.copy()
    changed[0] = 7, 11
    assert write(changed, clock, meta) == b"a,b\n7,11\n2,20\n3,30\n"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([["1", "2"], ["3", "-4"]], np.int64),
        ([["1", "2"], ["3", ""]], np.float64),
        ([["1", "2"], ["3", "-0"]], np.float64),
        ([["1.5", "0.25"]], np.float64),
        ([[str(v), "0.5"] for v in RNG.standard_normal(40).astype(np.float32)], np.float32),
        (
            [[str(v), "0.51234567890123"] for v in RNG.standard_normal(40).astype(np.float32)],
            np.float64,
        ),
    ],
)
def test_types_are_those_that_the_text_was_written_from(values, kind):
    """Integers where all columns are, float32 where each text is one at its shortest."""
    found, *_ = read(table(values))
    assert found.dtype == kind
    np.testing.assert_array_equal(
        found, np.array([[float(cell or "nan") for cell in row] for row in values]).astype(kind)
    )


def timed(texts, name="time"):
    return table([[text, f"{n % 5}.5"] for n, text in enumerate(texts)], f"{name},v\n")


@pytest.mark.parametrize(
    ("name", "texts", "rate"),
    [
        ("time", [f"{n / 60:.3f}" for n in range(200)], 60),
        ("t", [f"{n * 1001 / 30000:.6f}" for n in range(200)], Fraction(30000, 1001)),
        ("Timestamp (ms)", [str(1700000000000 + 10 * n) for n in range(50)], 100),
        ("#timestamp [ns]", [str(1403636579758555392 + 5000000 * n) for n in range(50)], 200),
        ("seconds", [str(3600 * n) for n in range(20)], Fraction(1, 3600)),
        ("elapsed_min", [f"{n}.0" for n in range(20)], Fraction(1, 60)),
        ("date", [f"2024-02-29T23:59:{n:02d}.250Z" for n in range(50)], 1),
        ("first", [str(n / 4) for n in range(20)], 4),
    ],
)
def test_regular_times_are_a_rate(name, texts, rate):
    """A column of times in any unit is the clock, is no value, and is said."""
    data = timed(texts, name)
    values, clock, meta, note = read(data)
    assert values.shape == (len(texts), 1)
    assert clock.rate == rate
    assert name.strip("#") in note
    assert write(values, clock, meta) == data


@pytest.mark.parametrize(
    "texts",
    [
        [f"{t:.6f}" for t in np.cumsum(RNG.uniform(0.5, 1.5, 300))],
        [str(n * 0.1) for n in range(100)],
        [str(t) for t in 1403636579758555392 + np.cumsum(RNG.integers(10**6, 10**7, 300))],
        [str(t) for t in 1700000000000 + np.cumsum(RNG.integers(16, 18, 300))],
        [f"{n}.{'0' * (n % 7)}" for n in range(100)],
    ],
)
def test_irregular_times_are_listed(texts):
    """They are within a microsecond of what the text says, and the text comes back as it was."""
    name = "timestamp_ns" if len(texts[0]) > 18 else "time"
    data = timed(texts, name)
    values, clock, meta, _ = read(data)
    unit = 1e9 if name.endswith("ns") else 1e3 if texts[0].startswith("17000") else 1
    np.testing.assert_allclose(
        clock.seconds(0, len(texts)), [float(t) / unit for t in texts], atol=1e-6
    )
    assert write(values, clock, meta) == data


def test_times_that_do_not_increase_are_values():
    """That is said, and nothing is lost."""
    data = timed(["0.0", "0.2", "0.1"])
    values, clock, _, note = read(data)
    assert clock is None
    assert values.shape == (3, 2)
    assert "does not increase at row 3" in note
    assert again(data) == data


def test_another_clock_writes_other_times():
    """What is resampled or dated by the user has the times that it has now."""
    values, _, meta, _ = read(timed([f"{n / 10:.1f}" for n in range(20)]))
    made = write(values[:3], Clock(Fraction(4), start=1.0), meta).decode().splitlines()
    assert [line.split(",")[0] for line in made] == ["time", "1.0", "1.25", "1.5"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "holds no rows"),
        (b"a,b,c\n", "header, but no row"),
        (b"a,label\n1,2\n2,walk\n", r"column 'label', row 2 holds 'walk'"),
        (b"a,label\n1,\x1b[2J\n2,walk\n", r"holds '\\x1b\[2J'"),
        (b"a,\x1b[2J\n1,2\n2,walk\n", r"column '\\x1b\[2J', row 2"),
        (b"1,2\n1_0,2\n", r"row 2 holds '1_0'"),
        (b"1,2\n1,2,3\n1,2\n1,2\n", r"row 2 has 3 fields, not 2"),
        ("a,b\n1,2\n".encode("utf-16"), "no text in UTF-8"),
        (b"1,2\r3,4\r", "ends its lines with"),
        (b"date,v\n2024-01-02T00:00:00Z,1\n2024-01-01T00:00:00Z,1\n", "do not increase at row 2"),
        (b"date,v\n2024-01-02T00:00:00Z,1\nsoon,1\n", "row 2 holds 'soon'"),
    ],
)
def test_what_is_no_table_of_numbers_is_one_line(data, words):
    """Words, other lengths, other encodings: the column and the row are named, harmlessly."""
    with pytest.raises(InvalidInput, match=words) as error:
        read(data)
    assert str(error.value).isprintable()


def test_a_million_columns_are_refused():
    """The limit is said before the table is read."""
    for cell in (b"1,", b"x,", b"1.25,"):
        with pytest.raises((LimitExceeded, InvalidInput), match=r"columns, above the limit"):
            read(cell * 10**6 + b"1\n")


def test_junk_is_never_another_error():
    """Cut and changed tables are tables, or are refused in one line."""
    random.seed(3)
    data = b"\xef\xbb\xbf# c\r\ntime;a\r\n0,1;1,50\r\n0,2;2,55\r\n\r\n0,3;NA\r\n"
    for _ in range(300):
        changed = bytearray(data[: random.randrange(1, len(data) + 1)])
        changed[random.randrange(len(changed))] = random.randrange(256)
        with suppress(VdscError):
            again(bytes(changed))


def test_hostile_metadata_writes_a_plain_table():
    """Formats and layouts that no reader makes are not obeyed."""
    values, clock, meta, _ = read(b"a,b\n1,2\n3,4\n")
    fields = {**meta.fields}
    for bad in (
        {"delimiter": "\x1b"}, {"newline": "x"}, {"head": 5}, {"decimal": "%"},
        {"formats": [[0, 0, "%999999999d", ""]]}, {"formats": [[0, 0, "%s%s%s", ""]]},
        {"formats": 3}, {"formats": [[0, 9, "%r", "x" * 99]]}, {"odd": b"x y z"}, {"odd": 7},
        {"odd": b"0 99 1\n"}, {"columns": 5}, {"asides": 4}, {"asides": [[1]]}, {"time": [1]},
        {"time": {"column": "x", "unit": 7, "format": 9, "odd": 3, "texts": 4}},
        {"time": {"column": 10**9, "unit": "date", "format": "T9Z"}},
    ):  # fmt: skip
        made = write(values, clock, type(meta)("csv", {**fields, **bad}), csv_sink)
        assert made.count(b"\n") >= 2


def test_arrays_of_other_files_have_plain_names(tmp_path):
    """Any (T, C) is a table of shortest numbers, with its times; what is no table is refused."""
    values = RNG.standard_normal((9, 2)).astype(np.float32)
    with open_sink(
        str(tmp_path / "x.csv"), Outline((9, 2), values.dtype, Clock(Fraction(10)))
    ) as out:
        out.write(values)
    lines = (tmp_path / "x.csv").read_text().splitlines()
    assert lines[0] == "time,c0,c1"
    assert lines[3].split(",") == ["0.2", *map(str, values[2])]
    with open_source(str(tmp_path / "x.csv"), exact=True) as source:
        np.testing.assert_array_equal(source.read(0, 9), values)
        assert source.clock.rate == 10
    with (
        pytest.raises(InvalidInput, match=r"no table \(T, C\).*\.npy"),
        open_sink(str(tmp_path / "y.csv"), Outline((2, 3, 4), values.dtype, Clock(Fraction(10)))),
    ):
        pass


def test_a_table_comes_from_a_pipe_by_its_format(tmp_path):
    """What has no suffix is read as the format that is named, and windows are read in any order."""
    data = table([[f"{v:.2f}", "1"] for v in RNG.standard_normal(100)])
    (tmp_path / "plain").write_bytes(data)
    with open_source(str(tmp_path / "plain"), exact=True, form="csv") as source:
        whole = source.read(0, 100)
        np.testing.assert_array_equal(source.read(40, 60), whole[40:60])
        np.testing.assert_array_equal(source.read(0, 10), whole[:10])
