"""Every scheme: samples follow Q, decode returns them, and bits and steps are those of theory."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
from scipy import integrate, stats

from tests.rec.pairs import PAIRS, SCHEMES, p_values, scheme_for
from vdsc.entropy import BitStack
from vdsc.errors import LimitExceeded
from vdsc.rec import PFR, BranchingAStar, BranchingGPRS, Channel, Gaussian, Noise, Target
from vdsc.rec.noise import coordinates, share_of, waits
from vdsc.rec.proposals import WHOLE

SEEDS = 500


@functools.cache
def target_of(pair):
    """The target of a named pair."""
    q, p = PAIRS[pair]
    return Channel(p, PFR(0)).target(q)


@functools.cache
def sent(scheme, pair):
    """Samples of a scheme on a pair, all on one stack that then gives them back."""
    target = target_of(pair)
    channel = Channel(PAIRS[pair][1], scheme_for(scheme, target))
    stack = BitStack()
    stack.push_uniform(np.array([1 << 23]), np.array([1 << 24]))  # past the coder's start
    before = stack.bits
    samples = [channel.push(stack, target, seed=seed) for seed in range(SEEDS)]
    bits = (stack.bits - before) / SEEDS
    for seed in reversed(range(SEEDS)):
        back = channel.pop(stack, seed=seed)
        assert (back.value, back.found.place) == (samples[seed].value, samples[seed].found.place)
    return samples, bits, stack


@pytest.mark.parametrize("scheme", SCHEMES)
def test_samples_follow_the_target(scheme):
    """Q's distribution function of the samples is uniform, on each pair and over all five."""
    shares = []
    for pair, (q, _) in PAIRS.items():
        samples, _, stack = sent(scheme, pair)
        shares.append(q.cdf(np.array([sample.value for sample in samples])))
        assert min(p_values(shares[-1])) > 1e-3, pair
        stack.pop_uniform(np.array([1 << 24]))
        assert stack.empty
        stack.push_uniform(np.array([1 << 23]), np.array([1 << 24]))
    assert min(p_values(np.concatenate(shares))) > 1e-2


def test_the_test_of_uniformity_has_teeth():
    """Samples of a law that is off by three tenths of its scale do not pass."""
    q, _ = PAIRS["gaussian"]
    samples, _, _ = sent("branching GPRS", "gaussian")
    moved = np.array([sample.value for sample in samples]) + 0.3 * q.scale
    assert min(p_values(q.cdf(moved))) < 1e-3


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("pair", PAIRS)
def test_codelength(scheme, pair):
    """Mean bits of the stack are at most KL + log2(KL + 1) + 2, and not below KL."""
    kl = target_of(pair).kl
    _, bits, _ = sent(scheme, pair)
    assert kl - 0.1 < bits < kl + math.log2(kl + 1) + 2


def test_pfr_by_brute_force():
    """The arrival of least T / r among the first 20,000, computed one by one, is what PFR finds."""
    target = target_of("gaussian")
    for seed in range(20):
        words = Noise(seed).words(0, 0, 40_000)
        times = np.cumsum(waits(words[1::2]))
        u = coordinates(words[::2])
        ratio = [target.ratio[np.flatnonzero(target.edges <= place)[-1]] for place in u[:3000]]
        race = times[:3000] / np.maximum(ratio, 1e-300)
        assert times[3000] / target.ratio.max() > race.min()
        found = PFR(0).search(target, Noise(seed))
        assert (found.place, found.u) == (race.argmin() + 1, u[race.argmin()])
        looked = 1 + int(np.flatnonzero(times / target.ratio.max() >= race.min())[0])
        assert found.steps == looked


def test_global_a_star_is_pfr():
    """Gumbel keys and times by ratio choose the same arrivals."""
    for pair in PAIRS:
        ours = [(s.found.place, s.value) for s in sent("global A*", pair)[0]]
        assert ours == [(s.found.place, s.value) for s in sent("PFR", pair)[0]]


def slow_deadline(mean, scale, height):
    """s(h) of greedy rejection for N(mean, scale^2) against N(0, 1), by quadrature."""
    rate = (1 / scale**2 - 1) / 2
    mode = mean / (1 - scale**2)
    top = math.exp(rate * mode**2 - mean**2 / (2 * scale**2)) / scale

    def slope(level):
        reach = math.sqrt(math.log(top / level) / rate)
        ends = np.array([mode - reach, mode + reach])
        inside = np.diff(stats.norm.cdf((ends - mean) / scale)) - level * np.diff(
            stats.norm.cdf(ends)
        )
        return 1 / float(inside[0])

    return integrate.quad(slope, 0, height, epsrel=1e-7)[0]


