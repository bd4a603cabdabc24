"""What the header of a file of codec `gaps` stores, and the header of what it wraps."""

from __future__ import annotations

from dataclasses import replace

from vdsc.container import Header
from vdsc.errors import CorruptFile, UnsupportedVersion

ID = "gaps"

WRAPPED = "G"
"""The key of the codec that is wrapped; its own parameters have other keys."""

_CODECS = ("linear", "bounded", "knots")
"""The place of a codec is its number in the file, from 1 on: append only."""


def outer(inner: Header) -> Header:
    """The header of a file that wraps another one."""
    params = {**inner.params, WRAPPED: 1 + _CODECS.index(inner.codec)}
    return replace(inner, codec=ID, params=params)


def wrapped(header: Header) -> Header:
    """The header of the codec that is wrapped; raises CorruptFile or UnsupportedVersion."""
    params = dict(header.params)
    number = params.pop(WRAPPED, 0)
    if header.outline.dtype.kind != "f" or number < 1:
        raise CorruptFile("the header's parameters cannot be right; the file is damaged")
    if number > len(_CODECS):
        raise UnsupportedVersion(f"gaps in codec {number} are not known here; upgrade vdsc")
    return replace(header, codec=_CODECS[number - 1], params=params)
