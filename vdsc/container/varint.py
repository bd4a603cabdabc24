"""Unsigned LEB128 integers below 2**64, in their one canonical spelling."""

from __future__ import annotations

from vdsc.container.limits import VARINT_BYTES
from vdsc.errors import CorruptFile, InvalidInput, TruncatedFile


def put(value: int) -> bytes:
    """The 1 to 10 bytes of `value`; InvalidInput unless 0 <= value < 2**64."""
    if not 0 <= value < 2**64:
        raise InvalidInput(f"{value} does not fit a varint: use 0 to 2**64 - 1")
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def get(buffer: bytes, at: int) -> tuple[int, int]:
    """The value that starts at `at` and the position after it; CorruptFile if not canonical."""
    value = 0
    for count in range(VARINT_BYTES):
        if at + count >= len(buffer):
            raise TruncatedFile("a number is cut short; copy the file again")
        byte = buffer[at + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            _check(value, canonical=byte > 0 or count == 0)
            return value, at + count + 1
    raise CorruptFile("a number is longer than 10 bytes; copy the file again")


def _check(value: int, *, canonical: bool) -> None:
    """Raise CorruptFile unless the number is below 2**64 and spelt the short way."""
    if not canonical or value >= 2**64:
        raise CorruptFile("a number is not in its canonical form; copy the file again")


def put_signed(value: int) -> bytes:
    """The varint of 2 n for n >= 0, and of -1 - 2 n below 0."""
    return put(2 * value if value >= 0 else -1 - 2 * value)


def get_signed(buffer: bytes, at: int) -> tuple[int, int]:
    """The inverse of `put_signed`: the value at `at` and the position after it."""
    number, at = get(buffer, at)
    return (-(number + 1 >> 1) if number & 1 else number >> 1), at
