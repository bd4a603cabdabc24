"""What a context network learns from: latents of coded examples, and what is seen around them."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor, nn

from vdsc.codecs.field.context_network import ContextNetwork
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_facts import FieldFacts
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_settings import FieldSettings
from vdsc.codecs.field.first_network import latents_under, rounded
from vdsc.codecs.field.network_fitting import samples_of
from vdsc.codecs.field.pyramid import Pyramid
from vdsc.core.sequence import Clock, Outline
from vdsc.core.types import Floats, Ints, Values
from vdsc.io.source import array_source
from vdsc.model import field_network

EVEN = 0.5
"""By what power of how many latents are not 0 an example counts less."""


MOST = (1 << 15) - 1
ONE = Clock(rate=Fraction(1))


def chunk_of(values: Values, blocks: tuple[int, ...], quality: int) -> FieldChunk:
    """An example as the only chunk of a file, of blocks along so many axes."""
    outline = Outline(values.shape, values.dtype, ONE)
    layout = FieldLayout.of(outline)
    facts = FieldFacts.of(array_source(values, exact=True), [(0, len(values))])
    apart = len(layout.waves(apart=False)) > len(blocks)
    sizes = layout.blocks(layout.spread(blocks, apart=apart))
    params = facts.params(facts.step(quality), sizes)
    return FieldChunk(layout, params, len(values))


class Lessons:
    """Samples of latents: inputs (n, inputs), latents (n,) and what each stands for (n,)."""

    def __init__(self) -> None:
        self._parts: list[tuple[Tensor, Tensor, Tensor]] = []
        self._whole: tuple[Tensor, Tensor, Tensor] | None = None

    def add(
        self,
        values: Values,
        blocks: tuple[int, ...],
        quality: int,
        known: ContextNetwork | None,
        most: int,
        rng: np.random.Generator,
    ) -> None:
        """Code an example with a network, or by rounding; take about so many samples at most."""
        chunk = chunk_of(values, blocks, quality)
        params = chunk.params
        wanted = chunk.latents(values)
        if known is None:
            latents = [rounded(part) for part in wanted]
        else:
            latents = latents_under(chunk, wanted, FieldSettings().price, known, params.stated)
        self.keep(chunk.pyramid, latents, params.stated, most, rng)

    def keep(
        self,
        pyramid: Pyramid,
        latents: list[Ints],
        stated: int,
        most: int,
        rng: np.random.Generator,
        hints: Floats | None = None,
    ) -> None:
        """Take about so many samples, at most, of the latents of each level of a pyramid."""
        count = sum(part.size for part in latents)
        some = sum(int(np.count_nonzero(part)) for part in latents)
        share = min(1.0, most / count)
        seed = int(rng.integers(1 << 31))
        found = samples_of(pyramid, latents, stated, share, seed, hints)
        weights = found.weights * ((some + 1) / count) ** -EVEN
        self._parts.append(
            (
                torch.from_numpy(found.inputs.astype(np.float16)),
                torch.from_numpy(np.clip(found.latents, -MOST, MOST).astype(np.int16)),
                torch.from_numpy(weights.astype(np.float32)),
            )
        )

    def close(self) -> None:
        """All samples together: nothing is added any more."""
        inputs, latents, weights = zip(*self._parts, strict=True)
        self._whole = torch.cat(inputs), torch.cat(latents), torch.cat(weights)
        self._parts = []

    def some(self, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """So many random samples."""
        assert self._whole is not None
        inputs, latents, weights = self._whole
        which = torch.from_numpy(rng.integers(0, len(latents), count))
        return inputs[which].float(), latents[which].long(), weights[which]


def learned_once(
    net: nn.Sequential,
    adam: torch.optim.Adam,
    lessons: Lessons,
    batch: int,
    rate: float,
    rng: np.random.Generator,
) -> float:
    """Bits a latent of so many random samples, before a step of Adam against them."""
    inputs, latents, weights = lessons.some(batch, rng)
    for group in adam.param_groups:
        group["lr"] = rate
    nats = field_network.nats(net(inputs), latents)
    loss = (nats * weights).sum() / weights.sum()
    adam.zero_grad(set_to_none=True)
    loss.backward()
    adam.step()
    return float(loss.detach()) / math.log(2)
