"""`vdsc info -l`: one line a file, and totals."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


@pytest.fixture
def files(vdsc, motion):
    """Write a.vds and in/b.vds, which are said to have 100 bytes of 4,000, and bad.vds."""
    os.mkdir("in")
    for name in ("a.vds", "in/b.vds"):
        vdsc("compress", "clip.npy", "-o", name)
    Path("bad.vds").write_bytes(b"junk")


def cells(line):
    return line.split()


def test_a_line_a_file_and_a_line_of_totals(vdsc, files):
    """Titles, a line for each file, and what they are together."""
    lines = vdsc("info", "-l", "a.vds", "in/b.vds").stdout.splitlines()
    assert cells(lines[0]) == ["size", "raw", "ratio", "frames", "codec", "values", "file"]
    one = ["100", "4,000", "40.0x", "40", "knots", "float32", "(40,", "3)"]
    assert [cells(line) for line in lines[1:3]] == [[*one, "a.vds"], [*one, "in/b.vds"]]
    assert cells(lines[3]) == ["200", "8,000", "40.0x", "80", "2", "files"]
    assert len(lines) == 4
    starts = [line.rindex("a.vds" if "a.vds" in line else line.split()[-1]) for line in lines[:3]]
    assert len(set(starts)) == 1


def test_one_file_needs_no_totals(vdsc, files):
    """A single file is a line below the titles, no more."""
    assert vdsc("info", "-l", "a.vds").stdout.count("\n") == 2


def test_a_broken_file_does_not_stop_the_others(vdsc, files):
    """It is said on stderr, counted in the totals, and its code is returned."""
    result = vdsc("info", "--list", "bad.vds", "a.vds", "gone.vds")
    assert result.exit_code == 3
    assert result.stdout.splitlines()[-1].endswith("1 files, 2 not read")
    assert [line.split()[1] for line in result.stderr.splitlines()] == ["bad.vds:", "gone.vds:"]


def test_folders_are_listed(vdsc, files):
    """-r takes the .vds files below folders, --exclude leaves some out."""
    result = vdsc("info", "-l", "-r", ".", "--exclude", "bad*")
    assert result.exit_code == 0
    assert [line.split()[-1] for line in result.stdout.splitlines()[1:3]] == ["a.vds", "in/b.vds"]
    assert len(json.loads(vdsc("info", "--json", "-r", "in").stdout)) == 1


def test_json_has_the_same(vdsc, files):
    """With --json the files and the totals are one object."""
    result = vdsc("info", "-l", "--json", "a.vds", "bad.vds", "in/b.vds")
    assert result.exit_code == 3
    said = json.loads(result.stdout)
    assert said["total"] == {
        "files": 2, "ratio": 40.0, "size": 200, "raw_bytes": 8000, "frames": 80
    }  # fmt: skip
    assert said["files"][0]["shape"] == [40, 3]
    assert [one["file"] for one in said["files"]] == ["a.vds", "in/b.vds"]
    assert json.loads(vdsc("info", "-l", "--json", "bad.vds").stdout)["total"]["files"] == 0


def test_names_cannot_write_on_the_terminal(vdsc, files):
    """Escape sequences in names are shown, never sent."""
    os.rename("a.vds", "\x1b[31m.vds")
    assert "\\x1b[31m.vds\n" in vdsc("info", "-l", "\x1b[31m.vds").stdout
