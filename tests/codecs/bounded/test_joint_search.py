"""The search for whole steps that keep points near."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.bounded.joint_search import settled, short
from vdsc.codecs.bounded.joint_steps import roots, rounded


def chain(frames=8, channels=7, seed=0):
    """Moves (n, 30, C) of points by channels that are much alike, as joints of a chain are."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(frames, 30, channels)).cumsum(axis=2)


def test_short_moves_are_whole_steps_that_reach_all_others():
    """Each has one step of its channel; they span the same steps, and move points less far."""
    moves = chain()
    root = roots(moves, np.ones(10))
    steps = np.exp(np.log(np.diagonal(root, axis1=1, axis2=2)).mean(axis=0))[::-1] ** -1
    changes = short(root, steps)
    assert (changes == np.rint(changes)).all()
    assert (np.diagonal(changes, axis1=1, axis2=2) == 1).all()
    assert np.linalg.det(changes).round(6).tolist() == [1] * len(moves)
    far = np.square((moves * steps) @ changes).sum(axis=1)
    assert far.mean() < 0.5 * np.square(moves * steps).sum(axis=1).mean()


def test_a_search_helps_where_rounding_is_not_enough():
    """Of the frames that rounding leaves too far, which are half, most come near."""
    moves, rng = chain(200), np.random.default_rng(1)
    root, steps = roots(moves, np.ones(10)), np.full(7, 1.5)
    wanted = rng.normal(size=(200, 7)) * 50
    made = rounded(root, wanted, steps, np.zeros((200, 7)), np.zeros(7))
    off = parted(moves @ (made * steps - wanted)[:, :, None])
    bound = np.median(farthest(off))
    by = parted((moves * steps) @ short(root, steps))
    taken = settled((off[..., 0] / bound).astype("f4"), (by / bound).astype("f4"))
    after = off + by @ taken[:, None, :, None]
    assert (taken[farthest(off) < 0.999 * bound] == 0).all()
    assert (farthest(after) > 1.001 * bound).sum() < 50


def parted(moves):
    """Moves (n, 30, k) by axis and point (n, 3, 10, k)."""
    return moves.reshape(len(moves), 10, 3, -1).swapaxes(1, 2)


def farthest(off):
    """The largest distance (n,) of points (n, 3, 10, 1)."""
    return np.sqrt(np.square(off).sum(axis=1)).max(axis=(1, 2))


def test_what_is_too_far_to_tell_is_left_as_it_is():
    """Distances whose powers are infinite cost no warning and no endless search."""
    away, by = np.full((1, 3, 1), 1e30, dtype="f4"), np.ones((1, 3, 1, 2), dtype="f4")
    assert (settled(away, by) == 0).all()
