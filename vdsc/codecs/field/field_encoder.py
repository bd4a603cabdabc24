"""From frames to chunks: latents, a network for them, and of each latent what is worth its bits.

frames -pyramid-> real latents -rounded-> a network fitted -chosen-> latents -fitted again-> body
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log2, prod

import numpy as np

from vdsc.codecs.base import Coded, Group
from vdsc.codecs.field import network_bytes
from vdsc.codecs.field.base_encoder import BaseEncoder
from vdsc.codecs.field.base_layer import BaseLayer
from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import COARSEST, FARTHEST, FINEST, ID, VALUES, FieldParams
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.latent_code import LatentCode
from vdsc.codecs.field.network_fitting import network_of
from vdsc.codecs.field.rate_choice import chosen
from vdsc.codecs.windows import apart
from vdsc.container import Header
from vdsc.core.sequence import Outline
from vdsc.core.threads import one_thread
from vdsc.core.types import Floats, Ints, Values
from vdsc.entropy import BitStack
from vdsc.entropy.tape import WritingTape
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.io.check import check_finite
from vdsc.io.source import Source

TOO_FAR = "values are too large for such fine steps; lower --quality"
DEAD = 0.62
"""Latents below so many steps are 0 before a network is there to choose."""


class FieldEncoder:
    """Encodes one sequence; see `codecs.base.Encoder`."""

    def __init__(self, source: Source, outline: Outline, settings: FieldSettings) -> None:
        self._outline, self._settings, self._layout = outline, settings, FieldLayout.of(outline)
        most = max(1, VALUES // prod(outline.shape[1:]))
        self._spans = list(apart(outline.frames, most))
        blocks = self._layout.blocks(settings.blocks)
        facts = _Facts.of(source, self._spans)
        step = settings.step or facts.step(settings.quality)
        eighths = int(np.clip(round(8 * log2(step)), FINEST, COARSEST))
        params = FieldParams(eighths, 0, blocks)
        if facts.largest >= FARTHEST * params.unit:
            raise InvalidInput(TOO_FAR)
        self._params = replace(params, origin=round(facts.mean / params.unit))
        self._base = None
        if settings.model:  # what is left of a tile is as often above 0 as below
            layer = BaseLayer.by_name(settings.model, self._layout)
            self._params = replace(self._params, origin=0, model=layer.key)
            self._base = BaseEncoder(layer, settings.base, self._params.unit, settings.price)
        self._network: ContextNetwork | None = None
        self._done = 0

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """First and one-past-last frame of each chunk."""
        return self._spans

    @property
    def groups(self) -> tuple[Group, ...]:
        """Pixels, or all values together: nothing is known of their units."""
        pixels = self._outline.dtype == np.uint8
        return (Group("pixels", "dB", pixels=True) if pixels else Group("values", ""),)

    def encode(self, frames: Values) -> Coded:
        """Encode the next chunk's frames (n, ...); raises InvalidInput."""
        begin = self._spans[self._done][0]
        chunk = FieldChunk(self._layout, self._params, len(frames))
        base, tape = None, WritingTape()
        try:
            with one_thread():
                if self._base is not None:
                    base = self._base.coded(tape, frames.reshape(chunk.shape))
                body, latents = self._body(chunk, chunk.latents(frames, base), tape)
                decoded = chunk.values(latents, self._outline.dtype, base)
        except CorruptFile:  # what a decoder would say of it
            raise InvalidInput(TOO_FAR) from None
        self._done += 1
        return Coded(body, decoded.reshape(frames.shape), begin)

    def _body(
        self, chunk: FieldChunk, wanted: list[Floats], tape: WritingTape
    ) -> tuple[bytes, list[Ints]]:
        """The bytes of a chunk, whose tape has the base already, and its latents."""
        head = network_bytes.KNOWN
        if self._network is None:
            layers = self._fitted(chunk, [_rounded(part) for part in wanted], None)
            known, _ = network_bytes.unpack(network_bytes.pack(layers), 0)
            latents = self._chosen(chunk, known, wanted)
            packed = network_bytes.pack(self._fitted(chunk, latents, layers))
            self._network, _ = network_bytes.unpack(packed, 0)
            head = network_bytes.OWN + packed
        latents = self._chosen(chunk, self._network, wanted)
        stack = BitStack()
        LatentCode(chunk.pyramid, self._network, self._params.offset).code(tape, latents)
        tape.push(stack)
        return head + stack.to_bytes(), latents

    def _fitted(
        self, chunk: FieldChunk, latents: list[Ints], start: list[Floats] | None
    ) -> list[Floats]:
        """Layers of a network for latents."""
        options = {"offset": self._params.offset, "effort": self._settings.effort}
        return network_of(chunk.pyramid, latents, start=start, **options)

    def _chosen(
        self, chunk: FieldChunk, network: ContextNetwork, wanted: list[Floats]
    ) -> list[Ints]:
        code = LatentCode(chunk.pyramid, network, self._params.offset)
        return chosen(code, wanted, self._settings.price, self._params.shrink)

    def header(self) -> Header:
        """What the file says of itself."""
        return Header(ID, None, self._outline, self._params.to_header(), len(self._spans))

    def words(self) -> str:
        """The codec, its blocks and its base."""
        base = f" on {self._settings.model}" if self._base is not None else ""
        return f"{ID}{base}, blocks of {' x '.join(map(str, self._params.blocks))}"

    def learned(self) -> ContextNetwork | None:
        """The network."""
        return self._network

    def begin_with(self, learned: ContextNetwork | None, *, fresh: bool = False) -> None:
        """Begin with the network of another sequence."""
        if learned is not None and not fresh:
            self._network = learned


@dataclass(frozen=True, slots=True)
class _Facts:
    """What all frames say: their mean, their spread around it (1 if none), the largest size."""

    mean: float
    spread: float
    largest: float

    def step(self, quality: int) -> float:
        """The step that a quality means."""
        return float(self.spread * 2.0 ** ((30 - quality) / 10))

    @classmethod
    def of(cls, source: Source, spans: list[tuple[int, int]]) -> _Facts:
        """Look at all frames once; raises InvalidInput for what is no finite number."""
        count, total, square, largest = 0, 0.0, 0.0, 0.0
        for begin, end in spans:
            frames = source.read(begin, end)
            check_finite(frames, source.name, begin)
            values = frames.astype(np.float64)
            with np.errstate(over="ignore", invalid="ignore"):
                total += float(values.sum())
                square += float(np.square(values).sum())
            count, largest = count + values.size, max(largest, float(np.abs(values).max()))
        if not np.isfinite(square):
            words = "has values near the limit of its type; use --lossless"
            raise InvalidInput(f"{source.name} {words}")
        mean = total / count
        spread = max(square / count - mean * mean, 0.0) ** 0.5
        return cls(mean, spread or largest or 1.0, largest)


def step_of(source: Source, settings: FieldSettings) -> float:
    """The step that a quality means for a source; raises InvalidInput."""
    most = max(1, VALUES // prod(source.shape[1:]))
    return _Facts.of(source, list(apart(source.shape[0], most))).step(settings.quality)


def _rounded(real: Floats) -> Ints:
    size = np.abs(real)
    whole = np.where(size < DEAD, 0, np.floor(size + 0.4))
    return (np.sign(real) * whole).astype(np.int64)
