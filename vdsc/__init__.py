"""vdsc: compress what moves - motion capture, small video, robot and sensor logs."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from vdsc.api import compress, decompress, info, inspect_knots
from vdsc.core.sequence import Clock, Outline, Sequence
from vdsc.errors import (
    CorruptFile,
    InvalidInput,
    LimitExceeded,
    ModelMissing,
    TruncatedFile,
    UnsupportedVersion,
    VdscError,
)

try:
    __version__ = version("vdsc")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+unknown"

__all__ = [
    "Clock",
    "CorruptFile",
    "InvalidInput",
    "LimitExceeded",
    "ModelMissing",
    "Outline",
    "Sequence",
    "TruncatedFile",
    "UnsupportedVersion",
    "VdscError",
    "compress",
    "decompress",
    "info",
    "inspect_knots",
]
