"""How far decoded frames are from the originals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Fidelity:
    """Running errors of one sequence.

    Pixels count squared; of channels the angles count, modulo 360 degrees, or all if none is one.
    """

    pixels: bool
    angles: NDArray[np.bool_]
    count: int = 0
    total: float = 0.0
    worst: float = 0.0

    @classmethod
    def of(cls, frames: dict[str, Any]) -> Fidelity:
        """For frames of a checkpoint's `frames` settings."""
        if frames["kind"] == "pixels":
            return cls(pixels=True, angles=np.zeros(0, bool))
        return cls(pixels=False, angles=np.arange(len(frames["offset"])) >= frames["first_angle"])

    def add(self, wanted: NDArray[np.generic], drawn: NDArray[np.generic]) -> None:
        """Count the errors of some frames (T, ...)."""
        error = wanted.astype(np.float64) - drawn.astype(np.float64)
        if self.pixels:
            error = np.square(error)
        elif self.angles.any():
            turned = error[:, self.angles]
            error = np.abs(turned - 360 * np.rint(turned / 360))
        else:
            error = np.abs(error)
        self.count += error.size
        self.total += float(error.sum())
        self.worst = max(self.worst, float(error.max(initial=0.0)))

    @property
    def psnr(self) -> float | None:
        """DB against 255, for pixels."""
        if not self.pixels:
            return None
        return 10 * math.log10(255**2 / max(self.total / self.count, 1e-9))

    @property
    def mean(self) -> float | None:
        """Mean absolute error, in `unit`."""
        return None if self.pixels else self.total / self.count

    @property
    def max(self) -> float | None:
        """Largest absolute error, in `unit`."""
        return None if self.pixels else self.worst

    @property
    def unit(self) -> str:
        """Unit of the errors; none where channels are no angles."""
        if self.pixels:
            return "dB"
        return "deg" if self.angles.any() else ""
