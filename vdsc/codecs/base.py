"""What a codec is: the one contract between the outer path and every way of coding a sequence.

    encode    Source --Codec.encoder--> Encoder --encode(frames)--> Coded(body, decoded) --> file
    decode    Header --Codec.decoder--> Decoder --decode(body, wanted)--> frames
    inspect   Header, bodies --Codec.describe--> Facts

A new codec is one room below `codecs/`, one line in `registry.py` and one section of the format
page; the command line, `info` and the shared tests then work for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

from vdsc.container import Header
from vdsc.core import memory
from vdsc.core.crop import Crop
from vdsc.core.instants import Instants
from vdsc.core.sequence import Outline, Times
from vdsc.core.types import Values
from vdsc.io.source import Source


class Settings(Protocol):
    """What a user asks of a codec: a frozen dataclass of plain values with defaults."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Coded:
    """One chunk on its way into a file.

    body: the codec's own bytes. decoded: the frames (n, ...) that a decoder gives for this body at
    the file's own instants. first: the number of the first of them. knots: how many knots the body
    adds, 0 for a codec without knots.
    """

    body: bytes
    decoded: Values
    first: int
    knots: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Channels whose errors are measured together: the last axis from `begin` to `end` (or all).

    pixels: squared errors count, against 255. unit: of absolute errors, "" where it is not known.
    channels: those that are meant, where they do not lie next to each other.
    """

    name: str
    unit: str
    begin: int = 0
    end: int | None = None
    pixels: bool = False
    channels: tuple[int, ...] = ()

    def of(self, values: Values) -> Values:
        """The group's channels (n, C) of frames (n, D)."""
        return values[:, list(self.channels) if self.channels else slice(self.begin, self.end)]


class Encoder(Protocol):
    """Encodes the chunks of one sequence in order.

    Its implementer owes: `spans` before the first call; bodies that the decoder of `header()`
    turns into exactly `Coded.decoded`; a header that is final once the first body is made.
    """

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """First and one-past-last frame of what each call of `encode` is given."""
        ...

    @property
    def groups(self) -> tuple[Group, ...]:
        """How errors are measured; the first group is the one that a summary names."""
        ...

    def encode(self, frames: Values) -> Coded:
        """Encode the frames (n, ...) of the next span; raises VdscError."""
        ...

    def header(self) -> Header:
        """What the file says of itself; asked after the first body."""
        ...

    def words(self) -> str:
        """How it was coded, for people: "cmu, 210 knots"; asked after the last body."""
        ...

    def learned(self) -> Any:
        """What the chunks so far have taught, as the decoder of the same chunks has it."""
        ...

    def begin_with(self, learned: Any, *, fresh: bool = False) -> None:
        """Begin a clip of a collection with what its first clip taught; None for that clip.

        fresh: with the laws of a first clip, but what is settled for the file stays so.
        """
        ...


class Decoder(Protocol):
    """Decodes the chunks of one file in order, and keeps track of the frames they cover."""

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) of the next chunk at the wanted instants that lie in it, in batches.

        Their type is that of the file. Raises CorruptFile for a body that no encoder makes.
        """
        ...

    def learned(self) -> Any:
        """What the chunks so far have taught: what their encoder's `learned` is; None if nothing.

        It is copied by whom it is given to, and never changed.
        """
        ...

    def begin_with(self, learned: Any) -> None:
        """Begin a clip of a collection with what its first clip taught; None for that clip."""
        ...


@runtime_checkable
class Cropping(Protocol):
    """A decoder that makes part of its frames without making the rest of them.

    Of the decoders that cannot, whole frames are made and cut.
    """

    def crop(self, crop: Crop) -> None:
        """Give frames of a crop alone from now on; called before the first chunk.

        Raises InvalidInput for a scale that it does not make, LimitExceeded for too large frames.
        """
        ...


@runtime_checkable
class HasKnots(Protocol):
    """A decoder whose chunks have knots; one object decodes frames or gives knots, not both."""

    def knot_times(self, body: bytes) -> Times:
        """Times (M,) seconds of the knots of the next chunk; raises CorruptFile."""
        ...


@dataclass(frozen=True, slots=True)
class GridFacts:
    """How knot times are coded.

    code: "rec", "histogram", "poisson" or "every frame". size: their bytes. kl_bits: what drawn
    knot times tell, where the file says so.
    """

    code: str
    size: int
    kl_bits: float | None = None


@dataclass(frozen=True, slots=True)
class ChunkFacts:
    """What one chunk says of itself.

    size: bytes of its body. method: how it is coded, where a codec has several ways. bits: bits by
    purpose, where the chunk says so.
    """

    size: int
    frames: int | None = None
    knots: int | None = None
    method: str = ""
    bits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a codec's chunks say without its model.

    knots: of all chunks, those on seams once. budget: bytes of the chunks by purpose; they sum to
    the bodies. settings: what the header says, as (name, words).
    """

    chunks: tuple[ChunkFacts, ...]
    budget: Mapping[str, int]
    knots: int = 0
    local_dims: int = 0
    global_dims: int = 0
    grid: GridFacts | None = None
    settings: tuple[tuple[str, str], ...] = ()


class Codec(Protocol):
    """One way of coding sequences, under a permanent id.

    id: lower-case letters, digits and `-`; never given to other bytes. continuous: whether files
    decode at any instant of their span. Settings: the record that `encoder` takes.
    """

    id: ClassVar[str]
    continuous: ClassVar[bool]
    Settings: ClassVar[type[Settings]]

    def encoder(self, source: Source, outline: Outline, settings: Any) -> Encoder:
        """Begin to encode a source; raises InvalidInput, with advice, for what it cannot take."""
        ...

    def fixed(self, source: Source, outline: Outline, settings: Any) -> Any:
        """Settings that mean for each part of a source what these mean for the whole of it."""
        ...

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> Decoder:
        """Begin to decode a file.

        Raises CorruptFile, ModelMissing or UnsupportedVersion; its decoder raises LimitExceeded for
        a chunk that would take more than `memlimit` bytes, where `memory` cannot tell beforehand.
        """
        ...

    def memory(self, header: Header) -> int:
        """The most bytes that decoding a chunk allocates; known before any of it is read."""
        ...

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """What the file says; reads neither the model nor the entropy-coded streams."""
        ...
