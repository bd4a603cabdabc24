"""What a killed process leaves, what a second process makes, and names of every kind."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.errors import InvalidInput
from vdsc.io import replacing as replacing_module
from vdsc.io import temporary
from vdsc.io.replacing import check_target, replacing
from vdsc.io.spool import same_file

HANG = """
import sys, time
from vdsc.io.replacing import replacing
with replacing(sys.argv[1], force=True) as stream:
    stream.write(b"half")
    stream.flush()
    print("ready", flush=True)
    time.sleep(60)
"""


def write(path, data=b"new", *, force=False):
    with replacing(str(path), force=force) as stream:
        stream.write(data)


@pytest.fixture
def writer(tmp_path):
    """A process that has written half of a file `x`, and is killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", HANG, str(tmp_path / "x")], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.send_signal(signal.SIGKILL)


def test_what_a_killed_process_leaves_is_removed(tmp_path, writer):
    """The next run for the same output, and only that one, removes it."""
    (left,) = tmp_path.iterdir()
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    write(tmp_path / "y")
    assert left.exists()
    write(tmp_path / "x")
    assert sorted(os.listdir(tmp_path)) == ["x", "y"]


def test_what_a_living_process_writes_is_kept(tmp_path, writer):
    """Another writer of the same output does not disturb one that is at work."""
    (theirs,) = tmp_path.iterdir()
    write(tmp_path / "x")
    assert theirs.read_bytes() == b"half"
    assert sorted(os.listdir(tmp_path)) == sorted([theirs.name, "x"])


def test_a_process_of_the_same_number_is_told_by_its_lock(tmp_path):
    """A leftover with this process's own number goes, unless it is locked, as if by a thread."""
    (tmp_path / f".x.{os.getpid()}-00000000.tmp").touch()
    stream, kept = temporary.create(tmp_path / "x", mode=0o600)
    with stream:
        temporary.remove_leftovers(tmp_path / "x")
        assert os.listdir(tmp_path) == [kept.name]


def test_names_that_only_look_like_leftovers_are_kept(tmp_path):
    """Files of other outputs, and of other forms, are nobody's leftovers."""
    dead = 2**22 + 1  # above Linux's largest process number
    names = [f".x.y.{dead}-00000000.tmp", f".x.{dead}-0000000.tmp", f"x.{dead}-00000000.tmp"]
    for name in [*names, f".x.{dead}-00000000.tmp"]:
        (tmp_path / name).touch()
    temporary.remove_leftovers(tmp_path / "x")
    assert sorted(os.listdir(tmp_path)) == sorted(names)


@pytest.mark.parametrize("links", [True, False])
def test_no_writer_overwrites_another(tmp_path, monkeypatch, links):
    """Of two that both saw no file, the first to end keeps it, with and without hard links."""
    if not links:
        monkeypatch.setattr(os, "link", _no_links)

    def write_slowly():
        with replacing(str(tmp_path / "x")) as slow:
            slow.write(b"slow")
            write(tmp_path / "x", b"fast")

    with pytest.raises(InvalidInput, match="in the meantime; use -f"):
        write_slowly()
    assert os.listdir(tmp_path) == ["x"]
    assert (tmp_path / "x").read_bytes() == b"fast"


def _no_links(*_):
    raise OSError(errno.EPERM, "Operation not permitted")


