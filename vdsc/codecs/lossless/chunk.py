"""The body of one chunk of a lossless file: method (1 byte) | checksum (4 bytes) | payload.

Read without the entropy coder, so that `vdsc info` stays quick.
"""

from __future__ import annotations

from vdsc.errors import CorruptFile, UnsupportedVersion

ID = "lossless"
"""The permanent name of the lossless codec."""

METHODS = ("floor", "arrays", "bitsback", "video")
"""What a chunk may be coded by; the place of a name is its number in files: append only."""

HEAD = 5
"""Bytes of a body before its payload."""


def split(body: bytes) -> tuple[int, bytes, bytes]:
    """Method, checksum of the values, and payload."""
    if len(body) < HEAD:
        raise CorruptFile("a chunk is too short to hold values; the file is damaged")
    if body[0] >= len(METHODS):
        raise UnsupportedVersion(f"a chunk is coded by the unknown method {body[0]}; upgrade vdsc")
    return body[0], body[1:HEAD], body[HEAD:]
