"""How the encoder finds which channels say something about which others; the decoder reads it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless.arrays.channel_plan import PARENTS, ROUNDS, ChannelPlan
from vdsc.codecs.lossless.arrays.mixture import POINT
from vdsc.codecs.lossless.arrays.neighbours import (
    MANY_CHANNELS,
    Relations,
    in_order_of_rounds,
    unrelated_channels,
)
from vdsc.core.fixed import bit_length
from vdsc.core.types import Floats, Ints

_WINDOW = 12  # frames in which a relation counts as linear
_WORTH = 0.6  # bits a value that a parent must save
_BIAS = 0.72  # bits that a fitted parameter saves on noise


def relate(levels: Ints, relations: Relations | None) -> tuple[Ints, ChannelPlan]:
    """Return the order of coding (D,) and the plan of levels (T, D) in that order.

    Args:
        levels: what is to be coded.
        relations: the order, rounds and parents if they are known.
    """
    count = levels.shape[1]
    curved = relations is None and 0 < count <= MANY_CHANNELS and len(levels) > _WINDOW + 1
    if relations is None:
        relations = (
            in_order_of_rounds(*_ancestry(levels.astype(np.float64)))
            if curved
            else unrelated_channels(count)
        )
    order, rounds, parents = relations
    ordered = levels[:, order]
    turns = np.abs(np.diff(ordered, 2, axis=0)) if len(levels) > 2 else np.zeros_like(ordered)
    activity = bit_length(turns.sum(axis=0) // max(len(turns), 1) << POINT)
    above, below = (ordered - ordered[0]).max(axis=0), (ordered - ordered[0]).min(axis=0)
    reach = bit_length(np.maximum(above, -below))
    middle = ((above + below) << 4) >> reach
    if not curved:
        reach, middle = reach * 0, reach * 0
    if count > MANY_CHANNELS:
        activity = np.full_like(reach, np.median(activity))
    start = int(bit_length(np.abs(levels[0]).max(initial=0)[None])[0])
    return order, ChannelPlan(rounds, parents, activity, reach, middle, start, curved)


def _ancestry(levels: Floats) -> tuple[Ints, Ints]:
    """The round (D,) of each channel and its parents (D, 3): lively channels come first.

    A parent is worth the bits that it saves a value, given the parents before it, when turns are
    predicted linearly in windows of 12 frames.
    """
    count = levels.shape[1]
    shared = _moments(levels)
    when, found = np.zeros(count, dtype=np.int64), np.full((count, PARENTS), -1)
    lively = np.abs(np.diff(levels, axis=0)).sum(axis=0)
    open_to = np.zeros(count, dtype=bool)
    for child in np.argsort(-lively, kind="stable"):
        chosen = _parents(shared, int(child), open_to)
        found[child, : len(chosen)] = chosen
        when[child] = max((when[parent] + 1 for parent in chosen), default=0)
        open_to[child] = when[child] < ROUNDS - 1
    return when, found


def _moments(levels: Floats) -> Floats:
    """Sums of products (windows, D, D) of turns."""
    turns = np.diff(levels, 2, axis=0)
    windows = len(turns) // _WINDOW
    cut = turns[: windows * _WINDOW].reshape(windows, _WINDOW, -1)
    shared: Floats = cut.transpose(0, 2, 1) @ cut
    return shared


def _parents(shared: Floats, child: int, open_to: NDArray[np.bool_]) -> list[int]:
    """The parents of a child among the channels open_to (D,), best first."""
    chosen: list[int] = []
    own = shared[:, child, child] + 1
    cross, power = shared[:, child].copy(), np.einsum("wii->wi", shared) + 1
    directions: list[tuple[Floats, Floats]] = []
    while len(chosen) < PARENTS and open_to.any():
        kept = np.maximum(1 - cross**2 / (own[:, None] * power), 1e-7)
        saved = -0.5 * np.log2(kept).mean(axis=0) - _BIAS / (_WINDOW - len(chosen))
        saved[~open_to] = -1
        saved[chosen] = -1
        best = int(saved.argmax())
        if saved[best] < _WORTH:
            break
        chosen.append(best)
        # Gram-Schmidt, window by window: what the new parent explains is taken from the rest.
        row = shared[:, best] - sum((a[:, best, None] * a / n for a, n in directions), np.zeros(1))
        norm = row[:, best, None] + 1
        directions.append((row, norm))
        share = cross[:, best, None] / norm
        own = np.maximum(own - (cross[:, best] * share[:, 0]), 1)
        cross = cross - share * row
        power = np.maximum(power - row**2 / norm, 1)
    return chosen
