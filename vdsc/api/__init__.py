"""The outer path, the same for every codec: Sequence to file and back.

Names are imported when they are first used: inspecting a file needs neither networks nor coder.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vdsc.api.checking import every_frame
    from vdsc.api.collecting import Item, collect, extend
    from vdsc.api.decoding import Decoding, decode
    from vdsc.api.facts import Info, inspect, source_format
    from vdsc.api.in_memory import compress, decompress, info, inspect_knots
    from vdsc.api.joining import join
    from vdsc.api.mixing import MixReport, mix_files
    from vdsc.api.model_cards import ModelCard, installed_models
    from vdsc.api.opening import CollectionReader, SequenceReader, open_file
    from vdsc.api.read_back import check_written
    from vdsc.api.report import GroupError, Report
    from vdsc.api.requests import encode
    from vdsc.api.salvaging import salvage_clips, salvage_frames

__all__ = [
    "CollectionReader",
    "Decoding",
    "GroupError",
    "Info",
    "Item",
    "MixReport",
    "ModelCard",
    "Report",
    "SequenceReader",
    "check_written",
    "collect",
    "compress",
    "decode",
    "decompress",
    "encode",
    "every_frame",
    "extend",
    "info",
    "inspect",
    "inspect_knots",
    "installed_models",
    "join",
    "mix_files",
    "open_file",
    "salvage_clips",
    "salvage_frames",
    "source_format",
]

_HOMES = {
    "decoding": ("Decoding", "decode"),
    "facts": ("Info", "inspect", "source_format"),
    "in_memory": ("compress", "decompress", "info", "inspect_knots"),
    "checking": ("every_frame",),
    "collecting": ("Item", "collect", "extend"),
    "joining": ("join",),
    "opening": ("CollectionReader", "SequenceReader", "open_file"),
    "salvaging": ("salvage_clips", "salvage_frames"),
    "mixing": ("MixReport", "mix_files"),
    "model_cards": ("ModelCard", "installed_models"),
    "read_back": ("check_written",),
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
