"""Where the bytes of a file went."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes of a file by purpose; the parts sum to its size.

    header     prelude and HEAD          times      TIMES
               or, of a file of one record, all but its crc and the chunk that it has or stands for
    framing    kinds and lengths of CHUNKs          chunks   what the codec wrote
    checksums  all crcs                  metadata   META
    skipped    records that the reader did not know
    """

    header: int = 0
    times: int = 0
    framing: int = 0
    chunks: int = 0
    checksums: int = 0
    metadata: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        """The size of the file."""
        return sum(astuple(self))

    @property
    def overhead(self) -> int:
        """All that is not the codec's."""
        return self.total - self.chunks
