"""`vdsc test`, `-q` and `-v`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli import fake_api


@pytest.fixture
def files(vdsc, motion, video):
    """Write good.vds, cut.vds, newer.vds and junk.vds."""
    vdsc("compress", "clip.npy", "-o", "good.vds")
    data = Path("good.vds").read_bytes()
    Path("cut.vds").write_bytes(data[:-1])
    Path("newer.vds").write_bytes(b"newer\n")
    Path("junk.vds").write_bytes(b"junk")
    fake_api.calls.clear()
    return sorted(os.listdir())


def test_a_good_file_is_ok(vdsc, files):
    """All is decoded, at the file's own times, and nothing is written; one line on stderr."""
    result = vdsc("test", "good.vds", "--memlimit", "5M")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("good.vds: ok, 40 frames  ")
    assert result.stderr.count("\n") == 1
    assert fake_api.calls == [{"fps": None, "times": None, "memlimit": 5 << 20}]
    assert sorted(os.listdir()) == files


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("good cut", 3),
        ("newer good", 4),
        ("newer junk good", 3),
        ("gone newer", 1),
        ("gone cut", 3),
    ],
)
def test_damage_is_the_worst(vdsc, files, names, code):
    """Each file has its line; damage decides the exit code, else the first failure."""
    names = names.split()
    result = vdsc("test", *(f"{name}.vds" for name in names))
    assert result.exit_code == code
    lines = result.stderr.splitlines()
    assert len(lines) == len(names)
    assert all(name in line for name, line in zip(names, lines, strict=True))


def test_stdin_and_folders_are_tested(vdsc, files):
    """'-' is stdin; -r takes the .vds files below a folder, without those left out."""
    data = Path("good.vds").read_bytes()
    assert "-: ok" in vdsc("test", "-", stdin=data).stderr
    line = "test -r . --exclude cut.* --exclude junk* --exclude newer.vds"
    result = vdsc(*line.split())
    assert result.exit_code == 0
    assert result.stderr.startswith("good.vds: ok")


@pytest.mark.parametrize("command", ["compress clip.npy", "decompress good.vds", "test good.vds"])
def test_quiet_is_without_a_word(vdsc, files, command):
    """-q says nothing of what went well; errors are said all the same; -v beside it is refused."""
    line = command.split()
    assert vdsc(*line, "-q").output == ""
    assert vdsc(line[0], "gone", "-q").stderr.startswith("vdsc: gone: no such file")
    refused = vdsc(*line, "-q", "-v", "-o", "x.npy") if line[0] != "test" else vdsc(*line, "-qv")
    assert refused.exit_code == 2
    assert "give --quiet or --verbose" in refused.stderr


def test_quiet_keeps_warnings_back(vdsc, motion):
    """Warnings are no errors."""
    assert vdsc("compress", "clip.npy", "-q", "--model", "talkative").output == ""


def test_verbose_says_what_was_tried(vdsc, motion):
    """-v adds a line for each attempt, with its bytes and times, and what was verified."""
    lines = vdsc("compress", "clip.npy", "-v", "--model", "talkative").stderr.splitlines()
    times = "2 chunks in 0.75 s, at most 0.50 s each"
    assert lines[-3:] == [
        f"  tried linear (quality=60): 40 frames, 1,234 bytes, {times}",
        "  tried packed: 40 frames, given up as larger",
        "  verified: each chunk was decoded as it was made, and is what the errors are of",
    ]


def test_what_was_not_verified_says_so(vdsc, video):
    """--no-verify is in the report of a lossy file, too, and in the details."""
    result = vdsc("compress", "video.npy", "--no-verify", "-v")
    assert "PSNR 30.00 dB, not verified  " in result.stderr
    assert "  not verified: no chunk was decoded (--no-verify)\n" in result.stderr
    assert "not verified" not in vdsc("compress", "video.npy", "-f").stderr


def test_verbose_says_how_long_batches_took(vdsc, files):
    """Decoding has batches: how many, in what time, and how long the slowest took."""
    for command in ("test", "decompress"):
        last = vdsc(command, "good.vds", "-v").stderr.splitlines()[-1]
        assert last.startswith("  3 batches in ")
        assert last.endswith(" s each")
