"""What compressing one sequence achieved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """What compressing one sequence achieved; errors are of the frames as they will decode.

    psnr is set for video; mean_error and max_error, in `unit`, for everything else.
    """

    model: str
    frames: int
    raw_bytes: int
    file_bytes: int
    bits_per_value: float
    psnr: float | None
    mean_error: float | None
    max_error: float | None
    unit: str
    knots: int
    seconds: float

    @property
    def ratio(self) -> float:
        """How many times smaller the file is."""
        return self.raw_bytes / self.file_bytes
