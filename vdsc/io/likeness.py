"""What a file keeps of the one it was made from: owner and permissions, and when it was changed."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

PERMISSIONS = 0o777
"""Bits of a mode that an output takes from its input: it is no program of another user."""


def status(path: str | Path) -> os.stat_result | None:
    """Owner, permissions and dates of a regular file, through links; None if there is none."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def own_as(descriptor: int, old: os.stat_result, *, bits: int = 0o7777) -> None:
    """Take owner and permissions of `old`, as far as the system lets this user give them."""
    if not hasattr(os, "fchown"):  # Windows
        return
    mode = stat.S_IMODE(old.st_mode) & bits
    try:
        os.fchown(descriptor, old.st_uid, old.st_gid)
    except OSError:
        with suppress(OSError):
            os.fchown(descriptor, -1, old.st_gid)
    if os.fstat(descriptor).st_gid != old.st_gid:
        mode &= ~stat.S_IRWXG  # another group is not let in
    os.fchmod(descriptor, mode)


def date_as(path: Path, old: os.stat_result) -> None:
    """Take the dates of `old`, where the file system can hold them."""
    with suppress(OSError):
        os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
