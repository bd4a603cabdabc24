"""The codec of solids behind the one contract of all codecs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from vdsc.codecs.base import ChunkFacts, Facts
from vdsc.codecs.solids.solids_header import ID, SolidsLayout
from vdsc.codecs.solids.solids_settings import SolidsSettings
from vdsc.codecs.solids.voxel_sight import RIM
from vdsc.container import Header
from vdsc.core import memory
from vdsc.core.sequence import Outline
from vdsc.io.source import Source

if TYPE_CHECKING:
    from vdsc.codecs.solids.solids_decoder import SolidsDecoder
    from vdsc.codecs.solids.solids_encoder import SolidsEncoder

COPIES = 64
"""Bytes that each voxel of a chunk takes while it is decoded, and of its rim, at most."""

MODEL = 64 << 20
"""Bytes that a checkpoint's tensors, what is made of them and a block of voxels take at most."""


class SolidsCodec:
    """See `codecs.base.Codec`."""

    id: ClassVar[str] = ID
    continuous: ClassVar[bool] = False
    Settings: ClassVar[type[SolidsSettings]] = SolidsSettings

    def encoder(self, source: Source, outline: Outline, settings: SolidsSettings) -> SolidsEncoder:
        """Begin to encode a source; raises InvalidInput for what has more than two values."""
        from vdsc.codecs.solids.solids_encoder import SolidsEncoder
        from vdsc.codecs.solids.voxel_network import pick_solids

        return SolidsEncoder(source, outline, settings, pick_solids(settings.model))

    def fixed(self, source: Source, outline: Outline, settings: SolidsSettings) -> SolidsSettings:
        """They always do."""
        return settings

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> SolidsDecoder:
        """Begin to decode a file; raises CorruptFile, ModelMissing or UnsupportedVersion."""
        from vdsc.codecs.solids.solids_decoder import SolidsDecoder

        return SolidsDecoder(header)

    def memory(self, header: Header) -> int:
        """Bytes for the model and for the voxels of a chunk."""
        layout = SolidsLayout.from_header(header)
        count, shape = layout.shape(max(end - begin for begin, end in layout.spans()))
        depth, height, width = (n + 2 * RIM for n in shape)
        return MODEL + COPIES * count * depth * height * width

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """Bytes of each body."""
        chunks = tuple(ChunkFacts(len(body), method=ID) for body in bodies)
        return Facts(chunks, {"voxels": sum(one.size for one in chunks)})
