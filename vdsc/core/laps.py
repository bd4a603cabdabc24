"""How long pieces of work took: how many there were, all together, and the slowest."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Laps:
    """A watch that starts when it is made. count: laps so far; total and slowest in seconds."""

    count: int = 0
    total: float = 0.0
    slowest: float = 0.0
    _last: float = field(default_factory=time.perf_counter)

    def lap(self) -> None:
        """Another piece is done."""
        now = time.perf_counter()
        self.slowest = max(self.slowest, now - self._last)
        self.total += now - self._last
        self.count, self._last = self.count + 1, now
