"""What a user may ask of the knots codec."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.errors import InvalidInput

GRIDS = ("auto", "rec", "prior")
DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True, slots=True)
class KnotSettings:
    """What a user may ask of the knots codec.

    model: a checkpoint's name or folder, "" for the first that takes the sequence. quality: 1 to
    100, size against error. knots: "learned", or "full" for one at every frame. grid: how knot
    times are coded, "prior", "rec", or "auto" for whichever is smaller. seed: of what is drawn.
    device: where the networks run, "auto", "cpu" or "cuda". effort: 0 to 9, how much is searched
    for knots that need fewer bytes; 0 takes what the networks say.

    Raises:
        InvalidInput: a value is none of these.
    """

    model: str = ""
    quality: int = 75
    knots: str = "learned"
    grid: str = "prior"
    seed: int = 0
    device: str = "auto"
    effort: int = 5

    def __post_init__(self) -> None:
        if type(self.quality) is not int or not 1 <= self.quality <= 100:
            raise InvalidInput(f"quality must be a whole number from 1 to 100, not {self.quality}")
        if self.knots not in {"learned", "full"}:
            raise InvalidInput(f"knots must be 'learned' or 'full', not {self.knots!r}")
        if type(self.seed) is not int or not 0 <= self.seed < 2**63:
            raise InvalidInput(f"a seed is a whole number from 0 to 2**63 - 1, not {self.seed}")
        if self.grid not in GRIDS:
            raise InvalidInput(f"grid must be 'rec', 'prior' or 'auto', not {self.grid!r}")
        if self.grid == "rec" and self.knots == "full":
            raise InvalidInput("with a knot at every frame no knot times are drawn: no grid 'rec'")
        if type(self.effort) is not int or not 0 <= self.effort <= 9:
            raise InvalidInput(f"effort must be a whole number from 0 to 9, not {self.effort}")
        if self.device not in DEVICES:
            raise InvalidInput(f"device {self.device!r} is none of {', '.join(DEVICES)}")

    @property
    def searches(self) -> bool:
        """Whether knots are looked for: not where they are all wanted, or drawn with a seed."""
        return self.effort > 0 and self.knots == "learned" and not self.seed

    @property
    def ways(self) -> tuple[str, ...]:
        """The codes of knot times to try on the first window."""
        if self.knots == "full":
            return ("prior",)
        return ("prior", "rec") if self.grid == "auto" else (self.grid,)
