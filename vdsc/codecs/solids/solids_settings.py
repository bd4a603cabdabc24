"""What a user may ask of the codec `solids`, and which share of wrong voxels that means."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.errors import InvalidInput

EXACT = 100
"""The quality at which no voxel is wrong."""

USUAL, PER_HALF = 75, 25
"""At this quality 0.5 % of the voxels may be wrong; so many points more halve that."""


@dataclass(frozen=True, slots=True)
class SolidsSettings:
    """What a user may ask of the codec `solids`.

    model: a checkpoint's name or folder, "" for the first one of solids. quality: 1 to 100, size
    against error: at 75 at most 0.5 % of the voxels are wrong, at 50 at most 1 %, at 100 none.
    wrong: in the place of a quality, the share of voxels that may be wrong, 0 to 0.1.

    Raises:
        InvalidInput: a value is none of these.
    """

    model: str = ""
    quality: int = USUAL
    wrong: float | None = None

    def __post_init__(self) -> None:
        if type(self.quality) is not int or not 1 <= self.quality <= EXACT:
            raise InvalidInput(f"quality must be a whole number from 1 to 100, not {self.quality}")
        if self.wrong is not None and not 0 <= self.wrong <= 0.1:
            raise InvalidInput(f"wrong must be a share from 0 to 0.1, not {self.wrong}")

    @property
    def share(self) -> float:
        """The share of the voxels of a chunk that may be wrong."""
        if self.wrong is not None:
            return self.wrong
        if self.quality == EXACT:
            return 0.0
        return 0.005 * float(2.0 ** ((USUAL - self.quality) / PER_HALF))
