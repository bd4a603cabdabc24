"""What compressing one sequence achieved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupError:
    """Absolute errors of a group of channels, in its unit ("" where that is not known)."""

    name: str
    unit: str
    mean: float
    max: float


@dataclass(frozen=True, slots=True)
class Report:
    """What compressing one sequence achieved; errors are of the frames as they will decode.

    codec: the permanent id. made_by: the model and its knots, or the methods, in words. psnr is
    set for lossy video; groups hold the errors of everything else. warnings: lines a user should
    read. chosen: why this codec, where another one was asked for. lossless: every bit comes back.
    verified: each chunk was decoded while the file was made.
    """

    codec: str
    made_by: str
    frames: int
    raw_bytes: int
    file_bytes: int
    bits_per_value: float
    psnr: float | None
    groups: tuple[GroupError, ...]
    warnings: tuple[str, ...]
    knots: int
    seconds: float
    lossless: bool
    verified: bool
    chosen: str = ""

    @property
    def ratio(self) -> float:
        """How many times smaller the file is."""
        return self.raw_bytes / self.file_bytes

    @property
    def mean_error(self) -> float | None:
        """Mean absolute error of the first group; None for pixels."""
        return self.groups[0].mean if self.groups else None

    @property
    def max_error(self) -> float | None:
        """Largest absolute error of the first group; None for pixels."""
        return self.groups[0].max if self.groups else None

    @property
    def unit(self) -> str:
        """Unit of these two."""
        return self.groups[0].unit if self.groups else ""
