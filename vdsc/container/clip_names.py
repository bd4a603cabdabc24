"""Names of clips <-> the body of a NAMES record: a count, and text in raw LZMA or as it is.

count | method (1 byte) | names, each ended by a zero byte     method 0: as it is, 2: raw LZMA
"""

from __future__ import annotations

import lzma
from typing import Any

from vdsc.container import varint
from vdsc.container.limits import NAME_BYTES, NAMES_BYTES
from vdsc.core import memory
from vdsc.errors import CorruptFile, InvalidInput

_FILTERS: Any = [{"id": lzma.FILTER_LZMA1, "preset": 9, "dict_size": 1 << 22}]
_TEXT = 80  # bytes of a Python string, beside its characters


def check(name: str) -> None:
    """Raise InvalidInput for what cannot be the name of a clip."""
    try:
        size = len(name.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        size = 0
    if not 0 < size <= NAME_BYTES or "\0" in name:
        raise InvalidInput(f"{name[:40]!r} cannot name a clip: 1 to {NAME_BYTES} bytes, no zero")


def pack(names: list[str]) -> bytes:
    """The body for the names of the clips that follow."""
    for name in names:
        check(name)
    text = b"".join(name.encode("utf-8", "surrogateescape") + b"\0" for name in names)
    if len(text) > NAMES_BYTES:
        raise InvalidInput(f"the names of {len(names)} clips take more than {NAMES_BYTES} bytes")
    squeezed = lzma.compress(text, lzma.FORMAT_RAW, filters=_FILTERS)
    small = len(squeezed) < len(text)
    return varint.put(len(names)) + (b"\2" + squeezed if small else b"\0" + text)


def unpack(body: bytes, memlimit: int = memory.DEFAULT) -> list[str]:
    """The names in a body; raises CorruptFile or LimitExceeded."""
    count, at = varint.get(body, 0)
    memory.check(NAMES_BYTES + _TEXT * min(count, NAMES_BYTES), memlimit, f"{count} names")
    text = _opened(body[at:])
    parts = text.split(b"\0")
    if (
        parts.pop()
        or len(parts) != count
        or not all(parts)
        or max(map(len, parts), default=0) > NAME_BYTES
    ):
        raise CorruptFile("the names of a collection cannot be right")
    return [part.decode("utf-8", "surrogateescape") for part in parts]


def _opened(packed: bytes) -> bytes:
    match packed[:1]:
        case b"\0":
            return packed[1:]
        case b"\2":
            opener = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS)
            try:
                text = opener.decompress(packed[1:], NAMES_BYTES + 1)
            except lzma.LZMAError:
                raise CorruptFile("the names of a collection do not unpack") from None
            if len(text) <= NAMES_BYTES:
                return text
    raise CorruptFile("the names of a collection are packed in an unknown way")
