"""Lists of frame times."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.errors import InvalidInput
from vdsc.io.times_file import read_times, times_of


def test_text_has_one_number_a_line(tmp_path):
    """Empty lines are skipped, and every form of a number is read."""
    (tmp_path / "t.txt").write_text("0\n\n 0.25 \r\n1e0\n")
    times = read_times(str(tmp_path / "t.txt"))
    assert times.dtype == np.float64
    assert times.tolist() == [0, 0.25, 1]


@pytest.mark.parametrize("dtype", ["f4", ">f8", "i4"])
def test_npy_is_read_as_float64(tmp_path, dtype):
    """Any numbers of an .npy are seconds."""
    np.save(tmp_path / "t.npy", np.arange(4, dtype=dtype))
    times = read_times(str(tmp_path / "t.npy"))
    assert times.dtype == np.float64
    assert times.tolist() == [0, 1, 2, 3]


def test_text_may_begin_with_a_byte_order_mark(tmp_path):
    """Editors of Windows write one in front of UTF-8."""
    (tmp_path / "t.txt").write_text("0.5\n1\n", encoding="utf-8-sig")
    assert read_times(str(tmp_path / "t.txt")).tolist() == [0.5, 1]


@pytest.mark.parametrize("unit", ["ms", "ns"])
def test_npy_of_durations_and_dates(tmp_path, unit):
    """timedelta64 and datetime64 carry their unit."""
    ticks = np.array([0, 33, 67], "m8[ms]")
    np.save(tmp_path / "t.npy", ticks.astype(f"m8[{unit}]"))
    assert read_times(str(tmp_path / "t.npy")).tolist() == [0, 0.033, 0.067]
    np.save(tmp_path / "t.npy", (np.datetime64("1970-01-02") + ticks).astype(f"M8[{unit}]"))
    assert read_times(str(tmp_path / "t.npy")).tolist() == [86400, 86400.033, 86400.067]


def test_whole_numbers_of_a_text_are_not_guessed(tmp_path):
    """Lines that look like milliseconds are refused; written as floats they are seconds."""
    (tmp_path / "t.txt").write_text("0\n33\n67\n")
    with pytest.raises(InvalidInput, match=r"t\.txt: times are whole .* milliseconds: divide"):
        read_times(str(tmp_path / "t.txt"))
    (tmp_path / "t.txt").write_text("0.0\n33\n67\n")
    assert read_times(str(tmp_path / "t.txt")).tolist() == [0, 33, 67]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "one list"),
        ("0\none\n", "line 2: 'one' is not a number"),
        ("0\nnan\n", r"times\[1\] is not finite"),
        ("0\n1\n1\n", r"times\[1\] and times\[2\] are the same instant"),
        ("0\n\x1b[2J\n", r"line 2: '\\x1b\[2J' is not"),
        ("0\nÿ\n".encode("utf-16"), "line 1 is not UTF-8"),
        (b"0\n\xff\n", "line 2 is not UTF-8"),
        ("2\n1\n", r"times\[1\] does not come after"),
        (np.zeros((2, 2)), "one list"),
        (np.array(["a"]), "numbers of seconds"),
        (np.array([None], dtype=object), "never unpickled"),
    ],
)
def test_bad_times_are_refused_with_advice(tmp_path, content, words):
    """What is not a strictly increasing list of seconds is InvalidInput that says where."""
    path = tmp_path / "t.npy"
    if isinstance(content, str | bytes):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    else:
        np.save(path, content, allow_pickle=True)
    with pytest.raises(InvalidInput, match=words):
        read_times(str(path))


def test_times_may_be_written_as_they_are(tmp_path, monkeypatch):
    """A list is one unless a file has its name; what is neither is said."""
    monkeypatch.chdir(tmp_path)
    assert times_of("0, 0.5,1e1").tolist() == [0, 0.5, 10]
    assert times_of("-3").tolist() == [-3]
    (tmp_path / "0.5").write_text("7\n8\n")
    assert times_of("0.5").tolist() == [7, 8]
    for wrong, words in (("1,e", "'e' is not a number"), ("2,1", "does not come after"),
                         ("a,1", "no such file")):  # fmt: skip
        with pytest.raises(InvalidInput, match=words):
            times_of(wrong)
