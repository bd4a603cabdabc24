"""How far decoded frames are from the originals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Tally:
    """Running errors of one sequence; angles are compared modulo 360 degrees.

    Windows share a frame, which counts twice: nobody can tell.
    """

    angles: NDArray[np.bool_] | None
    count: int = 0
    total: float = 0.0
    worst: float = 0.0

    @classmethod
    def of(cls, frames: dict[str, Any]) -> Tally:
        """For frames of a checkpoint's `frames` settings."""
        if frames["kind"] == "pixels":
            return cls(None)
        return cls(np.arange(len(frames["offset"])) >= frames["first_angle"])

    def add(self, wanted: NDArray[np.generic], drawn: NDArray[np.generic]) -> None:
        """Count the errors of some frames."""
        error = wanted.astype(np.float64) - drawn.astype(np.float64)
        if self.angles is None:
            self.total += float(np.square(error).sum())
            self.count += error.size
            return
        turned = error[:, self.angles]
        turned = np.abs(turned - 360 * np.rint(turned / 360))
        self.total += float(turned.sum())
        self.count += turned.size
        self.worst = max(self.worst, float(turned.max()))

    @property
    def psnr(self) -> float | None:
        """dB against 255, for pixels."""
        if self.angles is not None:
            return None
        return 10 * math.log10(255**2 / max(self.total / self.count, 1e-9))

    @property
    def mean(self) -> float | None:
        """Mean absolute error of the angles, degrees."""
        return None if self.angles is None else self.total / self.count

    @property
    def max(self) -> float | None:
        """Largest absolute error of an angle, degrees."""
        return None if self.angles is None else self.worst

    @property
    def unit(self) -> str:
        """Unit of the errors."""
        return "dB" if self.angles is None else "deg"
