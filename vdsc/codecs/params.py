"""The parameters in a file's header; read without the entropy coder, for `vdsc info`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vdsc.container import Header, ModelRef
from vdsc.errors import CorruptFile, UnsupportedVersion

ID = "vdsde"
"""The permanent name of the lossy codec."""

FASTEST = 1 << 20
"""The highest rate of the Poisson prior, Q16 knots per frame."""


@dataclass(frozen=True, slots=True)
class Params:
    """What the header says of the knots: see docs/format.md, "Parameters".

    quality 1..100; local and still dimensions; every: a knot at each frame; rate: Q16 knots per
    frame of the Poisson prior, None where the histogram of the quality is used.
    """

    quality: int
    local: int
    still: int = 0
    every: bool = False
    rate: int | None = None

    @classmethod
    def from_header(cls, params: Mapping[str, int]) -> Params:
        """Inverse of `to_header`; raises CorruptFile for what no encoder writes."""
        quality, local, still = params.get("q", 0), params.get("l", -1), params.get("g", 0)
        every, rate = params.get("a", 0), params.get("p")
        _demand(1 <= quality <= 100, f"quality {quality} is not within 1..100")
        _demand(local >= 0 and still >= 0, "the number of dimensions is missing or negative")
        _demand("a" not in params or every == 1, f"parameter a is {every} and can only be 1")
        _demand(rate is None or 1 <= rate <= FASTEST, f"the knot rate cannot be {rate}")
        return cls(quality, local, still, bool(every), rate)

    def to_header(self) -> dict[str, int]:
        """The parameters as integers, those that say nothing left out."""
        said = {"q": self.quality, "l": self.local, "g": self.still or None}
        said |= {"a": 1 if self.every else None, "p": self.rate}
        return {key: value for key, value in said.items() if value is not None}


def model_of(header: Header) -> ModelRef:
    """The model of a lossy file; raises UnsupportedVersion for a file of any other codec."""
    if header.codec != ID:
        raise UnsupportedVersion(f"codec {header.codec!r} is not known here; upgrade vdsc")
    if header.model is None:
        raise CorruptFile(f"codec {ID!r} needs a model and the file names none")
    return header.model


def _demand(holds: object, otherwise: str) -> None:
    if not holds:
        raise CorruptFile(f"{otherwise}; the file is damaged")
