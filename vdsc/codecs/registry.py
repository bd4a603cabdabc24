"""Permanent ids and the codecs behind them, imported when they are used."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from vdsc.codecs.base import Codec
from vdsc.container import Header
from vdsc.errors import InvalidInput, UnsupportedVersion

CODECS: dict[str, str] = {
    "knots": "vdsc.codecs.knots.codec:KnotsCodec",
    "vdsde": "vdsc.codecs.knots.codec:VdsdeCodec",
    "lossless": "vdsc.codecs.lossless.codec:LosslessCodec",
    "packed": "vdsc.codecs.packed.codec:PackedCodec",
    "linear": "vdsc.codecs.linear.codec:LinearCodec",
    "bounded": "vdsc.codecs.bounded.codec:BoundedCodec",
    "gaps": "vdsc.codecs.gaps.codec:GapsCodec",
    "sprites": "vdsc.codecs.sprites.codec:SpritesCodec",
    "field": "vdsc.codecs.field.codec:FieldCodec",
    "solids": "vdsc.codecs.solids.codec:SolidsCodec",
}
"""Where each codec is. An id is never given to other bytes: what means anew is called anew."""
_BESIDE_A_MODEL = "vdsc.codecs.usual_file"
FOLDED = {
    "knots": "vdsc.codecs.knots.short_file",
    "lossless": _BESIDE_A_MODEL,
    "sprites": _BESIDE_A_MODEL,
    "solids": _BESIDE_A_MODEL,
}
"""What turns a file of one chunk into a record beside its checkpoint, and back."""

READ_ONLY = frozenset({"vdsde"})
"""Codecs of older files that are no longer written."""


WRAPPERS = frozenset({"gaps"})
"""Codecs that are written around another one, and not by name."""

ANY = frozenset({"lossless", "packed", "linear", "bounded", "field", "solids"})
"""Codecs that take arrays of numbers as they are: of any shape and type, or of two values."""


def codec_of_file(name: str) -> Codec:
    """The codec that a file names; raises UnsupportedVersion for one that is not known here."""
    if name not in CODECS:
        raise UnsupportedVersion(f"codec {name!r} is not known here; upgrade vdsc")
    return _load(name)


def codec_to_write(name: str) -> Codec:
    """The codec that a user names; raises InvalidInput."""
    if name not in names_to_write():
        raise InvalidInput(f"no codec {name!r} to write; there are {', '.join(names_to_write())}")
    return _load(name)


def names_to_write() -> list[str]:
    """The ids that `--codec` may name."""
    return [name for name in CODECS if name not in READ_ONLY | WRAPPERS]


def _load(name: str) -> Codec:
    module, kind = CODECS[name].split(":")
    return cast("Codec", getattr(import_module(module), kind)())


def fold(header: Header, chunk: bytes) -> bytes | None:
    """The body of the record USUAL for a file of one chunk, where its codec has a shorter one."""
    if header.codec not in FOLDED:
        return None
    made: bytes | None = import_module(FOLDED[header.codec]).fold(header, chunk)
    return made


def unfold(folded: bytes, memlimit: int) -> tuple[Header, bytes]:
    """Header and chunk of a file that is the record USUAL; raises VdscError."""
    module = FOLDED["sprites" if folded.startswith(b"\0") else "knots"]
    made: tuple[Header, bytes] = import_module(module).unfold(folded, memlimit)
    return made
