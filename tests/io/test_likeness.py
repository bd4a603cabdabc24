"""What an output takes over from the file that it is made of."""

from __future__ import annotations

import os
import stat

import pytest

from vdsc.io import likeness
from vdsc.io.replacing import replacing

DATED = 1_500_000_000_123_456_789


@pytest.fixture
def origin(tmp_path, monkeypatch):
    """A file of its own date and permissions, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    with open("origin", "w"):
        os.chmod("origin", 0o604)
        os.utime("origin", ns=(DATED, DATED))
    return os.stat("origin")


def test_a_new_file_is_never_more_open_than_its_origin(origin):
    """While it is written only its owner may read it; then it has the origin's permissions."""
    os.chmod("origin", 0o600)
    with replacing("new", like=os.stat("origin")) as stream:
        stream.write(b"secret")
        (temporary,) = [name for name in os.listdir() if name.endswith(".tmp")]
        assert stat.S_IMODE(os.stat(temporary).st_mode) == 0o600
    assert stat.S_IMODE(os.stat("new").st_mode) == 0o600


def test_dates_are_those_of_the_origin(origin):
    """The date is set after the last byte was written."""
    with replacing("new", like=origin) as stream:
        stream.write(b"x" * 100_000)
    assert os.stat("new").st_mtime_ns == DATED
    assert stat.S_IMODE(os.stat("new").st_mode) == 0o604


def test_another_group_is_not_let_in(origin, monkeypatch):
    """Where the group cannot be given away, its permissions are not given either."""

    def refuse(*_):
        raise PermissionError

    os.chmod("origin", 0o664)
    old = os.stat("origin")
    wanted = os.stat_result([*old[:5], old.st_gid + 1, *old[6:]])
    monkeypatch.setattr(likeness.os, "fchown", refuse)
    with open("new", "wb") as stream:
        likeness.own_as(stream.fileno(), wanted, bits=0o777)
    assert stat.S_IMODE(os.stat("new").st_mode) == 0o604


def test_what_is_no_file_has_nothing_to_give(origin):
    """Folders, pipes, missing files and impossible names have no status."""
    os.mkfifo("pipe")
    assert [likeness.status(name) for name in (".", "pipe", "gone", "a\0b")] == [None] * 4
    os.symlink("origin", "link")
    assert likeness.status("link") == origin


def test_a_date_that_cannot_be_held_is_left_out(origin, monkeypatch):
    """A file system without such dates is no reason to fail."""

    def refuse(*_, **__):
        raise OSError

    monkeypatch.setattr(likeness.os, "utime", refuse)
    with replacing("new", like=origin) as stream:
        stream.write(b"x")
    assert os.path.getsize("new") == 1
