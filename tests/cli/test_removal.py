"""`--rm`, `--keep`, and what outputs take over from their inputs: date and permissions."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.cli import fake_api
from vdsc.cli import removal
from vdsc.core.meta import Meta

SECOND = 1_000_000_000
DATED = 1_500_000_000 * SECOND + 123_456_789


@pytest.fixture
def vds(vdsc, motion):
    """Compress clip.npy to clip.vds and keep nothing else."""
    assert vdsc("compress", "clip.npy", "--rm").exit_code == 0
    assert os.listdir() == ["clip.vds"]


def test_an_input_is_removed_after_it_was_read_back(vdsc, motion):
    """--rm reads the output from disk, compares it with the input, and removes that."""
    result = vdsc("compress", "clip.npy", "--rm", "--memlimit", "7M")
    assert result.exit_code == 0
    assert os.listdir() == ["clip.vds"]
    assert fake_api.calls[-1] == {"checked": "clip.npy", "memlimit": 7 << 20}
    assert vdsc("decompress", "clip.vds", "--rm").exit_code == 0
    assert os.listdir() == ["clip.npy"]
    np.testing.assert_array_equal(np.load("clip.npy"), motion)


@pytest.mark.parametrize("line", ["clip.npy", "clip.npy -k", "clip.npy --keep --no-verify"])
def test_inputs_are_kept(vdsc, motion, line):
    """Without --rm, and with -k, the input stays, and nothing is read back."""
    assert vdsc("compress", *line.split()).exit_code == 0
    assert Path("clip.npy").exists()
    assert "checked" not in fake_api.calls[-1]


def test_what_fails_keeps_its_input(vdsc, motion, monkeypatch):
    """A failure of any kind leaves the input: while writing, or when it is read back."""
    assert vdsc("compress", "clip.npy", "--rm", "--model", "bug").exit_code == 1
    assert os.listdir() == ["clip.npy"]
    written = fake_api.encode

    def spoil(source, stream, **options):
        report = written(source, stream, **options)
        stream.seek(-1, os.SEEK_CUR)
        stream.write(b"\x55")
        return report

    monkeypatch.setattr(fake_api, "encode", spoil)
    result = vdsc("compress", "clip.npy", "--rm")
    assert "not what was written" in result.stderr
    assert result.exit_code == 3
    assert Path("clip.npy").exists()


def test_a_damaged_file_is_not_removed(vdsc, vds):
    """What does not decode is kept, and no output is left."""
    data = Path("clip.vds").read_bytes()
    Path("clip.vds").write_bytes(data[:-1])
    assert vdsc("decompress", "clip.vds", "--rm").exit_code == 3
    assert os.listdir() == ["clip.vds"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("compress -", "stdin"),
        ("compress -- -:walk", "stdin"),
        ("compress clip.npy -o -", "stdout"),
        ("compress clips.npz:walk", "it would remove all of clips.npz, not only walk"),
        ("compress clip.npy --no-verify", "--rm or --no-verify"),
        ("compress clip.npy -k", "--rm or --keep"),
        ("decompress clip.vds --fps 5", "--rm or --fps"),
        ("decompress clip.vds --times t.txt", "--rm or --times"),
        ("decompress clip.vds -o a.mp4", "a.mp4 does not hold all that clip.vds does"),
    ],
)
def test_what_would_be_lost_is_refused(vdsc, motion, line, words):
    """Where the output does not hold the input, --rm is a usage error."""
    np.savez("clips.npz", walk=motion)
    Path("clip.vds").touch()
    command, *rest = line.split()
    result = vdsc(command, "--rm", *rest, stdin=b"")
    assert result.exit_code == 2
    assert words in result.stderr
    assert sorted(os.listdir()) == ["clip.npy", "clip.vds", "clips.npz"]


def test_what_an_output_lacks_keeps_its_input(vdsc, motion, monkeypatch):
    """Frame times, metadata of another format, and values seen otherwise are no full copies."""
    np.save("bf16.npy", np.arange(80, dtype=np.uint16).reshape(40, 2).view("V2"))
    result = vdsc("compress", "bf16.npy", "--rm")
    assert (result.exit_code, "no full copy: bfloat16 as float32" in result.stderr) == (1, True)
    vdsc("compress", "clip.npy", "--rm")
    real = fake_api.decode
    times = np.arange(40) ** 1.5
    monkeypatch.setattr(fake_api, "decode", lambda *a, **o: real(*a, **{**o, "times": times}))
    result = vdsc("decompress", "clip.vds", "--rm")
    assert (result.exit_code, "does not hold the frame times" in result.stderr) == (1, True)
    wav = Meta("wav", {"bits": 16})
    monkeypatch.setattr(fake_api, "decode", lambda *a, **o: replace(real(*a, **o), meta=wav))
    result = vdsc("decompress", "clip.vds", "--rm")
    assert (result.exit_code, "came from a .wav file" in result.stderr) == (1, True)
    assert sorted(os.listdir()) == ["bf16.npy", "clip.vds"]
    npy = Meta("npy", {})
    monkeypatch.setattr(fake_api, "decode", lambda *a, **o: replace(real(*a, **o), meta=npy))
    assert vdsc("decompress", "clip.vds", "--rm").exit_code == 0


def test_links_and_devices_are_no_files_to_remove(vdsc, motion):
    """A link is refused before any work, as is an output that keeps nothing."""
    os.symlink("clip.npy", "link.npy")
    assert "is a link" in vdsc("compress", "link.npy", "--rm").stderr
    assert "keeps nothing" in vdsc("compress", "clip.npy", "--rm", "-o", "/dev/null").stderr
    os.mkfifo("pipe.npy")
    assert "no file that could be removed" in vdsc("compress", "pipe.npy", "--rm").stderr
    assert sorted(os.listdir()) == ["clip.npy", "link.npy", "pipe.npy"]


def test_a_file_that_changes_meanwhile_is_kept(vdsc, motion, monkeypatch):
    """An input that another program writes to, or replaces, is not removed."""

    def meddle(*_arguments, **_options):
        Path("clip.npy").write_bytes(b"new")

    monkeypatch.setattr(fake_api, "check_written", meddle)
    result = vdsc("compress", "clip.npy", "--rm")
    assert result.exit_code == 1
    assert "changed in the meantime; it is not removed" in result.stderr
    assert Path("clip.npy").read_bytes() == b"new"


def test_what_cannot_be_removed_is_said(vdsc, motion, monkeypatch):
    """A folder that may not be written to costs the removal only."""

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(removal.Path, "unlink", refuse)
    before = removal.removable("clip.npy", "clip.vds")
    with pytest.raises(Exception, match=r"clip.npy is done but cannot be removed: Permission"):
        removal.remove("clip.npy", before, "clip.vds")


def test_dates_and_permissions_are_kept(vdsc, motion):
    """Both ways the output has the date of its input, to the nanosecond, and its permissions."""
    os.chmod("clip.npy", 0o4640)
    os.utime("clip.npy", ns=(DATED, DATED))
    vdsc("compress", "clip.npy")
    os.mkdir("out")
    vdsc("decompress", "clip.vds", "--output-dir", "out")
    for name in ("clip.vds", "out/clip.npy"):
        status = os.stat(name)
        assert status.st_mtime_ns == DATED
        assert stat.S_IMODE(status.st_mode) == 0o640


def test_a_replaced_file_keeps_its_permissions(vdsc, motion):
    """With -f only the date is taken over; a member of an archive has the archive's."""
    np.savez("clips.npz", walk=motion)
    os.utime("clips.npz", ns=(DATED, DATED))
    Path("clips.walk.vds").touch()
    os.chmod("clips.walk.vds", 0o600)
    vdsc("compress", "clips.npz:walk", "-f")
    status = os.stat("clips.walk.vds")
    assert (status.st_mtime_ns, stat.S_IMODE(status.st_mode)) == (DATED, 0o600)


def test_pipes_have_no_date_to_give(vdsc, motion):
    """What comes from stdin is as new as it is, also beside a file that is called '-'."""
    data = Path("clip.npy").read_bytes()
    Path("-").touch()
    os.utime("-", ns=(DATED, DATED))
    vdsc("compress", "-", "-o", "a.vds", stdin=data)
    assert os.stat("a.vds").st_mtime_ns > DATED + SECOND
