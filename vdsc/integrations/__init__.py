"""vdsc inside other people's stores: codecs of numcodecs and zarr, found there by entry point."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from vdsc.errors import InvalidInput

if TYPE_CHECKING:
    from vdsc.integrations.numcodecs_codec import NumcodecsVdsc
    from vdsc.integrations.zarr_codec import ZarrVdsc

__all__ = ["NumcodecsVdsc", "ZarrVdsc"]

_HOMES = {"NumcodecsVdsc": "numcodecs_codec", "ZarrVdsc": "zarr_codec"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'vdsc.integrations' has no attribute {name!r}")
    try:
        return getattr(import_module(f"vdsc.integrations.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        raise InvalidInput(f"{name} needs {error.name}: pip install 'vdsc[zarr]'") from None


def __dir__() -> list[str]:
    return __all__
