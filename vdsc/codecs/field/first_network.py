"""With which network a sequence begins: of four ways, the one that costs the least.

    a checkpoint's      nothing of it is sent
    an adapted one      the checkpoint's with a last layer that is fitted and sent
    its own             all of it fitted and sent
    none                what lies beneath is all there is

The cost is the squared error, in steps, and `price` times the bits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from vdsc.codecs.field import network_bytes
from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.latent_code import LatentCode
from vdsc.codecs.field.network_fitting import adapted_to, network_of
from vdsc.codecs.field.rate_choice import chosen
from vdsc.core.types import Floats, Ints
from vdsc.entropy.tape import WritingTape

DEAD = 0.62
"""Latents below so many steps are 0 before a network is there to choose."""

BOTH = 5
"""The effort from which on a network of the sequence's own is tried beside a checkpoint's."""

SPENT = 8
"""Bits that a latent which is not 0 takes at least, where few are not."""

FEW, LAST, MANY = 4, 90, 500
"""Bytes that must be worth their price for latents to be tried under a network that is known; and
those of a last layer, and of a network of the sequence's own, about."""

REFERRED = 23
"""Bytes of a header that say which checkpoint's network is meant, about."""

WORTH = 3
"""One of its own is tried where latents take so many times its bytes: it saves no third of them."""

Latents = list[Ints]


@dataclass(frozen=True, eq=False)
class CodedChunk:
    """A chunk, coded with a network.

    network: that network, or None. head: what says which it is, its own bytes included. latents:
    (blocks, K) of each level. tape: them, and what lies beneath.
    """

    network: ContextNetwork | None
    head: bytes
    latents: Latents
    tape: WritingTape

    @cached_property
    def stream(self) -> bytes:
        """The bytes of the tape."""
        return self.tape.stream()

    @property
    def body(self) -> bytes:
        """The bytes of the chunk."""
        return self.head + self.stream

    @property
    def referred(self) -> int:
        """Bytes of a header that say whose network this is."""
        return 0 if self.network is None or self.network.own else REFERRED

    def cost(self, chunk: FieldChunk, wanted: list[Floats], price: float) -> float:
        """Squared error against wanted latents, and the price of all bits."""
        return chunk.error(self.latents, wanted) + price * 8 * len(self.body)


def first(
    chunk: FieldChunk,
    wanted: list[Floats],
    settings: FieldSettings,
    known: ContextNetwork | None,
) -> CodedChunk:
    """The first chunk; raises InvalidInput for too fine steps.

    known: the network of a checkpoint, where one fits.
    """
    tried: list[CodedChunk] = []

    def cost(one: CodedChunk) -> float:
        return one.cost(chunk, wanted, settings.price) + settings.price * 8 * one.referred

    if chunk.base is not None:
        tried.append(bare(chunk))
        least = FEW + REFERRED if known else MANY
        if _to_gain(wanted, settings.price) < settings.price * 8 * least:
            return tried[0]
    if known is not None:
        plain = coded(chunk, wanted, settings.price, known, chunk.params.stated)
        latents = len(plain.stream) - sum(len(one.stream) for one in tried)
        tried.append(plain)
        if settings.effort < BOTH or latents < LAST:
            return min(tried, key=cost)
        tried.append(_adapted(chunk, wanted, settings, plain.latents, known))
        if latents < WORTH * MANY:
            return min(tried, key=cost)
    tried.append(_own(chunk, wanted, settings))
    return min(tried, key=cost)


def bare(chunk: FieldChunk) -> CodedChunk:
    """With nothing but what lies beneath."""
    tape = WritingTape()
    assert chunk.base is not None
    chunk.base.write(tape)
    return CodedChunk(None, network_bytes.NONE, chunk.zeros(), tape)


def _to_gain(wanted: list[Floats], price: float) -> float:
    """What latents above are worth at most, in squared steps, where each takes several bits."""
    flat = np.concatenate([np.square(part).ravel() for part in wanted])
    return float(np.maximum(flat - SPENT * price, 0).sum())


def _adapted(
    chunk: FieldChunk,
    wanted: list[Floats],
    settings: FieldSettings,
    latents: Latents,
    known: ContextNetwork,
) -> CodedChunk:
    """With a last layer of the chunk's own."""
    stated = chunk.params.stated
    last = adapted_to(chunk.pyramid, latents, known, stated, settings.effort)
    packed = network_bytes.pack_last(last)
    network, _ = network_bytes.adapted(known, packed, 0)
    made = coded(chunk, wanted, settings.price, network, stated)
    return replace(made, head=network_bytes.ADAPTED + packed)


def _own(chunk: FieldChunk, wanted: list[Floats], settings: FieldSettings) -> CodedChunk:
    """With a network of the chunk's own."""
    layers = _fitted(chunk, [rounded(part) for part in wanted], settings, None)
    rough, _ = network_bytes.unpack(network_bytes.pack(layers), 0)
    latents = latents_under(chunk, wanted, settings.price, rough, 0)
    packed = network_bytes.pack(_fitted(chunk, latents, settings, layers))
    network, _ = network_bytes.unpack(packed, 0)
    made = coded(chunk, wanted, settings.price, network, 0)
    return replace(made, head=network_bytes.OWN + packed)


def coded(
    chunk: FieldChunk, wanted: list[Floats], price: float, network: ContextNetwork, stated: int
) -> CodedChunk:
    """A chunk under a network that is known."""
    tape = WritingTape()
    if chunk.base is not None:
        chunk.base.write(tape)
    code = LatentCode(chunk.pyramid, network, stated)
    latents = chosen(code, wanted, price, chunk.params.shrink, tape)
    return CodedChunk(network, network_bytes.KNOWN, latents, tape)


def latents_under(
    chunk: FieldChunk, wanted: list[Floats], price: float, network: ContextNetwork, stated: int
) -> Latents:
    """Latents that are worth their bits under a network."""
    code = LatentCode(chunk.pyramid, network, stated)
    return chosen(code, wanted, price, chunk.params.shrink)


def rounded(real: Floats) -> Ints:
    """Latents near real ones, those that are hardly worth their bits 0."""
    size = np.abs(real)
    whole = np.where(size < DEAD, 0, np.floor(size + 0.4))
    return (np.sign(real) * whole).astype(np.int64)


def _fitted(
    chunk: FieldChunk, latents: Latents, settings: FieldSettings, start: list[Floats] | None
) -> list[Floats]:
    return network_of(chunk.pyramid, latents, start=start, effort=settings.effort)
