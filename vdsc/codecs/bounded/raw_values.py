"""Values as they are, and what is said of bytes that no encoder makes."""

from __future__ import annotations

from typing import Any

import numpy as np

from vdsc.core.types import Values
from vdsc.errors import CorruptFile, TruncatedFile


def raw(body: bytes, at: int, dtype: np.dtype[Any], count: int) -> Values:
    """So many numbers at a place of a body; raises TruncatedFile."""
    if len(body) < at + count * dtype.itemsize:
        raise TruncatedFile("a chunk's values are cut short; copy the file again")
    little = np.frombuffer(body, dtype.newbyteorder("<"), count, at)
    return little.astype(dtype.newbyteorder("="))


def impossible() -> CorruptFile:
    """The error of bytes that contradict themselves."""
    return CorruptFile("a chunk's steps or patches cannot be right; the file is damaged")
