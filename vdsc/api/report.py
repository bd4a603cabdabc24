"""What compressing one sequence achieved."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.core.sequence import Outline


@dataclass(frozen=True, slots=True)
class Report:
    """What compressing one sequence achieved; errors are of the frames as they will decode.

    psnr is set for video; mean_error and max_error, in `unit`, for everything else. Of a lossless
    file the errors are 0, there is no model, and `verified` says whether it was decoded. grid is
    how a lossy file codes its knot times: "rec", "histogram", "poisson" or "every frame".
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
    lossless: bool = False
    verified: bool = False
    grid: str = ""

    @classmethod
    def exact(cls, outline: Outline, file_bytes: int, seconds: float, *, verified: bool) -> Report:
        """Of a lossless file."""
        return cls(
            model="",
            frames=outline.frames,
            raw_bytes=outline.raw_bytes,
            file_bytes=file_bytes,
            bits_per_value=8 * file_bytes / outline.values,
            psnr=None,
            mean_error=0.0,
            max_error=0.0,
            unit="",
            knots=0,
            seconds=seconds,
            lossless=True,
            verified=verified,
        )

    @property
    def ratio(self) -> float:
        """How many times smaller the file is."""
        return self.raw_bytes / self.file_bytes
