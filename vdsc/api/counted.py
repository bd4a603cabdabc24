"""How much has been written."""

from __future__ import annotations

from typing import BinaryIO


class Counted:
    """A stream that counts what is written to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.count = stream, 0

    def write(self, data: bytes) -> int:
        """Pass `data` on."""
        self.count += len(data)
        return self.stream.write(data)
