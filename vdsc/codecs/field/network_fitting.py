"""From latents to the context network that codes them well."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.field.context_network import PLACES, WEIGHT, ContextNetwork
from vdsc.codecs.field.latent_order import LatentOrder
from vdsc.codecs.field.pyramid import Pyramid
from vdsc.codecs.field.surroundings import (
    INPUTS,
    LatentView,
    Surroundings,
    hints_of,
    sizes,
)  # fmt: skip
from vdsc.core.types import Floats, Ints
from vdsc.model.field_network import Samples, fitted

MANY = 1 << 17
"""Samples, about, that a network is fitted to."""

RARELY = 8
"""Latents around which nothing is seen are samples so many times more rarely."""

_HIDDEN = (
    (50, (1, 1)), (300, (3, 3)), (3000, (6, 6)), (30_000, (10, 8)), (300_000, (16, 12)),
)  # fmt: skip
_WIDEST = (24, 16)
STEPS = (60, 100, 150, 200, 250, 300, 450, 700, 1000, 1500)
"""Steps of fitting by effort."""


def network_of(
    pyramid: Pyramid,
    latents: list[Ints],
    *,
    start: list[Floats] | None,
    effort: int,
) -> list[Floats]:
    """Layers of a network for latents (blocks, K) of each level; the wider, the more are not 0."""
    count = sum(part.size for part in latents)
    some = sum(int(np.count_nonzero(part)) for part in latents)
    hidden = next((pair for most, pair in _HIDDEN if some <= most), _WIDEST)
    if start is not None and start[0].shape[1] != hidden[0]:
        start = None
    return fitted(
        samples_of(pyramid, latents, 0, min(1.0, MANY / count)), hidden, start, STEPS[effort]
    )


def adapted_to(
    pyramid: Pyramid, latents: list[Ints], known: ContextNetwork, step: int, effort: int
) -> Floats:
    """The last layer of a known network, trained on latents (blocks, K) of each level."""
    count = sum(part.size for part in latents)
    samples = samples_of(pyramid, latents, step, min(1.0, MANY / count))
    start = [layer * 0.5**WEIGHT for layer in known.layers]
    hidden = start[0].shape[1], start[1].shape[1]
    return fitted(samples, hidden, start, STEPS[effort], last_only=True)[-1]


def samples_of(
    pyramid: Pyramid,
    latents: list[Ints],
    step: int,
    share: float,
    seed: int = 0,
    hints: Floats | None = None,
) -> Samples:
    """About so large a share of latents (blocks, K) of each level, and what is seen around them.

    hints: (blocks, m) Q10, what a network is told besides of the blocks of level 0.
    """
    rng = np.random.default_rng(seed)
    inputs, found, weights = [], [], []
    around: Surroundings | None = None
    for level in reversed(pyramid.levels):
        order = LatentOrder.of(level)
        around = Surroundings(level, order, step, around, hints_of(level, hints))
        for view in around.views():
            places = order.places[view.group.begin : view.group.end]
            own = latents[level.number][view.blocks[:, None], places]
            around.sizes[view.blocks, view.group.begin : view.group.end] = sizes(own)
            chance = _chances(view, share if not level.number else 1.0)
            i, j = np.nonzero(rng.random(own.shape) < chance)
            seen = (view.seen[i, j], view.stated[j], view.hints[i])
            inputs.append(np.concatenate(seen, axis=1) * 0.5**PLACES)
            found.append(own[i, j])
            weights.append(1 / chance[i, j])
    if not sum(part.size for part in found):  # a single value, which is a top
        wide = INPUTS + hints_of(pyramid.levels[0], hints).shape[1]
        return Samples(np.zeros((1, wide)), np.zeros(1, dtype=np.int64), np.ones(1))
    return Samples(np.concatenate(inputs), np.concatenate(found), np.concatenate(weights))


def _chances(view: LatentView, share: float) -> Floats:
    """How likely each latent (B, K) of a view is a sample."""
    seen = view.seen.any(axis=2)
    return np.minimum(np.where(seen, 4 * share, 4 * share / RARELY), 1)
