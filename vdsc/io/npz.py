"""`.npz`: one array of the archive, unpacked to an unlinked temporary file and read as `.npy`."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

from vdsc.errors import InvalidInput
from vdsc.io.npy import open_npy
from vdsc.io.source import Source

# RuntimeError: encrypted; NotImplementedError: an unknown compression; EOFError: cut off.
UNPACK_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


@contextmanager
def open_npz(
    stream: BinaryIO, name: str, key: str | None = None, *, exact: bool = False
) -> Iterator[Source]:
    """Source of array `key` of the archive in `stream`, which may be left out if there is one."""
    with TemporaryFile() as unpacked:
        try:
            with zipfile.ZipFile(stream) as archive:
                member = _member(archive.namelist(), name, key)
                with archive.open(member) as packed:
                    shutil.copyfileobj(packed, unpacked)
        except UNPACK_ERRORS as error:
            raise InvalidInput(
                f"{name} is not a sound .npz file ({error}); copy it again"
            ) from None
        unpacked.seek(0)
        full = name if key is None else f"{name}:{key}"
        with open_npy(unpacked, full, exact=exact) as source:
            yield source


def _member(members: list[str], name: str, key: str | None) -> str:
    """The one member that is meant; InvalidInput that lists the keys if that is unclear."""
    keys = {member.removesuffix(".npy"): member for member in members}
    listed = ", ".join(list(keys)[:20]) + (", ..." if len(keys) > 20 else "")
    if not keys:
        raise InvalidInput(f"{name} holds no arrays; save at least one in it")
    if key is None and len(keys) > 1:
        raise InvalidInput(f"{name} holds several arrays; name one as {name}:KEY, of {listed}")
    if key is not None and key not in keys:
        raise InvalidInput(f"{name} has no array {key!r}; it has {listed}")
    return keys[next(iter(keys)) if key is None else key]
