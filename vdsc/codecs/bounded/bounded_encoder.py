"""From frames to chunks whose every value is within its bound.

    frames -base-> path -corrected-> whole numbers -Corrections-> body

Without a base the path is 0, and the lossless codec codes the whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vdsc.codecs.base import Coded, Group
from vdsc.codecs.bounded.base_choice import on_path
from vdsc.codecs.bounded.bounded_params import ID
from vdsc.codecs.bounded.bounded_settings import BoundedSettings
from vdsc.codecs.bounded.carriers import Carrier, WholeNumbers
from vdsc.codecs.bounded.promise import Promise
from vdsc.container import Header, varint
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.io.source import Source


class BoundedEncoder:
    """Encodes one sequence; see `codecs.base.Encoder`."""

    def __init__(self, outline: Outline, promise: Promise, carrier: Carrier) -> None:
        self._outline, self._carrier = outline, carrier
        self._head = promise.grid.to_bytes() + promise.followers.to_bytes()

    @classmethod
    def of(cls, source: Source, outline: Outline, settings: BoundedSettings) -> BoundedEncoder:
        """The encoder of what is asked for; raises InvalidInput."""
        promise = Promise.of(source, settings)
        if settings.base == "none":
            return cls(outline, promise, WholeNumbers(source, outline, promise))
        return cls(outline, promise, on_path(source, outline, promise, settings))

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """First and one-past-last frame of each chunk: those of the codec that is wrapped."""
        return self._carrier.spans

    @property
    def groups(self) -> tuple[Group, ...]:
        """All channels together: nothing is known of their units."""
        return (Group("values", ""),)

    def encode(self, frames: Values) -> Coded:
        """Encode the frames (n, ...) of the next span."""
        carried = self._carrier.encode(frames)
        body = self._head + carried.patches.to_bytes()
        body += varint.put(len(carried.inner)) + carried.inner + carried.rest
        self._head = b""
        decoded = carried.made.reshape(-1, *frames.shape[1:])
        return Coded(body, decoded, carried.first)

    def header(self) -> Header:
        """What the file says of itself."""
        params = self._carrier.params()
        chunks = len(self.spans)
        return Header(ID, params.model, self._outline, params.to_header(), chunks)

    def learned(self) -> Any:
        """What the carrier has learned."""
        return self._carrier.learned()

    def begin_with(self, learned: Any, *, fresh: bool = False) -> None:
        """Begin with what another sequence taught, if it was carried alike."""
        self._carrier.begin_with(learned, fresh=fresh)

    def words(self) -> str:
        """The codec and what it is built on."""
        return f"{ID}, {self._carrier.words()}"
