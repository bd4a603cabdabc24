"""A stream for libraries that lose exceptions, such as FFmpeg."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO


class Patient(io.RawIOBase):
    """Passes bytes to a stream; the first failure waits in `error`, for FFmpeg loses exceptions."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.error: OSError | None = None

    def write(self, data: Any, /) -> int:
        """See io.RawIOBase; after a failure nothing is written."""
        self._guarded(lambda: self._stream.write(data))
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """See io.RawIOBase."""
        return self._guarded(lambda: self._stream.seek(offset, whence))

    def tell(self) -> int:
        """See io.RawIOBase."""
        return self._guarded(self._stream.tell)

    def writable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seekable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def settle(self) -> None:
        """Raise the failure that waits, if there is one."""
        if self.error is not None:
            raise self.error

    def _guarded(self, act: Callable[[], int]) -> int:
        if self.error is None:
            try:
                return act()
            except OSError as error:
                self.error = error
        return 0
