"""Lists of frame times."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.errors import InvalidInput
from vdsc.io.times_file import read_times


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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "one list"),
        ("0\none\n", "line 2: 'one' is not a number"),
        ("0\nnan\n", r"times\[1\] is not finite"),
        ("0\n1\n1\n", r"times\[2\] does not come after"),
        ("2\n1\n", r"times\[1\] does not come after"),
        (np.zeros((2, 2)), "one list"),
        (np.array(["a"]), "numbers of seconds"),
        (np.array([None], dtype=object), "numpy.save"),
    ],
)
def test_bad_times_are_refused_with_advice(tmp_path, content, words):
    """What is not a strictly increasing list of seconds is InvalidInput that says where."""
    path = tmp_path / "t.npy"
    if isinstance(content, str):
        path.write_text(content)
    else:
        np.save(path, content, allow_pickle=True)
    with pytest.raises(InvalidInput, match=words):
        read_times(str(path))
