"""Outputs that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from vdsc.errors import InvalidInput
from vdsc.io.replacing import replacing


def write(path, data=b"new", *, force=False, error=None):
    with replacing(str(path), force=force) as stream:
        stream.write(data)
        if error:
            raise error


def test_the_name_appears_at_the_end(tmp_path):
    """While it is written a file has another name in the same folder."""
    with replacing(str(tmp_path / "x")) as stream:
        stream.write(b"new")
        assert [p.suffix for p in tmp_path.iterdir()] == [".tmp"]
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), SystemExit(1)])
def test_any_failure_leaves_things_as_they_were(tmp_path, error):
    """A failure of any kind keeps the old file and leaves no other."""
    (tmp_path / "x").write_bytes(b"old")
    with pytest.raises(type(error)):
        write(tmp_path / "x", force=True, error=error)
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_bytes() == b"old"


def test_overwriting_needs_force(tmp_path):
    """An existing file is refused before anything is written, unless forced."""
    write(tmp_path / "x", b"old")
    with pytest.raises(InvalidInput, match="-f"):
        write(tmp_path / "x")
    write(tmp_path / "x", force=True)
    assert (tmp_path / "x").read_bytes() == b"new"


def test_the_mode_is_that_of_a_new_file(tmp_path):
    """The file has the permissions that open() would have given it."""
    write(tmp_path / "x")
    (tmp_path / "y").touch()
    assert (tmp_path / "x").stat().st_mode == (tmp_path / "y").stat().st_mode


def test_links_are_followed(tmp_path):
    """Replacing through a link changes the file that it names, not the link."""
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", force=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_long_names_have_room(tmp_path):
    """The longest name that the file system takes can be written."""
    write(tmp_path / ("x" * 255))
    assert len(list(tmp_path.iterdir())) == 1


def test_devices_are_written_in_place():
    """A full device fails as one and is never renamed over."""
    with pytest.raises(OSError, match="No space left") as failure:
        write("/dev/full")
    assert failure.value.errno == errno.ENOSPC
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize(
    ("name", "words"), [(".", "is a directory"), ("no/x", "no such directory")]
)
def test_impossible_places_are_refused(tmp_path, name, words):
    """A folder is no file, and a missing folder is not made."""
    with pytest.raises(InvalidInput, match=words):
        write(os.path.join(tmp_path, name))
