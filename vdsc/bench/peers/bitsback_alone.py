"""Bits-back by itself, so that what a clip costs given its latents can be told apart.

The paper's observation model (pixels independent given the frame) against ours (sprites told
once); the stack alone counts, without the header and checksums of a file.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from vdsc.bench.peers.peer import Peer, Setting, Values
from vdsc.codecs.lossless.bitsback import file as stacks
from vdsc.codecs.lossless.bitsback.bitsback_method import FITTED
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.model import Model, Observation
from vdsc.codecs.lossless.bitsback.observation.sprites import Layers
from vdsc.codecs.model_tables import Tables
from vdsc.model import store

PAPER, OURS = "bits-back, mixture of logistics (the paper's)", "bits-back, sprites told once (ours)"
LEARNED = 128
"""A density of knots in the middle of what training saw."""

PLANS = {PAPER: LatentPlan(LEARNED, frozen=False), OURS: LatentPlan()}
VIEWS: dict[str, Observation] = {PAPER: FITTED, OURS: Layers(FITTED)}
NOTES = {
    PAPER: "learned knots of density 128, OU prior, discretised logistics; the stack alone",
    OURS: "the plan of vdsc --lossless; the stack alone",
}


@cache
def model(name: str) -> Model:
    """The checkpoint called `name`, ready for bits-back."""
    weights, tables = store.by_name(name).tensors
    net = store.by_name(name).settings["net"]
    return Model(net, weights, Tables.from_arrays(tables, weights).transition)


def peers(checkpoint: str, frames: int) -> tuple[Peer, ...]:
    """Give both observation models for clips (frames, H, W, 1) uint8, each in one window."""
    return tuple(
        Peer(
            name, (), ((),),
            encode=partial(encode, checkpoint, name),
            decode=partial(decode, checkpoint, name, frames),
            note=NOTES[name],
        )
        for name in (PAPER, OURS)
    )  # fmt: skip


def encode(checkpoint: str, name: str, values: Values, setting: Setting) -> bytes:
    """The stack of a clip (T, H, W, 1) uint8."""
    return stacks.encode(model(checkpoint), VIEWS[name], values, PLANS[name], len(values))[0]


def decode(checkpoint: str, name: str, frames: int, stack: bytes) -> Values:
    """The clip (frames, H, W, 1) uint8."""
    found = stacks.decode(model(checkpoint), VIEWS[name], stack, frames, PLANS[name], frames)
    return np.asarray(found[0])
