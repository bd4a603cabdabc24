"""`.npz`: one array of the archive, unpacked to an unlinked temporary file and read as `.npy`."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, BinaryIO, cast

from vdsc.core.words import printable
from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.io.npy import open_npy
from vdsc.io.source import Source
from vdsc.io.spool import SPOOL_BYTES, Spool

# RuntimeError: encrypted; NotImplementedError: an unknown compression; EOFError: cut off.
UNPACK_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError,
                 ValueError, OSError)  # fmt: skip


@contextmanager
def open_npz(
    stream: BinaryIO,
    name: str,
    key: str | None = None,
    *,
    exact: bool | None = False,
    limit: int = SPOOL_BYTES,
) -> Iterator[Source]:
    """Source of array `key` of the archive in `stream`, which may be left out if there is one.

    Raises LimitExceeded, before anything is unpacked, for an array of more than `limit` bytes.
    """
    full = name if key is None else f"{name}:{printable(key)}"
    with ExitStack() as stack:
        packed, size = _opened(stream, stack, name, key)
        if size > limit:
            words = f"{full} unpacks to {size} bytes, above the limit of {limit}"
            raise LimitExceeded(f"{words}; unzip it and name the .npy file")
        unpacked = stack.enter_context(Spool(_reader(packed, name), full, limit, size))
        with open_npy(cast("BinaryIO", unpacked), full, exact=exact) as source:
            yield source


def _opened(
    stream: BinaryIO, stack: ExitStack, name: str, key: str | None
) -> tuple[IO[bytes], int]:
    """The packed member that is meant, and how large it says that it is."""
    try:
        archive = stack.enter_context(zipfile.ZipFile(stream))
        member = archive.getinfo(_member(archive.namelist(), name, key))
        return stack.enter_context(archive.open(member)), member.file_size
    except UNPACK_ERRORS as error:
        raise _unsound(name, error) from None


def _reader(packed: IO[bytes], name: str) -> Callable[[int], bytes]:
    """`packed.read`, whose failures are InvalidInput."""

    def read(count: int) -> bytes:
        try:
            return packed.read(count)
        except UNPACK_ERRORS as error:
            raise _unsound(name, error) from None

    return read


def _unsound(name: str, error: Exception) -> InvalidInput:
    reason = printable(str(error)[:80])
    return InvalidInput(f"{name} is not a sound .npz file ({reason}); copy it again")


def _member(members: list[str], name: str, key: str | None) -> str:
    """The one member that is meant; InvalidInput that lists the keys if that is unclear."""
    keys = {m.removesuffix(".npy"): m for m in members if m.endswith(".npy")}
    if not keys:
        advice = "save at least one in it with numpy.savez"
        raise InvalidInput(f"{name} is a zip archive that holds no arrays; {advice}")
    if key is None and len(keys) > 1:
        raise InvalidInput(f"{name} holds several arrays; name one as {name}:KEY, of {_list(keys)}")
    if key is not None and key not in keys:
        raise InvalidInput(f"{name} has no array '{printable(key)}'; it has {_list(keys)}")
    return keys[next(iter(keys)) if key is None else key]


def _list(keys: dict[str, str]) -> str:
    """The first keys, safe to print."""
    first = [printable(key[:60]) for key in list(keys)[:20]]
    return ", ".join(first) + (", ..." if len(keys) > 20 else "")
