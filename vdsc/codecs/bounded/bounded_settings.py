"""What a user may ask of the bounded codec."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from vdsc.errors import InvalidInput

BASES = ("none", "linear", "knots")

_SHARE = re.compile(r"([0-9.eE+-]+)\s*%")


@dataclass(frozen=True, slots=True)
class BoundedSettings:
    """What a user may ask of the bounded codec.

    max_error: what no value may be off by, in the values' unit; "1%" of what each channel ranges
    over; or one number for each channel. base: the codec whose path is corrected, or "none".
    model: of base "knots".

    Raises:
        InvalidInput: a value is none of these.
    """

    max_error: str | float | Sequence[float] = ""
    base: str = "linear"
    model: str = ""

    def __post_init__(self) -> None:
        if self.base not in BASES:
            raise InvalidInput(f"base must be one of {', '.join(BASES)}, not {self.base!r}")
        numbers = self.numbers
        if not numbers or not all(math.isfinite(n) and n >= 0 for n in numbers):
            words = f"max_error cannot be {str(self.max_error)!r:.60}"
            raise InvalidInput(f"{words}; write 0.01, '1%', or one number for each channel")

    @property
    def share(self) -> bool:
        """Whether the error is a share of what a channel ranges over."""
        return isinstance(self.max_error, str) and "%" in self.max_error

    @property
    def numbers(self) -> tuple[float, ...]:
        """One number, or one for each channel; shares as fractions; empty for what is none."""
        text = self.max_error
        try:
            if isinstance(text, str):
                found = _SHARE.fullmatch(text.strip())
                return (float(text) if found is None else float(found[1]) / 100,)
            return (float(text),) if isinstance(text, int | float) else tuple(map(float, text))
        except (TypeError, ValueError):
            return ()
