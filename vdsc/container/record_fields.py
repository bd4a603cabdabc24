"""Takes numbers and bytes off the body of a record, one after another."""

from __future__ import annotations

from collections.abc import Callable

from vdsc.container import varint
from vdsc.errors import CorruptFile, TruncatedFile

_SHORT = "the header ends too early; the file is damaged"


class Fields:
    """What is left of a body from a place on; every method raises CorruptFile where it ends."""

    def __init__(self, body: bytes, at: int = 0) -> None:
        self._body, self.at = body, at

    @property
    def left(self) -> int:
        """Bytes not yet taken."""
        return len(self._body) - self.at

    @property
    def rest(self) -> bytes:
        """The bytes not yet taken."""
        return self._body[self.at :]

    def number(self, get: Callable[[bytes, int], tuple[int, int]] = varint.get) -> int:
        """The varint that comes next, or the number that `get` reads."""
        try:
            number, self.at = get(self._body, self.at)
        except TruncatedFile as error:
            raise CorruptFile(_SHORT) from error
        return number

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if self.left < count:
            raise CorruptFile(_SHORT)
        self.at += count
        return self._body[self.at - count : self.at]

    def parameter(self) -> tuple[str, int]:
        """A parameter of a brief header: its letter and its value."""
        key = self.take(1).decode("ascii", "replace")
        return key, self.number(varint.get_signed)