def test_of_many_writers_one_wins(tmp_path):
    """Eight threads that end at once make one whole file; the others are refused."""
    barrier, refused = threading.Barrier(8), []

    def run(number):
        try:
            with replacing(str(tmp_path / "x")) as stream:
                stream.write(bytes([number]) * 1000)
                barrier.wait()
        except InvalidInput:
            refused.append(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    content = (tmp_path / "x").read_bytes()
    assert len(refused) == 7
    assert content == bytes([content[0]]) * 1000
    assert content[0] not in refused


def test_a_file_that_is_taken_for_a_leftover_is_made_anew(tmp_path, monkeypatch):
    """A writer of the same number may look for leftovers before a new file has its lock."""
    lock, taken = temporary._lock, []

    def late(descriptor, *, wait=False):
        if wait and not taken:
            taken.extend(tmp_path.iterdir())
            temporary.remove_leftovers(tmp_path / "x")
            assert not list(tmp_path.iterdir())
        return lock(descriptor, wait=wait)

    monkeypatch.setattr(temporary, "_lock", late)
    stream, path = temporary.create(tmp_path / "x", mode=0o600)
    with stream:
        assert path.exists()
        assert path not in taken
        temporary.remove_leftovers(tmp_path / "x")
        assert path.exists()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o444])
def test_a_replaced_file_keeps_its_mode(tmp_path, mode):
    """What was private stays private, and already is so while it is written."""
    (tmp_path / "x").touch()
    (tmp_path / "x").chmod(mode)
    with replacing(str(tmp_path / "x"), force=True) as stream:
        assert stat.S_IMODE(os.fstat(stream.fileno()).st_mode) == mode
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == mode


def test_a_foreign_group_is_not_let_in(tmp_path, monkeypatch):
    """Where the group cannot be given back, its permissions are taken away."""
    old = tmp_path / "x"
    old.touch()
    old.chmod(0o664)
    monkeypatch.setattr(os, "fchown", _no_links)
    status = os.stat_result((*tuple(old.stat())[:5], old.stat().st_gid + 1, *tuple(old.stat())[6:]))
    monkeypatch.setattr(replacing_module, "status", lambda _: status)
    write(old, force=True)
    assert stat.S_IMODE(old.stat().st_mode) == 0o604


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_new_file_has_the_mode_of_the_umask(tmp_path, umask):
    """New files are as open() makes them."""
    before = os.umask(umask)
    try:
        write(tmp_path / "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o666 & ~umask


@given(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=300))
def test_temporary_names_always_fit(name):
    """Whatever the name, surrogates included, the temporary one has at most 255 bytes."""
    encoded = name.encode("utf-8", "surrogatepass")[:255]
    stem = temporary._stem(temporary.Path("/") / os.fsdecode(encoded))
    assert len(os.fsencode(stem)) + temporary.LONGEST - 2 <= temporary.NAME_BYTES


@pytest.mark.parametrize("name", ["ä" * 127, "\udcff" * 255, "a" + "漢" * 84, "\x1b[31m\n"])
def test_every_name_can_be_written(tmp_path, name):
    """Names of many bytes, of bytes that are no UTF-8, and of control characters."""
    write(tmp_path / name)
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize(
    ("name", "words"), [("", "names no output"), ("x\0y", "names no output"), ("x/", "directory")]
)
def test_names_that_name_nothing(tmp_path, monkeypatch, name, words):
    """An empty name, one with a NUL, and one that ends in a slash are refused."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match=words):
        check_target(name)
    assert not os.listdir(tmp_path)


def test_messages_hold_no_escape_sequences(tmp_path, monkeypatch):
    """A name reaches the terminal without its control characters."""
    monkeypatch.chdir(tmp_path)
    write("\x1b[31m")
    with pytest.raises(InvalidInput) as refusal:
        check_target("\x1b[31m")
    assert str(refusal.value).startswith("\\x1b[31m exists")


def test_one_file_under_many_names(tmp_path, monkeypatch):
    """Relative names, symbolic links and hard links are the same file; copies are not."""
    monkeypatch.chdir(tmp_path)
    for name in ("x", "copy"):
        write(name)
    os.symlink("x", "soft")
    os.link("x", "hard")
    for other in (
        "./x",
        "soft",
        "hard",
        str(tmp_path / "x"),
        os.path.join("..", tmp_path.name, "x"),
    ):
        assert same_file("x", other)
    assert same_file("new", "./new")
    for other in ("copy", "new", "-"):
        assert not same_file("x", other)
    assert not same_file("-", "-")
