"""The linear codec behind the one contract of all codecs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from vdsc.codecs import windows
from vdsc.codecs.base import ChunkFacts, Facts
from vdsc.codecs.linear.linear_params import ID, LinearParams
from vdsc.codecs.linear.linear_settings import LinearSettings
from vdsc.codecs.linear.whole_turns import Turns
from vdsc.container import Header
from vdsc.core import memory
from vdsc.core.sequence import Outline
from vdsc.io.source import Source

if TYPE_CHECKING:
    from vdsc.codecs.linear.linear_decoder import LinearFileDecoder
    from vdsc.codecs.linear.linear_encoder import LinearEncoder

COPIES = 12
"""Numbers of 8 bytes that each value of a chunk takes while it is decoded."""

ROW = 1 << 11
"""Bytes that each channel takes while a row of its coefficients is decoded."""

LAWS = 16 << 20
"""Bytes of the laws and of what is made at once."""


class LinearCodec:
    """See `codecs.base.Codec`."""

    id: ClassVar[str] = ID
    continuous: ClassVar[bool] = True
    Settings: ClassVar[type[LinearSettings]] = LinearSettings

    def encoder(self, source: Source, outline: Outline, settings: LinearSettings) -> LinearEncoder:
        """Begin to encode a source of finite numbers; raises InvalidInput."""
        from vdsc.codecs.linear.linear_encoder import LinearEncoder

        return LinearEncoder(source, outline, settings)

    def fixed(self, source: Source, outline: Outline, settings: LinearSettings) -> LinearSettings:
        """The steps that a quality means for the whole sequence."""
        from vdsc.codecs.linear.linear_encoder import steps_of

        return settings if settings.steps else replace(settings, steps=steps_of(source, settings))

    def decoder(self, header: Header, *, memlimit: int = memory.DEFAULT) -> LinearFileDecoder:
        """Begin to decode a file; raises CorruptFile or UnsupportedVersion."""
        from vdsc.codecs.linear.linear_decoder import LinearFileDecoder

        return LinearFileDecoder(header)

    def memory(self, header: Header) -> int:
        """Bytes for the coefficients of a chunk and for some frames."""
        frames, channels = header.outline.frames, prod(header.outline.shape[1:])
        chunk = min(frames, -(-frames // header.chunks) + 1)
        return LAWS + channels * (ROW + chunk * 8 * COPIES)

    def describe(self, header: Header, bodies: Iterable[bytes]) -> Facts:
        """Bytes of turns and of what is left; how many knots there are only the coder knows."""
        params = LinearParams.from_header(header)
        frames, channels = header.outline.frames, prod(header.outline.shape[1:])
        chunks, spent = [], 0
        before = np.zeros(channels, dtype=np.int64)
        for (begin, end), body in zip(windows.divide(frames, header.chunks), bodies, strict=True):
            chunks.append(ChunkFacts(len(body), frames=end - begin))
            if params.turns:
                spent += Turns.read(body, end - begin, before)[1]
        words = (("step", f"{2 ** (params.step / 4):.4g}"),)
        rest = sum(one.size for one in chunks) - spent
        turns = {"turns": spent} if params.turns else {}
        return Facts(tuple(chunks), {**turns, "knots and coefficients": rest}, settings=words)
