"""Global schemes and the branching form of greedy rejection, against references from theory."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

from vdsc.entropy import BitStack
from vdsc.errors import InvalidInput
from vdsc.rec import (
    PFR,
    BranchingAStar,
    BranchingGPRS,
    Channel,
    Discrete,
    GlobalGPRS,
    Noise,
    Target,
)
from vdsc.rec.arrivals import IndexCode
from vdsc.rec.proposals import WHOLE

SEEDS = 3000
PMF, FREQUENCIES = np.array([0.1, 0.5, 0.3, 0.1, 0.0]), np.array([3, 2, 2, 4, 5])
TARGET = Channel(Discrete(FREQUENCIES), PFR(0)).target(PMF)
SCHEMES = [PFR, GlobalGPRS, BranchingGPRS, BranchingAStar]


def words(seed, count):
    """The first words of stream 0, from numpy's own Philox, which counts up before it draws."""
    return np.random.Philox(key=seed, counter=(1 << 256) - 1).random_raw(count)


def uniforms(seed, index):
    """Place in [0, 1) and waiting time of arrival `index` from 0, from numpy's own Philox."""
    place, wait = words(seed, 2 * index + 2)[-2:]
    return int(place >> 2) / WHOLE, -np.log((int(wait >> 12) + 0.5) / 2**52)


def deadline(ratio, width, height):
    """s(h), the integral of 1 / D from 0 to h, with D(h) = sum of width (ratio - h)+."""

    def slope(level):
        return 1 / float((width * np.maximum(ratio - level, 0)).sum())

    kinks = sorted(set(ratio[ratio < height]))
    return integrate.quad(slope, 0, height, points=kinks or None, epsrel=1e-10)[0]


def test_global_greedy_rejection_takes_the_first_arrival_in_time():
    """Arrivals one by one, deadlines by quadrature: the same place, sample and steps."""
    width = FREQUENCIES / FREQUENCIES.sum()
    ratio = PMF / width
    top = ratio.argmax()
    due = [np.inf if k == top else deadline(ratio, width, r) for k, r in enumerate(ratio)]
    for seed in range(300):
        time, index = 0.0, 0
        while True:
            u, wait = uniforms(seed, index)
            time += wait
            symbol = int(np.searchsorted(np.cumsum(width), u, side="right"))
            index += 1
            if time < due[symbol]:
                break
        found = GlobalGPRS(0).search(TARGET, Noise(seed))
        assert (found.place, found.steps) == (index, index)
        assert found.u == pytest.approx(u * WHOLE)


def test_expected_steps_of_global_greedy_rejection():
    """It looks at max r arrivals on average (Flamich 2023); the rest is Q's own."""
    found = [GlobalGPRS(0).search(TARGET, Noise(seed)) for seed in range(SEEDS)]
    steps = np.array([each.steps for each in found])
    error = 4 * steps.std() / SEEDS**0.5
    assert steps.mean() == pytest.approx(TARGET.ratio.max(), abs=error)
    symbols = np.bincount([int(TARGET.cell(each.u)) for each in found], minlength=5) / SEEDS
    assert symbols == pytest.approx(PMF, abs=4 * 0.5 / SEEDS**0.5)


def test_expected_steps_of_the_functional_representation():
    """It looks at max r arrivals, and at one more that closes the search.

    The winner's time by ratio, t, has mean 1. Before max r times t come the winner and, on average,
    max r - 1 others. A winner of the largest ratio is at that time itself and closes the search.
    """
    steps = np.array([PFR(0).search(TARGET, Noise(seed)).steps for seed in range(SEEDS)])
    error = 4 * steps.std() / SEEDS**0.5
    expected = TARGET.ratio.max() + 1 - PMF[TARGET.ratio.argmax()]
    assert steps.mean() == pytest.approx(expected, abs=error)


def test_the_branching_form_refuses_several_modes():
    """A ratio that falls and rises again is refused with advice; a dent of 1e-4 is filled."""
    edges = np.array([0, WHOLE // 4, WHOLE // 2, 3 * (WHOLE // 4), WHOLE])
    two = Target(edges, np.array([0.4, 0.1, 0.4, 0.1]))
    with pytest.raises(InvalidInput, match=r"several modes; use A\* coding or a global scheme"):
        BranchingGPRS(0).search(two, Noise(1))
    assert GlobalGPRS(0).search(two, Noise(1)).steps >= 1
    assert BranchingAStar(0).search(two, Noise(1)).steps >= 1
    for dent, refused in ((0.9e-4, False), (1.2e-4, True)):
        uneven = Target(edges, np.array([0.4, 0.3 - dent, 0.3, 0.0]))
        if refused:
            with pytest.raises(InvalidInput, match="several modes"):
                BranchingGPRS(0).search(uneven, Noise(1))
        else:
            assert BranchingGPRS(0).search(uneven, Noise(1)).steps >= 1


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_impossible_expectation_is_refused_at_once(scheme):
    """The expected KL is 0 to 1024 sixteenths of a bit, for every scheme."""
    for expected in (-1, 1025):
        with pytest.raises(InvalidInput, match="0 to 1024"):
            scheme(expected)
    assert scheme(0).code.expected == 0
    assert scheme(1024).code.expected == 1024


@pytest.mark.parametrize(("scheme", "heavy"), [(PFR, False), (GlobalGPRS, True)])
def test_places_are_coded_as_indices(scheme, heavy):
    """A place is pushed as its number, and found again with the sample of that arrival."""
    assert scheme(40).code == IndexCode(40, heavy=heavy)
    stack = BitStack()
    scheme(40).code.push(stack, 1000, Noise(5))
    found = scheme(40).code.pop(stack, Noise(5))
    assert (found.place, found.steps) == (1000, 1000)
    assert found.u == int(words(5, 1999)[-1] >> 2)
    assert stack.empty
