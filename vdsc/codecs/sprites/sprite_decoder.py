"""From the bodies of a file of sprites to frames."""

from __future__ import annotations

from collections.abc import Iterator

from vdsc.codecs.scene.look_network import networks
from vdsc.codecs.sprites.sprite_body import of_body
from vdsc.codecs.sprites.sprite_file_header import check_outline, sizes, spans
from vdsc.container import Header
from vdsc.core.instants import Instants
from vdsc.core.types import Values
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.model import store


class SpriteFileDecoder:
    """Decodes the chunks of one file in order; see `codecs.base.Decoder`.

    Raises CorruptFile for a header that no encoder makes, ModelMissing.
    """

    def __init__(self, header: Header) -> None:
        ref, outline = header.model, header.outline
        try:
            check_outline(outline)
        except InvalidInput as error:
            raise CorruptFile(f"the header cannot be right: {error}") from None
        self._outline, self._spans = outline, list(spans(outline))
        if ref is None or header.chunks != len(self._spans):
            raise CorruptFile("the header of a file of sprites cannot be right; it is damaged")
        checkpoint = store.by_digest(ref.name, ref.digest)
        if checkpoint.kind != store.SPRITES:
            raise CorruptFile(f"a file of sprites cannot be of model {ref.name}; it is damaged")
        self._networks, self._next = networks(checkpoint), iter(self._spans)

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) of the next chunk: the file's own ones only; raises CorruptFile."""
        begin, end = next(self._next)
        size = sizes(self._outline, end - begin)
        frames = of_body(body, self._networks, size).drawn(self._networks, size[1:])
        yield frames.reshape(end - begin, *self._outline.shape[1:])

    def learned(self) -> None:
        """Nothing: each sequence is coded by itself."""

    def begin_with(self, learned: None) -> None:
        """As always."""
