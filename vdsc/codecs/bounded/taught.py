"""What a sequence with a promised error teaches the next one of its collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vdsc.codecs.corrections import Corrections


@dataclass(frozen=True, eq=False)
class Taught:
    """What a sequence teaches the next one of its collection, on a base.

    width: bytes of the integers that the lossless codec had, 0 where it had none. corrections:
    their laws, where there are any. inner: what the codec that is wrapped has learned.
    """

    base: str
    width: int
    corrections: Corrections | None = None
    inner: Any = None
