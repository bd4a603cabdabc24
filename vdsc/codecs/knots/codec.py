"""The lossy codec: knots of a latent path under a checkpoint's frozen prior."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from vdsc.codecs.base import Facts
from vdsc.codecs.knots.describe import describe
from vdsc.codecs.knots.params import ID, OLD_ID
from vdsc.codecs.knots.settings import KnotSettings
from vdsc.container import Header
from vdsc.core import memory
from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput
from vdsc.io.source import Source

if TYPE_CHECKING:
    from vdsc.codecs.knots.decoder import KnotDecoder
    from vdsc.codecs.knots.encoder import KnotEncoder

COPIES = 12
"""Numbers of 8 bytes that each value has at once while frames are made."""

AT_ONCE = 1 << 20
"""Values that are made at once, unless a single frame has more."""

MODEL = 96 << 20
"""Bytes that a checkpoint's tensors, tables and decoder take at most; models are below 12 MB."""


class KnotsCodec:
    """See `codecs.base.Codec`."""

    id: ClassVar[str] = ID
    continuous: ClassVar[bool] = True
    Settings: ClassVar[type[KnotSettings]] = KnotSettings

    def encoder(self, source: Source, outline: Outline, settings: KnotSettings) -> KnotEncoder:
        """Begin to encode a source; raises InvalidInput for what no checkpoint takes."""
        from vdsc.codecs.knots.encoder import KnotEncoder

        if find_spec("torch") is None:
            words = "the networks of a checkpoint need torch to encode: pip install torch"
            raise InvalidInput(f"{words}; --codec linear, --max-error and --lossless do without")
        return KnotEncoder(source, outline, settings)

    def fixed(self, source: Source, outline: Outline, settings: KnotSettings) -> KnotSettings:
        """They always do."""
        return settings

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> KnotDecoder:
        """Begin to decode a file; raises CorruptFile, ModelMissing or UnsupportedVersion."""
        from vdsc.codecs.knots.decoder import KnotDecoder

        return KnotDecoder(header)

    def memory(self, header: Header) -> int:
        """Bytes for the model and for some frames at once."""
        outline = header.outline
        at_once = max(AT_ONCE, outline.values // outline.frames)
        return MODEL + min(outline.values, at_once) * 8 * COPIES

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """What the file says of its knots."""
        return describe(header, bodies)


class VdsdeCodec(KnotsCodec):
    """What vdsc 0.1 wrote: read for ever, written no more."""

    id: ClassVar[str] = OLD_ID

    def encoder(self, source: Source, outline: Outline, settings: KnotSettings) -> KnotEncoder:
        """Refuse: the codec `knots` took its place."""
        raise InvalidInput(f"codec {OLD_ID!r} is only read; write with {ID!r}")
