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
    frame of the Poisson prior, None where the histogram of the quality is used; drawn: knot times
    are samples, found in the noise of `seed`.
    """

    quality: int
    local: int
    still: int = 0
    every: bool = False
    rate: int | None = None
    drawn: bool = False
    seed: int = 0

    @classmethod
    def from_header(cls, params: Mapping[str, int]) -> Params:
        """Inverse of `to_header`; raises CorruptFile for what no encoder writes."""
        drawn = "r" in params
        quality, local, still = params.get("qr"[drawn], 0), params.get("l", -1), params.get("g", 0)
        every, rate, seed = params.get("a", 0), params.get("p"), params.get("s", 0)
        _demand(1 <= quality <= 100, f"quality {quality} is not within 1..100")
        _demand(local >= 0 and still >= 0, "the number of dimensions is missing or negative")
        _demand("a" not in params or every == 1, f"parameter a is {every} and can only be 1")
        _demand(rate is None or 1 <= rate <= FASTEST, f"the knot rate cannot be {rate}")
        _demand(not drawn or ("q" not in params and not every), "parameter r stands alone")
        if not drawn:
            return cls(quality, local, still, bool(every), rate)
        _demand(seed >= 0 and params.get("s") != 0, f"the shared seed cannot be {seed}")
        return cls(quality, local, still, rate=rate, drawn=True, seed=seed)

    @property
    def grid(self) -> str:
        """How knot times are coded: "rec", "histogram", "poisson" or "every frame"."""
        if self.every:
            return "every frame"
        return "rec" if self.drawn else "histogram" if self.rate is None else "poisson"

    def to_header(self) -> dict[str, int]:
        """The parameters as integers, those that say nothing left out."""
        said = {"qr"[self.drawn]: self.quality, "l": self.local, "g": self.still or None}
        said |= {"a": 1 if self.every else None, "p": self.rate, "s": self.seed or None}
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
