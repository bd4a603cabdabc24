"""The lossless codec behind the one contract of all codecs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from vdsc.codecs.base import Coded, Facts, Group
from vdsc.codecs.lossless import chunk, footprint, lossless_facts
from vdsc.codecs.lossless.chunk import ID
from vdsc.codecs.windows import apart
from vdsc.container import Header, ModelRef
from vdsc.core import memory
from vdsc.core.instants import Instants
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.errors import CorruptFile
from vdsc.io.source import Source

if TYPE_CHECKING:
    from vdsc.codecs.lossless.coder import LearnedStates
    from vdsc.codecs.lossless.methods import Method


@dataclass(frozen=True, slots=True)
class LosslessSettings:
    """Every method is tried. checkpoints: the names of those that may be; None for the usual ones.

    arrays: whether the method of that name is tried where one chunk holds all.
    """

    checkpoints: tuple[str, ...] | None = None
    arrays: bool = True


class LosslessEncoder:
    """Encodes the chunks of one sequence in order; see `codecs.base.Encoder`."""

    def __init__(self, outline: Outline, methods: Iterable[Method]) -> None:
        from vdsc.codecs.lossless.coder import LosslessCoder

        self._coder, self._outline = LosslessCoder(outline, tuple(methods)), outline
        self._spans = list(chunk.spans(outline))
        self._next = 0

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and one-past-last frame of each chunk."""
        return self._spans

    @property
    def groups(self) -> tuple[Group, ...]:
        """All values together: no error is measured but that there is none."""
        return (Group("values", ""),)

    def encode(self, frames: Values) -> Coded:
        """Encode the frames (n, ...) of the next span."""
        body = self._coder.encode(frames)
        first = self._spans[self._next][0]
        self._next += 1
        return Coded(body, frames, first)

    def header(self) -> Header:
        """The header, which names the checkpoint that the first chunk settled on, if any."""
        found = self._coder.checkpoint
        model = None if found is None else ModelRef(found.name, found.digest)
        return Header(ID, model, self._outline, {}, len(self._spans))

    def learned(self) -> LearnedStates:
        """The states of all methods."""
        return self._coder.learned()

    def begin_with(self, learned: LearnedStates | None, *, fresh: bool = False) -> None:
        """Begin with the states of another sequence."""
        self._coder.begin_with(learned, fresh=fresh)

    def words(self) -> str:
        """The methods, the most frequent first."""
        return ", ".join(name for name, _ in self._coder.used.most_common())


class LosslessDecoder:
    """Decodes the chunks of one file in order; see `codecs.base.Decoder`.

    Raises CorruptFile for a number of chunks that is not the format's, ModelMissing.
    """

    def __init__(self, header: Header, memlimit: int) -> None:
        from vdsc.codecs.lossless.coder import LosslessCoder
        from vdsc.codecs.lossless.methods import coders
        from vdsc.model import store

        outline = header.outline
        if header.chunks != chunk.chunks(outline):
            raise CorruptFile(f"{header.chunks} chunks cannot hold the file's frames")
        ref = header.model
        checkpoint = None if ref is None else store.by_digest(ref.name, ref.digest)
        if checkpoint is not None and checkpoint.kind in {
            store.FIELD,
            store.IMPLICIT,
            store.SKETCH,
        }:
            raise CorruptFile(f"no lossless file is of model {checkpoint.name}; it is damaged")
        self._coder = LosslessCoder(outline, coders(checkpoint, memlimit=memlimit))
        self._coder.checkpoint = checkpoint
        self._spans, self._dtype = chunk.spans(outline), outline.dtype

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) of the next chunk: a lossless file has its own frames only."""
        begin, end = next(self._spans)
        yield self._coder.decode(body, end - begin).astype(self._dtype, copy=False)

    def learned(self) -> LearnedStates:
        """The states of all methods."""
        return self._coder.learned()

    def begin_with(self, learned: LearnedStates | None) -> None:
        """Begin with the states of another sequence."""
        self._coder.begin_with(learned)


class LosslessCodec:
    """See `codecs.base.Codec`."""

    id: ClassVar[str] = ID
    continuous: ClassVar[bool] = False
    Settings: ClassVar[type[LosslessSettings]] = LosslessSettings

    def encoder(
        self, source: Source, outline: Outline, settings: LosslessSettings
    ) -> LosslessEncoder:
        """Begin to encode a source of any numbers."""
        from vdsc.codecs.lossless.checkpoint_choice import candidates
        from vdsc.codecs.lossless.methods import coders

        found = candidates(outline, settings.checkpoints)
        methods = coders(*found, memlimit=memory.DEFAULT)
        if not settings.arrays and chunk.chunks(outline) == 1:
            methods = tuple(method for method in methods if method.name != "arrays")
        return LosslessEncoder(outline, methods)

    def fixed(
        self, source: Source, outline: Outline, settings: LosslessSettings
    ) -> LosslessSettings:
        """They always do."""
        return settings

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> LosslessDecoder:
        """Begin to decode a file; chunks raise LimitExceeded if their method needs more memory.

        Raises CorruptFile or ModelMissing.
        """
        return LosslessDecoder(header, memlimit)

    def memory(self, header: Header) -> int:
        """Bytes that a chunk takes by the plainest method; others are weighed as they come."""
        outline = header.outline
        _, most = next(iter(apart(outline.frames, -(-outline.frames // header.chunks))))
        return footprint.floor((most, *outline.shape[1:]), outline.dtype.itemsize)

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """Methods of all chunks, and what bits-back says of its knots."""
        return lossless_facts.describe(header.outline, bodies)
