"""Files and folders under a name of their own until they are whole, and what is left of them.

    .clip.vds.4711-0a1b2c3d.tmp     of process 4711, on its way to clip.vds

Their writer holds a lock on them, which the system takes away when a process ends in any way.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

NAME_BYTES = 255
"""How long a name may be on the usual file systems."""

TOKEN = 8  # hexadecimal digits
LONGEST = len(f"..{2**31}-.tmp") + TOKEN


def create(final: Path, *, mode: int) -> tuple[BinaryIO, Path]:
    """Open a new file for writing and reading beside `final`; the umask applies to `mode`."""
    # O_EXCL: never through a link that somebody else laid there.
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    while True:
        name = f"{_stem(final)}{os.getpid()}-{os.urandom(TOKEN // 2).hex()}.tmp"
        temporary = final.with_name(name)
        descriptor = os.open(temporary, flags, mode)
        _lock(descriptor, wait=True)
        if _is_named(descriptor, temporary):
            return open(descriptor, "w+b"), temporary
        os.close(descriptor)  # another writer took it for a leftover before it was locked


@contextmanager
def new_folder(final: Path) -> Iterator[Path]:
    """A new folder beside `final`, which is removed at the end unless it has another name by then.

    Raises OSError where none can be made.
    """
    temporary = final.with_name(f"{_stem(final)}{os.getpid()}-{os.urandom(TOKEN // 2).hex()}.tmp")
    temporary.mkdir()
    held = None if os.name == "nt" else os.open(temporary, os.O_RDONLY)
    try:
        if held is not None:
            _lock(held)
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        if held is not None:
            os.close(held)


def _is_named(descriptor: int, path: Path) -> bool:
    """Whether an open file still has this name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def remove_leftovers(final: Path) -> None:
    """Remove the temporary files of `final` whose processes have ended without removing them."""
    stem = _stem(final)
    pattern = re.compile(rf"{re.escape(stem)}(\d+)-[0-9a-f]{{{TOKEN}}}\.tmp")
    with suppress(OSError):  # a folder that cannot be listed has its own message later
        for leftover in final.parent.iterdir():
            match = pattern.fullmatch(leftover.name)
            if match is not None and not _is_alive(int(match[1])):
                _remove(leftover)


def _stem(final: Path) -> str:
    """What the name begins with: `.clip.vds.`, cut so that the whole name has room."""
    name = final.name
    while len(os.fsencode(name)) > NAME_BYTES - LONGEST:
        name = name[:-1]
    return f".{name}."


def _is_alive(process: int) -> bool:
    """Whether another process of this number runs; containers give each run the same number."""
    if process == os.getpid():
        return False
    if os.name == "nt":  # where os.kill ends the process that is asked for
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _remove(leftover: Path) -> None:
    """Remove a file or a folder unless somebody holds its lock."""
    folder = leftover.is_dir() and not leftover.is_symlink()
    way = os.O_RDONLY if folder else os.O_RDWR
    try:
        descriptor = os.open(leftover, way | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return
    with suppress(OSError):
        if _lock(descriptor):
            shutil.rmtree(leftover) if folder else leftover.unlink(missing_ok=True)
    os.close(descriptor)


def _lock(descriptor: int, *, wait: bool = False) -> bool:
    """Take the lock of an open file; False if another holds it, or there are no locks here.

    wait: for another to let go of it.
    """
    try:
        import fcntl  # which Windows does not have

        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except (ImportError, OSError):
        return False
    return True
