"""The first nine bytes: is this a .vds file, and of which version?"""

from __future__ import annotations

from vdsc.errors import CorruptFile, TruncatedFile, UnsupportedVersion

MAGIC = b"\x89VDS\r\n\x1a\n"
MAJOR = 1

BRIEF_SINCE, COLLECTIONS_SINCE, ALONE_SINCE = 1, 1, 2
"""Minor versions since which headers may be brief, clips share a file, and a file is one record."""


def prelude(minor: int) -> bytes:
    """The prelude of a file that needs minor version `minor` of the format, or a newer one."""
    return MAGIC + bytes([MAJOR << 4 | minor])


PRELUDE = prelude(0)
"""The prelude of files that version 1.0 describes."""


def looks_like_vds(start: bytes) -> bool:
    """Whether the first bytes of a file, at least eight of them, are those of a .vds file."""
    return start.startswith(MAGIC)


def check_magic(start: bytes) -> None:
    """Raise TruncatedFile or CorruptFile, with advice, unless `start` is a whole prelude."""
    if looks_like_vds(start) and len(start) == len(PRELUDE):
        return
    if PRELUDE.startswith(start[: len(MAGIC)]):
        raise TruncatedFile(f"the file ends after {len(start)} bytes; copy it again")
    if b"VDS" in start[:6]:
        raise CorruptFile("the file was copied as text, which changed it; copy it in binary mode")
    raise CorruptFile("this is not a .vds file")


def check_version(version: int) -> None:
    """Raise UnsupportedVersion for a newer major; call it once the first crc has been checked."""
    major, minor = version >> 4, version & 15
    if major > MAJOR:
        raise UnsupportedVersion(
            f"the file has format {major}.{minor}, this vdsc reads {MAJOR}.x; upgrade vdsc"
        )
    if major < MAJOR:
        raise CorruptFile(f"the file claims format {major}.{minor}, which never was")
