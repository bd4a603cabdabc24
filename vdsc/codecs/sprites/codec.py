"""The codec of sprites behind the one contract of all codecs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from vdsc.codecs.base import ChunkFacts, Facts
from vdsc.codecs.sprites.sprite_file_header import CHUNK, ID, check_outline
from vdsc.codecs.sprites.sprite_settings import SpriteSettings
from vdsc.container import Header
from vdsc.core import memory
from vdsc.core.sequence import Outline
from vdsc.io.source import Source

if TYPE_CHECKING:
    from vdsc.codecs.sprites.sprite_decoder import SpriteFileDecoder
    from vdsc.codecs.sprites.sprite_encoder import SpriteFileEncoder

COPIES = 24
"""Bytes that each pixel of a chunk takes while frames are made, and those of the outermost rim."""

MODEL = 32 << 20
"""Bytes that a checkpoint's tensors and what is made of them take at most."""


class SpritesCodec:
    """See `codecs.base.Codec`."""

    id: ClassVar[str] = ID
    continuous: ClassVar[bool] = False
    Settings: ClassVar[type[SpriteSettings]] = SpriteSettings

    def encoder(
        self, source: Source, outline: Outline, settings: SpriteSettings
    ) -> SpriteFileEncoder:
        """Begin to encode a source; raises InvalidInput for what are no grey pictures."""
        from vdsc.codecs.scene.sprite_models import pick_sprites
        from vdsc.codecs.sprites.sprite_encoder import SpriteFileEncoder

        check_outline(outline)
        return SpriteFileEncoder(outline, settings, pick_sprites(settings.model))

    def fixed(self, source: Source, outline: Outline, settings: SpriteSettings) -> SpriteSettings:
        """They always do."""
        return settings

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> SpriteFileDecoder:
        """Begin to decode a file; raises CorruptFile or ModelMissing."""
        from vdsc.codecs.sprites.sprite_decoder import SpriteFileDecoder

        return SpriteFileDecoder(header)

    def memory(self, header: Header) -> int:
        """Bytes for the model and for the frames of a chunk."""
        outline = header.outline
        pixels = min(outline.frames, CHUNK) * (outline.values // outline.frames)
        return MODEL + COPIES * pixels

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """Bytes of each body."""
        chunks = tuple(ChunkFacts(len(body), method="sprites") for body in bodies)
        spent = {"looks and places": sum(one.size for one in chunks)}
        quality = header.params.get("q")
        said = () if quality is None else (("quality", str(quality)),)
        return Facts(chunks, spent, settings=said)
