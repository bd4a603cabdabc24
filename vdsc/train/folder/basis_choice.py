"""Which basis the latents of a folder's model begin as: the one that codes new sequences best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from vdsc.model.latent_sde import LatentSDE
from vdsc.model.network_frames import ChannelFrames
from vdsc.model.path_model import PathModel
from vdsc.train import checkpoint
from vdsc.train.densities import usual_width
from vdsc.train.folder import bases, sizes

DENSITY, COARSE = 0.25, 0.8
"""The place on the curve at which bases are compared."""

LEARNED, TRIED = 2000, 800
"""Frames, about, that tables are fitted on, and that are coded."""

SLOPE = 0.7
"""So many shares of bytes are worth one share of error, about."""

Seen = NDArray[np.float32]


def best_basis(clips: Sequence[Seen], kinds: Sequence[str], fps: float) -> str:
    """The name of the basis that codes new clips best.

    Every second clip (T, C), in network units, gives the axes and the tables; some of the others
    are coded with them, as files are.
    """
    ways = bases.ways(kinds)
    odd, even = halves(clips)
    cost = {name: basis_cost(odd, even, parts, fps) for name, parts in ways.items()}
    return min(cost, key=lambda one: cost[one])


def halves(clips: Sequence[Seen]) -> tuple[Sequence[Seen], Sequence[Seen]]:
    """Every second clip, and the others; a single one is both."""
    return (clips[::2], clips[1::2]) if len(clips) > 1 else (clips, clips)


def basis_cost(
    learned: Sequence[Seen], tried: Sequence[Seen], parts: Sequence[Sequence[int]], fps: float
) -> float:
    """The same of networks that start as principal components of parts of the channels."""
    axes = bases.axes_of(learned, parts)
    torch.manual_seed(0)
    net = LatentSDE(replace(sizes.config_of(learned, axes.shape[1], fps), memory=0))
    bases.start(net, learned, axes)
    return coded_cost(net, learned, tried)


def coded_cost(net: LatentSDE, learned: Sequence[Seen], tried: Sequence[Seen]) -> float:
    """The logarithm of bits and error, weighed, of clips that tables of others, or a law, code."""
    zeros = np.zeros(net.config.frame, np.float32)
    model = PathModel(net, ChannelFrames(zeros, zeros + 1))
    old, new = (_traced(model, some(c, n)) for c, n in ((learned, LEARNED), (tried, TRIED)))
    made = checkpoint.fit_tables(net, [t.seen for t in old], [old], 1, (DENSITY,))
    coarse = round(256 * COARSE * usual_width(DENSITY))
    bits, error = checkpoint.measure(model, made, new, coarse, 0)
    return math.log(max(bits, 1e-9)) + SLOPE * math.log(max(error, 1e-9))


def _traced(model: PathModel, clips: Sequence[Seen]) -> list[checkpoint.CodedSequence]:
    """Clips through the networks at the density at which bases are compared."""
    seen = [model.infer(clip, np.arange(len(clip)) / model.config.fps) for clip in clips]
    return [checkpoint.trace(model, one, DENSITY) for one in seen]


def some(clips: Sequence[Seen], frames: int) -> list[Seen]:
    """So many clips, evenly taken from all, that they hold about that many frames."""
    share = min(1.0, frames / sum(map(len, clips)))
    out: list[Seen] = []
    count = 0.0
    for clip in clips:
        count += len(clip) * share
        if count >= len(clip) / 2:
            out.append(clip[: max(frames, 2)])
            count -= len(clip)
    return out or [clips[0][: max(frames, 2)]]
