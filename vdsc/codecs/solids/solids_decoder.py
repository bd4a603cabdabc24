"""From the bodies of a file of solids to frames."""

from __future__ import annotations

from collections.abc import Iterator

from vdsc.codecs.solids.solid_body import of_body
from vdsc.codecs.solids.solids_header import SolidsLayout
from vdsc.codecs.solids.voxel_network import networks
from vdsc.container import Header
from vdsc.core.instants import Instants
from vdsc.core.threads import one_thread
from vdsc.core.types import Values
from vdsc.errors import CorruptFile
from vdsc.model import store


class SolidsDecoder:
    """Decodes the chunks of one file in order; see `codecs.base.Decoder`.

    Raises CorruptFile for a header that no encoder makes, ModelMissing.
    """

    def __init__(self, header: Header) -> None:
        ref = header.model
        if ref is None:
            raise CorruptFile("a file of solids names no model; it is damaged")
        self._layout = SolidsLayout.from_header(header)
        checkpoint = store.by_digest(ref.name, ref.digest)
        if checkpoint.kind != store.SOLIDS:
            raise CorruptFile(f"a file of solids cannot be of model {ref.name}; it is damaged")
        self._networks, self._next = networks(checkpoint), iter(self._layout.spans())

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) of the next chunk: the file's own ones only; raises CorruptFile."""
        begin, end = next(self._next)
        count, shape = self._layout.shape(end - begin)
        with one_thread():
            solids = of_body(body, count, self._networks, shape)
        yield self._layout.values(solids, end - begin)

    def learned(self) -> None:
        """Nothing: each sequence is coded by itself."""

    def begin_with(self, learned: None) -> None:
        """As always."""