def test_gprs_by_quadrature():
    """An own greedy rejection, with deadlines by quadrature, takes the same path every time."""
    mean, scale = 0.8, 0.2
    target = target_of("gaussian")
    for seed in range(25):
        begin, end, place, time = 0, WHOLE, 1, 0.0
        while True:
            words = Noise(seed).words(place, 0, 2)
            u = begin + int(share_of(words[:1], end - begin)[0])
            time += float(waits(words[1:])[0]) * WHOLE / (end - begin)
            x = stats.norm.ppf(u / WHOLE)
            ratio = stats.norm.pdf((x - mean) / scale) / scale / stats.norm.pdf(x)
            if time < slow_deadline(mean, scale, ratio):
                break
            right = x < mean / (1 - scale**2)
            begin, end, place = (u, end, 2 * place + 1) if right else (begin, u, 2 * place)
        found = BranchingGPRS(0).search(target, Noise(seed))
        assert (found.u, found.place, found.steps) == (u, place, place.bit_length())


def test_a_star_by_brute_force():
    """No node of the whole tree, ten levels deep, beats the sample that A* stops at."""
    target = target_of("triangular")
    for seed in range(6):
        noise, best = Noise(seed), (-np.inf, 0)
        todo = [(1, 0, WHOLE, 0.0)]
        while todo:
            place, begin, end, time = todo.pop()
            words = noise.words(place, 0, 2)
            u = begin + int(share_of(words[:1], end - begin)[0])
            time += float(waits(words[1:])[0]) * WHOLE / (end - begin)
            best = max(best, (float(target.log_ratio[target.cell(u)]) - math.log(time), u))
            middle = (begin + end) // 2
            if place < 512:
                todo += [(2 * place, begin, middle, time), (2 * place + 1, middle, end, time)]
        found = BranchingAStar(0, "middle").search(target, noise)
        assert found.place >= 512 or found.u == best[1]


def test_steps_do_not_grow_with_dinf():
    """Branching GPRS takes as many steps at a Dinf of 40 bits as at 8; AS* takes more."""
    few = {dinf: mean_steps(needle(5, dinf)) for dinf in (8, 40)}
    assert few[40] < few[8] + 1
    assert few[40] < 2 * needle(5, 40).kl + 3


def needle(kl, dinf):
    """A plateau of 2**-kl with 2 % of the mass on a needle in its middle; ratio up to 2**dinf."""
    half, thin = int(WHOLE * 2.0 ** -(kl + 1)), int(WHOLE * 0.02 * 2.0**-dinf)
    middle = WHOLE // 3
    edges = np.array([0, middle - half, middle, middle + thin, middle + half, WHOLE])
    return Target(edges, np.array([0, 0.49, 0.02, 0.49, 0]))


def mean_steps(target):
    """Mean steps of branching GPRS over 200 seeds."""
    scheme = BranchingGPRS(0)
    return np.mean([scheme.search(target, Noise(seed)).steps for seed in range(200)])


def test_searches_end():
    """A target that a global search cannot find raises instead of looking on for ever."""
    with pytest.raises(LimitExceeded, match="nearer P"):
        PFR(0).search(needle(40, 45), Noise(1))
    with pytest.raises(LimitExceeded):
        SCHEMES["global GPRS"](0).search(needle(40, 45), Noise(1))
    found = BranchingGPRS(0).search(needle(40, 45), Noise(1))
    assert found.steps < 100


def test_sixteen_bits():
    """At a KL of 16 bits branching GPRS still follows Q, at KL + 2 bits and under 2 steps a bit."""
    q = Gaussian(0.7, 1.13e-5)
    channel = Channel(Gaussian(), BranchingGPRS(256))
    target, stack = channel.target(q), BitStack()
    samples = [channel.push(stack, target, seed=seed) for seed in range(200)]
    assert target.kl == pytest.approx(16, abs=0.3)
    assert stack.bits / 200 < target.kl + 2.5
    assert np.mean([sample.found.steps for sample in samples]) < 2 * target.kl
    assert min(p_values(q.cdf(np.array([sample.value for sample in samples])))) > 1e-3
