"""Laws of several experts: tables, shares, and what they learn."""

import numpy as np
import pytest

from vdsc.codecs.lossless.arrays import mixture
from vdsc.codecs.lossless.arrays.mixture import Laws, Scores, digits
from vdsc.quant.normal import logistic_cdf


def test_tables_are_powers_and_logarithms():
    """The largest integers that are no larger, against floats."""
    at = np.arange(256)
    powers, logarithms = mixture.powers(), mixture.logarithms()
    assert (powers == np.floor(2 ** (16 - at / 256) + 1e-9)).all()
    assert (logarithms == np.floor(256 * np.log2(1 + at / 256) + 1e-9)).all()


@pytest.mark.parametrize("scale", [1, 63, 64, 256, 257, 70_000, 2**50])
def test_a_law_alone_is_the_logistic_one(scale):
    """Its cells are those of one logistic law, whatever its place."""
    mean = np.array([[0, 31, 6400, -977]])
    laws = Laws(mean, np.full_like(mean, scale), np.full_like(mean, 1 << 16))
    shift = digits(laws.lead[1])
    assert (4 * 64 << shift >= scale).all()
    assert (shift == 0).all() or (4 * 64 << (shift - 1) < scale).all()
    middle, width = laws.cells((mean[0] + 32) >> 6, shift)
    assert (np.abs(middle) <= 1 << 16).all()
    assert (np.abs((width << shift) - (scale << 10)) < 1 << shift).all()


def test_shares_sum_to_one_and_follow_the_costs():
    """The expert that is right most often has the largest share, in its channels alone."""
    scores, rng = Scores(3, 2), np.random.default_rng(1)
    for _ in range(40):
        share = scores.shares()
        assert (share.sum(axis=0) == 1 << 16).all()
        assert (share >= 0).all()
        levels = rng.integers(-500, 500, 2)
        mean = rng.integers(-500, 500, (3, 2)) * 64
        mean[0, 0], mean[2, 1] = levels * 64
        scores.learn(Laws(mean, np.full_like(mean, 200), share), levels)
    assert scores.shares().argmax(axis=0).tolist() == [0, 2]


def test_a_cost_is_that_of_the_level():
    """One expert at the level, one a few scales away: 1/256 bits, by floats."""
    mean, levels = np.array([[0], [640]]), np.array([0])
    laws = Laws(mean, np.full_like(mean, 128), np.full_like(mean, 1 << 15))
    scores = Scores(2, 1)
    scores.learn(laws, levels)
    cost = -256 * np.log2(
        1 / (1 + np.exp(-(0.5 - mean / 64) / 2)) - 1 / (1 + np.exp(-(-0.5 - mean / 64) / 2))
    )
    assert np.abs(-scores.scores - cost).max() < 3


@pytest.mark.parametrize("far", [2**40, 2**55, -(2**55)])
def test_means_anywhere_are_laws(far):
    """Laws far from where the level lies cost much, and break nothing."""
    mean = np.array([[0], [far]])
    laws = Laws(mean, np.array([[64], [1]]), np.array([[1 << 16], [0]]))
    middle, width = laws.cells(np.array([0]), np.array([0]))
    edges = np.arange(-65, 66, 2) << 15
    below = logistic_cdf((edges - middle << 16) // width)
    assert (np.diff(below, axis=1) >= 0).all()
    scores = Scores(2, 1)
    scores.learn(laws, np.array([3]))
    assert scores.shares()[0, 0] > 65000
