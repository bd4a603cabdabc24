"""The parameters in a header of knots; read without the entropy coder, for `vdsc info`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vdsc.container import Header, ModelRef
from vdsc.core.fixed import ONE
from vdsc.errors import CorruptFile, UnsupportedVersion

ID = "knots"
"""The permanent name of the lossy codec."""

OLD_ID = "vdsde"
"""The name under which vdsc 0.1 wrote it: windows alike, values within +-12, no pose."""

FASTEST = 1 << 20
"""The highest rate of the Poisson prior, Q16 knots per frame."""

_KNOWN = frozenset("qapdsukw")
_LARGEST_UNIT = 1 << 32

WIDEST = 1 << 14
"""Frames that a window may have."""


@dataclass(frozen=True, slots=True)
class KnotParams:
    """What the header says of the knots: see docs/format.md, "Parameters".

    quality: row 1..100 of the checkpoint's quality curve. local, still: how many dimensions move
    and how many do not, which only codec `vdsde` says. every: a knot at each frame. rate: Q16
    knots per frame of the Poisson prior, None where a histogram is used. drawn: knot times are
    samples, found in the noise of `seed`. ramps: bit c is set where channel c is stored apart from
    its straight line; None for frames without a pose. unit: Q16, what a position of 1 in the
    checkpoint's unit is in the file. wide: the most frames of a window; None: the checkpoint's.
    """

    quality: int
    local: int = 0
    still: int = 0
    every: bool = False
    rate: int | None = None
    drawn: bool = False
    seed: int = 0
    ramps: int | None = None
    unit: int = ONE
    wide: int | None = None

    @classmethod
    def from_header(cls, header: Header) -> KnotParams:
        """Read a header of either id; raises CorruptFile for what no encoder writes."""
        read = _read_old if header.codec == OLD_ID else _read
        params = read(header.params)
        _demand(1 <= params.quality <= 100, f"quality {params.quality} is not within 1..100")
        _demand(
            params.local >= 0 and params.still >= 0,
            "the number of dimensions is missing or negative",
        )
        rate, ramps = params.rate, params.ramps
        _demand(rate is None or 1 <= rate <= FASTEST, f"the knot rate cannot be {rate}")
        _demand(params.seed >= 0, f"the shared seed cannot be {params.seed}")
        _demand(ramps is None or ramps >= 0, f"the ramps cannot be {ramps}")
        wide = params.wide
        _demand(wide is None or 2 <= wide <= WIDEST, f"windows cannot have {wide} frames")
        _demand(1 <= params.unit <= _LARGEST_UNIT, f"the unit cannot be {params.unit}")
        return params

    @property
    def grid(self) -> str:
        """How knot times are coded: "rec", "histogram", "poisson" or "every frame"."""
        if self.every:
            return "every frame"
        return "rec" if self.drawn else "histogram" if self.rate is None else "poisson"

    def to_header(self) -> dict[str, int]:
        """The parameters of a file of codec `knots`, those that say nothing left out."""
        stored = {
            "q": self.quality,
            "a": 1 if self.every else None,
            "p": self.rate,
            "d": 1 if self.drawn else None,
            "s": self.seed or None,
            "u": self.ramps,
            "k": None if self.unit == ONE else self.unit,
            "w": self.wide,
        }
        return {key: value for key, value in stored.items() if value is not None}


def _read(params: Mapping[str, int]) -> KnotParams:
    """Parameters of codec `knots`."""
    for key in params:
        if key not in _KNOWN:
            raise UnsupportedVersion(f"the header has the unknown parameter {key!r}; upgrade vdsc")
    for key in "ad":
        _demand(params.get(key, 1) == 1, f"parameter {key} is {params.get(key)} and can only be 1")
    drawn, every = "d" in params, "a" in params
    _demand(not (drawn and every), "parameters a and d exclude each other")
    _demand(drawn or "s" not in params, "parameter s needs d")
    return KnotParams(
        quality=params.get("q", 0),
        every=every,
        rate=params.get("p"),
        drawn=drawn,
        seed=params.get("s", 0),
        ramps=params.get("u"),
        unit=params.get("k", ONE),
        wide=params.get("w"),
    )


def _read_old(params: Mapping[str, int]) -> KnotParams:
    """Parameters of codec `vdsde`; what it does not know was always ignored."""
    drawn = "r" in params
    every, seed = params.get("a", 0), params.get("s", 0)
    _demand("a" not in params or every == 1, f"parameter a is {every} and can only be 1")
    _demand(not drawn or ("q" not in params and not every), "parameter r stands alone")
    _demand(not drawn or params.get("s") != 0, "the shared seed cannot be 0")
    return KnotParams(
        quality=params.get("r" if drawn else "q", 0),
        local=params.get("l", -1),
        still=params.get("g", 0),
        every=bool(every),
        rate=params.get("p"),
        drawn=drawn,
        seed=seed if drawn else 0,
    )


def model_of(header: Header) -> ModelRef:
    """The model of a file of knots; raises CorruptFile for a header without one."""
    if header.model is None:
        raise CorruptFile(f"codec {header.codec!r} needs a model and the file names none")
    return header.model


def _demand(holds: object, otherwise: str) -> None:
    if not holds:
        raise CorruptFile(f"{otherwise}; the file is damaged")
