"""The outer path, the same for every codec: Sequence to file and back.

Names are imported when they are first used: inspecting a file needs neither networks nor coder.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vdsc.api.decoding import Decoding, decode
    from vdsc.api.facts import Info, inspect, source_format
    from vdsc.api.in_memory import compress, decompress, info, inspect_knots
    from vdsc.api.model_cards import ModelCard, installed_models
    from vdsc.api.report import GroupError, Report
    from vdsc.api.requests import encode

__all__ = [
    "Decoding",
    "GroupError",
    "Info",
    "ModelCard",
    "Report",
    "compress",
    "decode",
    "decompress",
    "encode",
    "info",
    "inspect",
    "inspect_knots",
    "installed_models",
    "source_format",
]

_HOMES = {
    "decoding": ("Decoding", "decode"),
    "facts": ("Info", "inspect", "source_format"),
    "in_memory": ("compress", "decompress", "info", "inspect_knots"),
    "model_cards": ("ModelCard", "installed_models"),
    "report": ("GroupError", "Report"),
    "requests": ("encode",),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"vdsc.api.{home}"), name)
    raise AttributeError(f"module 'vdsc.api' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
