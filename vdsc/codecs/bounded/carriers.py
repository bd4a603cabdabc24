"""What carries the whole numbers of a bounded file: a base's path and corrections, or nothing."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Protocol

import numpy as np

from vdsc.codecs import registry
from vdsc.codecs.base import Encoder
from vdsc.codecs.bounded.bounded_params import BEHIND, EXACT, BoundedParams
from vdsc.codecs.bounded.patches import Patches
from vdsc.codecs.bounded.promise import Promise
from vdsc.codecs.bounded.taught import Taught
from vdsc.codecs.corrections import Corrections
from vdsc.container import varint
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.io.source import Source


@dataclass(frozen=True, eq=False)
class Carried:
    """A chunk: the frames (n, C) that it decodes to, patches, what carries it, and the rest."""

    first: int
    made: Values
    patches: Patches
    inner: bytes
    rest: bytes


class Carrier(Protocol):
    """Encodes the chunks of one sequence in order."""

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """See `codecs.base.Encoder`."""
        ...

    def encode(self, frames: Values) -> Carried:
        """Encode the frames (n, ...) of the next span."""
        ...

    def params(self) -> BoundedParams:
        """What the header says; asked after the first chunk."""
        ...

    def words(self) -> str:
        """How it was coded, for people."""
        ...

    def learned(self) -> Taught:
        """See `codecs.base.Encoder`."""
        ...

    def begin_with(self, learned: Taught | None, *, fresh: bool) -> None:
        """See `codecs.base.Encoder`."""
        ...


class WholeNumbers:
    """No base: whole numbers of steps, coded by the lossless codec, or as corrections of 0.

    The first chunk decides.
    """

    def __init__(self, source: Source, outline: Outline, promise: Promise) -> None:
        self._promise = promise
        self._settled = False  # whether the first chunk need not decide
        self._corrections: Corrections | None = None
        if promise.width == 1:
            self._corrections = Corrections(outline.shape[1:])
        self._source, self._outline, self._next = source, outline, 0
        self._carry_by(promise.width)

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """See `codecs.base.Encoder`."""
        return self._inner.spans

    def encode(self, frames: Values) -> Carried:
        """Encode the frames (n, ...) of the next span."""
        flat = frames.reshape(len(frames), -1)
        path = np.zeros(flat.shape)
        promise, first = self._promise, self.spans[self._next][0]
        self._next += 1
        found, made, patches = promise.corrected(flat, path)
        inner = rest = b""
        if self._corrections is not None:
            rest = self._corrections.to_bytes(found)
        if self._corrections is None or (not first and not self._settled):
            inner = self._inner.encode(found.astype(self._dtype).reshape(frames.shape)).body
            if self._corrections is not None and len(rest) < len(inner):
                inner = b""
            else:
                self._corrections, rest = None, b""
        return Carried(first, made, patches, inner, rest)

    def _carry_by(self, width: int) -> None:
        """Take integers of so many bytes."""
        self._dtype = np.dtype(f"i{width}")
        codec = registry.codec_to_write(EXACT)
        whole = replace(self._outline, dtype=self._dtype.newbyteorder("<"))
        self._inner: Encoder = codec.encoder(self._source, whole, codec.Settings())

    def learned(self) -> Taught:
        """The laws of what carried the numbers."""
        if self._corrections is not None:
            return Taught("none", 0, self._corrections)
        return Taught("none", self._dtype.itemsize, inner=self._inner.learned())

    def begin_with(self, learned: Taught | None, *, fresh: bool) -> None:
        """Begin as another sequence ended, carried as it was, if its integers are large enough."""
        if learned is None:
            self._inner.begin_with(None)
        elif not learned.width and self._corrections is not None:
            self._settled = True
            if not fresh:
                self._corrections = copy.deepcopy(learned.corrections)
        elif learned.width >= self._promise.width:
            self._carry_by(learned.width)
            self._inner.begin_with(learned.inner, fresh=fresh)
            self._corrections, self._settled = None, True

    def params(self) -> BoundedParams:
        """What the header says."""
        if self._corrections is not None:
            return BoundedParams("none")
        following = len(self._promise.followers.each)
        return BoundedParams("none", self._dtype.itemsize, following, self._inner.header().model)

    def words(self) -> str:
        """How whole numbers were coded."""
        return f"whole steps by {self._inner.words() if self._corrections is None else 'size'}"


class OnPath:
    """The path of a base, and corrections."""

    def __init__(
        self, source: Source, outline: Outline, promise: Promise, base: str, settings: Any
    ) -> None:
        self._promise, self._base = promise, base
        codec = registry.codec_to_write(base)
        reals = replace(outline, dtype=np.dtype("<f8"))
        self._inner: Encoder = codec.encoder(promise.reals(source), reals, settings)
        self._channels = prod(outline.shape[1:])
        self._corrections = Corrections(outline.shape[1:])
        self._next = 0

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """See `codecs.base.Encoder`."""
        return self._inner.spans

    def encode(self, frames: Values) -> Carried:
        """Encode the frames (n, ...) of the next span."""
        begin, _ = self.spans[self._next]
        self._next += 1
        flat = frames.reshape(len(frames), -1)
        coded = self._inner.encode(self._promise.grid.reals(flat).reshape(frames.shape))
        path = coded.decoded.reshape(len(coded.decoded), -1)
        wanted = flat[coded.first - begin :][: len(path)]
        found, made, patches = self._promise.corrected(wanted, path)
        rest = varint.put(len(found)) if self._base == BEHIND else b""
        rest += self._corrections.to_bytes(found)
        return Carried(coded.first, made, patches, coded.body, rest)

    def params(self) -> BoundedParams:
        """What the header says."""
        header = self._inner.header()
        return BoundedParams(self._base, model=header.model, own=dict(header.params))

    def learned(self) -> Taught:
        """The laws of the base, and of the corrections."""
        return Taught(self._base, 0, self._corrections, self._inner.learned())

    def begin_with(self, learned: Taught | None, *, fresh: bool) -> None:
        """Begin as another sequence on this base ended."""
        if learned is None or learned.base != self._base:
            self._inner.begin_with(None)
            return
        if learned.corrections is not None and not fresh:
            self._corrections = copy.deepcopy(learned.corrections)
        self._inner.begin_with(learned.inner, fresh=fresh)

    def words(self) -> str:
        """The base's own words."""
        return self._inner.words()
