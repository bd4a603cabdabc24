"""A file of codec `bounded` back to frames, at its own times."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterator
from math import prod

import numpy as np

from vdsc.codecs import registry
from vdsc.codecs.base import Decoder
from vdsc.codecs.bounded.bounded_params import BEHIND, BoundedParams, spans
from vdsc.codecs.bounded.error_grid import ErrorGrid
from vdsc.codecs.bounded.followers import Followers
from vdsc.codecs.bounded.patches import Patches
from vdsc.codecs.bounded.taught import Taught
from vdsc.codecs.corrections import Corrections
from vdsc.container import Header, varint
from vdsc.core.instants import Instants
from vdsc.core.types import Values
from vdsc.errors import CorruptFile


class BoundedFileDecoder:
    """Decodes a file's chunks in order; see `codecs.base.Decoder`."""

    def __init__(self, header: Header, memlimit: int) -> None:
        params, self._outline = BoundedParams.from_header(header), header.outline
        self._channels = prod(header.outline.shape[1:])
        self._base, self._width = params.base, params.width
        self._based, self._behind = params.base != "none", params.base == BEHIND
        self._due: deque[tuple[Patches, bytes, int]] = deque()
        self._ready: list[Values] = []
        self._inner: Decoder | None = None
        self._wanted, self._spans = Instants(header.outline, own=True), iter(spans(header.outline))
        if params.alone:
            if header.chunks != len(spans(header.outline)):
                raise CorruptFile(f"{header.chunks} chunks cannot hold the file's frames")
        else:
            inner = params.inner(header)
            self._inner = registry.codec_of_file(inner.codec).decoder(inner, memlimit=memlimit)
            self._wanted = Instants(inner.outline, own=True)
        self._corrections = Corrections(header.outline.shape[1:])
        self._grid: ErrorGrid | None = None
        self._followers, self._following = Followers(()), params.followers

    def decode(self, body: bytes, wanted: Instants) -> Iterator[Values]:
        """Frames (n, ...) of the next chunk: a bounded file has its own frames only."""
        dtype, at = self._outline.dtype, 0
        if self._grid is None:
            self._grid, at = ErrorGrid.read(body, self._channels, dtype)
            self._followers, at = Followers.read(body, at, self._following, self._grid)
        patches, at = Patches.read(body, at, self._outline.values, dtype)
        size, at = varint.get(body, at)
        inner, rest = body[at : at + size], body[at + size :]
        if not self._behind:
            yield self._patched(patches, self._made(self._grid, inner, rest))
            return
        count, at = varint.get(rest, 0)
        self._due.append((patches, rest[at:], count))
        assert self._inner is not None
        self._ready += self._inner.decode(inner, self._wanted)
        while self._due and (path := self._taken(self._due[0][2])) is not None:
            patches, rest, count = self._due.popleft()
            made = self._grid.values(path, self._corrections.from_bytes(rest, count))
            yield self._patched(patches, made)

    def learned(self) -> Taught:
        """The laws of what carried the numbers."""
        inner = None if self._inner is None else self._inner.learned()
        corrections = None if self._width else self._corrections
        return Taught(self._base, self._width, corrections, inner)

    def begin_with(self, learned: Taught | None) -> None:
        """Begin as another sequence ended, if it was carried alike."""
        alike = learned is not None and (learned.base, learned.width) == (self._base, self._width)
        if learned is not None and alike and learned.corrections is not None:
            self._corrections = copy.deepcopy(learned.corrections)
        if self._inner is not None:
            self._inner.begin_with(learned.inner if learned is not None and alike else None)

    def _taken(self, count: int) -> Values | None:
        """The next frames (count, C) of the path, if they are there."""
        parts = [part.reshape(-1, self._channels) for part in self._ready]
        if not count or sum(map(len, parts)) < count:
            return None
        path = np.concatenate(parts)
        self._ready = [path[count:]]
        taken: Values = path[:count]
        return taken

    def _patched(self, patches: Patches, made: Values) -> Values:
        """Frames (n, ...) of values (n, C) and patches of them."""
        if len(patches.places) and patches.places[-1] >= made.size:
            raise CorruptFile("a patch lies beyond its chunk; the file is damaged")
        patches.apply(made)
        return made.reshape(-1, *self._outline.shape[1:])

    def _made(self, grid: ErrorGrid, inner: bytes, rest: bytes) -> Values:
        """Values (n, C) but for the patches, from what is wrapped and the rest of a body."""
        if self._inner is None:
            if inner:
                raise CorruptFile("a chunk wraps what its file does not; it is damaged")
            begin, end = next(self._spans)
            numbers = self._corrections.from_bytes(rest, end - begin)
            return grid.values(np.zeros(numbers.shape), numbers)
        parts = self._inner.decode(inner, self._wanted)
        carried = np.concatenate([part.reshape(-1, self._channels) for part in parts])
        if self._based:
            return grid.values(carried, self._corrections.from_bytes(rest, len(carried)))
        if rest:
            raise CorruptFile("a chunk holds more than its numbers; the file is damaged")
        numbers = carried.astype(np.int64)
        return grid.values(self._followers.path(numbers, grid.steps), numbers)
