"""Names for arrays; the docstring of what takes or returns them has the unit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
"""Signed 64-bit integers; "Q16" counts units of 2^-16, "Q30" units of 2^-30."""

Floats = NDArray[np.float64]
"""Double precision: real numbers, or exact integers below 2^53."""

Values = NDArray[Any]
"""Frames of one sequence (T, ...) in a type that a file can hold."""
