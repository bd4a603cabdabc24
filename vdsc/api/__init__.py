"""The outer path, the same for every codec: Sequence to file and back.

Names are imported when they are first used: inspecting a file needs neither networks nor coder.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vdsc.api.decoding import Decoding, decode
    from vdsc.api.encoding import encode
    from vdsc.api.facts import Info, inspect
    from vdsc.api.knots import integers
    from vdsc.api.lossless import encode_exactly
    from vdsc.api.memory import compress, decompress, info, inspect_knots
    from vdsc.api.models import ModelCard, installed_models
    from vdsc.api.report import Report

__all__ = [
    "Decoding",
    "Info",
    "ModelCard",
    "Report",
    "compress",
    "decode",
    "decompress",
    "encode",
    "encode_exactly",
    "info",
    "inspect",
    "inspect_knots",
    "installed_models",
    "integers",
]

_HOMES = {
    "decoding": ("Decoding", "decode"),
    "encoding": ("encode",),
    "facts": ("Info", "inspect"),
    "knots": ("integers",),
    "lossless": ("encode_exactly",),
    "memory": ("compress", "decompress", "info", "inspect_knots"),
    "models": ("ModelCard", "installed_models"),
    "report": ("Report",),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"vdsc.api.{home}"), name)
    raise AttributeError(f"module 'vdsc.api' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
