"""vdsc: compress what moves - motion capture, small video, robot and sensor logs.

Names are imported when they are first used, so that the command line starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vdsc.api import (
        CollectionReader,
        Info,
        SequenceReader,
        compress,
        decompress,
        info,
        inspect_knots,
    )
    from vdsc.api import open_file as open  # noqa: A004
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
    from vdsc.viewer.shown import show

    __version__: str

__all__ = [
    "Clock",
    "CollectionReader",
    "CorruptFile",
    "Info",
    "InvalidInput",
    "LimitExceeded",
    "ModelMissing",
    "Outline",
    "Sequence",
    "SequenceReader",
    "TruncatedFile",
    "UnsupportedVersion",
    "VdscError",
    "compress",
    "decompress",
    "info",
    "inspect_knots",
    "open",
    "show",
]

_HOMES = {
    "vdsc.api": (
        "CollectionReader",
        "SequenceReader",
        "Info",
        "compress",
        "decompress",
        "info",
        "inspect_knots",
    ),
    "vdsc.core.sequence": ("Clock", "Outline", "Sequence"),
    "vdsc.viewer.shown": ("show",),
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        return _version()
    if name not in __all__:
        raise AttributeError(f"module 'vdsc' has no attribute {name!r}")
    if name == "open":  # of this package; open() of Python is another one
        return import_module("vdsc.api").open_file
    home = next((home for home, names in _HOMES.items() if name in names), "vdsc.errors")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("vdsc")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0+unknown"
