"""From networks trained for bits-back to a checkpoint folder: the prior of the knots, a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.model import Model
from vdsc.codecs.lossless.bitsback.observation.logistic_mixture import unit_pixels
from vdsc.codecs.lossless.bitsback.window import Window
from vdsc.entropy import BitStack, TransitionTables
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.store import BITSBACK
from vdsc.train import fit_tables
from vdsc.train.bitsback.bitsback_config import BitsbackConfig
from vdsc.train.bitsback.training_pool import ClipPool
from vdsc.train.checkpoint import weights_of
from vdsc.train.checkpoint_folder import write_folder

CLIPS = 24
"""Training clips that the prior is fitted on."""

DENSITIES = (None, 255, 192, 128, 64, 0)
"""Densities of the knots that it is fitted on; None: a knot at every frame."""

LARGE = 4096
"""Numbers of a matrix from which on it is large."""

NOISE = 1 << 16
"""Random bytes that the posterior's samples are drawn from."""


def export(net: LatentSDE, pool: ClipPool, config: BitsbackConfig, out: Path) -> None:
    """Write the checkpoint folder `out`, whose prior is fitted on samples of the posterior."""
    weights = weights_of(net)
    if config.half:
        weights = halved(weights)
    made = Model(net.config.as_dict(), weights)
    numbers = np.linspace(0, pool.count - 1, min(CLIPS, pool.count)).astype(int)
    tables = prior(made, [pool.clip(int(number)) for number in numbers])
    settings = {
        "name": config.name,
        "kind": BITSBACK,
        "net": net.config.as_dict(),
        "frames": {"kind": "pixels"},
        "chunk": config.chunk,
        "card": {"domain": config.domain, **config.card},
    }
    write_folder(out, settings, weights, tables.to_arrays())


def halved(weights: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.floating]]:
    """The same weights, those of large matrices rounded to float16."""
    return {k: v.astype(np.float16) if v.size >= LARGE else v for k, v in weights.items()}


def prior(
    model: Model, clips: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]
) -> TransitionTables:
    """The frozen transition of knot values, fitted on knots as coding pops them."""
    seen = [model.twin.see(unit_pixels(clip)) for clip in clips]
    still = np.array(model.twin.still)
    dense, paths = [], []
    for density in DENSITIES:
        window = Window(model, LatentPlan(density, 2, frozen=False))
        for number, one in enumerate(seen):
            noise = np.random.default_rng([3, number]).integers(1, 256, NOISE).astype(np.uint8)
            latent = window.pop_posterior(BitStack.from_bytes(noise.tobytes()), one)
            z = window.grid.value(latent.cells) / 65536
            paths.append(fit_tables.KnotPath(latent.knots, z, latent.cells, window.grid))
            if density is None:
                dense.append(z)
    lags = max(1, model.twin.gaps.longest)
    return fit_tables.fit(dense, paths, lags, still)
