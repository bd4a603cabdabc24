"""What every measured codec looks like from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

Values = NDArray[Any]
"""(T, D) float32 motion or (T, 64, 64, C) uint8 video."""

Setting = tuple[float, ...]
"""One number for each of a peer's knobs."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A codec that turns values into a whole file and back, at each of its `settings`.

    `encode` gives every byte that a user would have on disk; `decode` needs those bytes alone,
    beside what is installed once for all files (the codec itself, or a trained model). `size`
    says how many of a file's bytes count: all, if nothing else is said.
    """

    name: str
    knobs: tuple[str, ...]
    settings: tuple[Setting, ...]
    encode: Callable[[Values, Setting], bytes]
    decode: Callable[[bytes], Values]
    note: str = ""
    size: Callable[[bytes], int] = len

    def label(self, setting: Setting) -> dict[str, float]:
        """The setting as a record, one entry a knob."""
        return dict(zip(self.knobs, setting, strict=True))
