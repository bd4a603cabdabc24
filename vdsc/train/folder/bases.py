"""Which directions the latents of a folder's model begin as: channels, joints, or the whole body.

Principal components of all channels need few numbers where sequences are many and alike. Of few
sequences they find what new ones do not have, and components of each joint are better.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vdsc.core.types import Floats
from vdsc.model.channel_layout import FOUR, FOURS
from vdsc.model.frame_decoder import LinearDecoder
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.tpp import inverse_softplus

JOINT = 3
"""Channels of a joint or of a place in space, where they come in threes."""

CELL = 0.15
"""Network units of a value's cell at the start."""

SMALLEST = 0.01
"""Network units that a direction must move to be a latent."""


def ways(kinds: Sequence[str]) -> dict[str, list[list[int]]]:
    """Names of bases, and the channels that each of them takes together."""
    alone, whole = [[at] for at in range(len(kinds))], [list(range(len(kinds)))]
    return {"channels": alone, "joints": joints(kinds), "whole frames": whole}


def joints(kinds: Sequence[str]) -> list[list[int]]:
    """Channels next to each other of one kind: quaternions in fours, others in threes if so."""
    out: list[list[int]] = []
    for kind, run in groupby(enumerate(kinds), key=lambda pair: pair[1]):
        own = [at for at, _ in run]
        size = FOUR if kind in FOURS else JOINT if len(own) % JOINT == 0 else 1
        out += [own[i : i + size] for i in range(0, len(own), size)]
    return out


def axes_of(clips: Sequence[NDArray[Any]], parts: Sequence[Sequence[int]]) -> Floats:
    """Principal components (C, L) of each part of the channels, those that move, largest first."""
    frames = np.concatenate(clips).astype(np.float64)
    axes = np.zeros((frames.shape[1], frames.shape[1]))
    for part in parts:
        covariance = np.atleast_2d(np.cov(frames[:, part].T))
        axes[np.ix_(part, part)] = np.linalg.eigh(covariance)[1]
    size = (frames @ axes).std(0)
    order = np.argsort(-size, kind="stable")
    found: Floats = axes[:, order[: max(1, int((size > SMALLEST).sum()))]]
    return found


def start(model: LatentSDE, clips: Sequence[NDArray[Any]], axes: Floats) -> None:
    """Set the linear paths to the axes (C, L): latents are whitened readings along them.

    The decoder's linear path puts them back, and nu is what an OU process fitted to each would
    have: the untrained network is a linear codec.
    """
    frames = np.concatenate(clips).astype(np.float64)
    scale = np.maximum((frames @ axes).std(0), 1e-2)
    steps = np.concatenate([np.diff(clip @ axes / scale, axis=0) for clip in clips])
    nu = np.sqrt(np.maximum((steps**2).mean(0), 1e-6) * model.config.fps)
    middle, reading = frames.mean(0), (axes / scale).T
    decoder, skip = model.decoder, model.encoder.skip
    assert isinstance(decoder, LinearDecoder)
    assert skip is not None
    with torch.no_grad():
        decoder.linear.weight.copy_(torch.from_numpy(axes * scale))
        decoder.linear.bias.copy_(torch.from_numpy(middle))
        skip.weight.copy_(torch.from_numpy(reading))
        skip.bias.copy_(torch.from_numpy(-reading @ middle))
        model.posterior.raw_nu.copy_(inverse_softplus(torch.from_numpy(np.maximum(nu / 2, 2e-3))))
        model.log_cell.copy_(torch.from_numpy(np.log(CELL / np.maximum(scale, CELL))))
        model.posterior.pull.bias.fill_(2.0)
        model.posterior.spread.fill_(-4.0)
