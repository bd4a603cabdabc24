"""The bounded codec behind the one contract of all codecs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, ClassVar

from vdsc.codecs import registry
from vdsc.codecs.base import ChunkFacts, Facts
from vdsc.codecs.bounded.bounded_params import ID, BoundedParams
from vdsc.codecs.bounded.bounded_settings import BoundedSettings
from vdsc.codecs.bounded.error_grid import ErrorGrid
from vdsc.codecs.bounded.followers import Followers
from vdsc.codecs.bounded.patches import Patches
from vdsc.container import Header, varint
from vdsc.core import memory
from vdsc.core.sequence import Outline
from vdsc.io.source import Source

if TYPE_CHECKING:
    from vdsc.codecs.bounded.bounded_decoder import BoundedFileDecoder
    from vdsc.codecs.bounded.bounded_encoder import BoundedEncoder

COPIES = 16
"""Numbers of 8 bytes that each value of a chunk takes while it is corrected."""

LAWS = 8 << 20
"""Bytes of the laws."""


class BoundedCodec:
    """See `codecs.base.Codec`."""

    id: ClassVar[str] = ID
    continuous: ClassVar[bool] = False
    Settings: ClassVar[type[BoundedSettings]] = BoundedSettings

    def encoder(
        self, source: Source, outline: Outline, settings: BoundedSettings
    ) -> BoundedEncoder:
        """Begin to encode a source of finite numbers; raises InvalidInput."""
        from vdsc.codecs.bounded.bounded_encoder import BoundedEncoder

        return BoundedEncoder.of(source, outline, settings)

    def fixed(self, source: Source, outline: Outline, settings: BoundedSettings) -> BoundedSettings:
        """What a share of each channel's range is in its own unit."""
        from vdsc.codecs.bounded.extremes import Extremes

        if not settings.share:
            return settings
        bounds = Extremes.of(source).bounds(source.shape[1:], settings)
        return replace(settings, max_error=tuple(bounds.tolist()))

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> BoundedFileDecoder:
        """Begin to decode a file; raises CorruptFile, ModelMissing or UnsupportedVersion."""
        from vdsc.codecs.bounded.bounded_decoder import BoundedFileDecoder

        return BoundedFileDecoder(header, memlimit)

    def memory(self, header: Header) -> int:
        """Bytes for what is wrapped, and for the corrections of a chunk."""
        params, frames = BoundedParams.from_header(header), header.outline.frames
        chunk = min(frames, -(-frames // header.chunks) + 1)
        own = LAWS + prod(header.outline.shape[1:]) * chunk * 8 * COPIES
        if params.alone:
            return own
        inner = params.inner(header)
        return registry.codec_of_file(inner.codec).memory(inner) + own

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """Bytes of steps and patches, of corrections, and of what is wrapped."""
        params = BoundedParams.from_header(header)
        parts = _Parts(header, params.followers)
        if params.alone:
            inner = [ChunkFacts(len(body)) for body in parts.split(bodies)]
            facts = Facts(tuple(inner), {})
        else:
            wrapped = params.inner(header)
            codec = registry.codec_of_file(wrapped.codec)
            facts = codec.describe(wrapped, parts.split(bodies))
        pairs = zip(facts.chunks, parts.sizes, strict=True)
        chunks = tuple(replace(one, size=size) for one, size in pairs)
        own = {"steps and patches": parts.head, "corrections": parts.rest}
        budget = {key: size for key, size in own.items() if size} | dict(facts.budget)
        words = (("base", params.base), ("step", parts.step), *facts.settings)
        return replace(facts, chunks=chunks, budget=budget, settings=words)


class _Parts:
    """The parts of bodies, counted while those of what is wrapped are read."""

    def __init__(self, header: Header, followers: int) -> None:
        self._outline, self._followers = header.outline, followers
        self.sizes: list[int] = []
        self.head = self.rest = 0
        self.step = ""

    def split(self, bodies: Iterable[bytes]) -> Iterator[bytes]:
        """What is wrapped of each body."""
        channels, dtype = prod(self._outline.shape[1:]), self._outline.dtype
        for body in bodies:
            at = 0
            if not self.sizes:
                grid, at = ErrorGrid.read(body, channels, dtype)
                _, at = Followers.read(body, at, self._followers, grid)
                steps = grid.steps
                low, high = f"{steps.min():.4g}", f"{steps.max():.4g}"
                self.step = low if low == high else f"{low} to {high}"
            _, at = Patches.read(body, at, self._outline.values, dtype)
            size, at = varint.get(body, at)
            self.sizes.append(len(body))
            self.head, self.rest = self.head + at, self.rest + len(body) - at - size
            yield body[at : at + size]
