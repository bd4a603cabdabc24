"""Blocks: whole sequences follow their joint law, and decode from the proposal alone."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.rec.pairs import p_values
from vdsc.entropy import BitStack, RenewalGaps
from vdsc.errors import CorruptFile, InvalidInput, LimitExceeded
from vdsc.rec import (
    Blocked,
    GapChain,
    GapRatios,
    Gaussian,
    Noise,
    ProductChain,
    ProductRatios,
    Target,
)
from vdsc.rec.codes import LAST
from vdsc.rec.noise import coordinates, waits
from vdsc.rec.proposals import WHOLE
from vdsc.rec.steps import continuous


def row_of(weights):
    """Frequencies that sum to 2**16."""
    row = np.maximum(np.floor(65536 * np.array(weights) / np.sum(weights)), 1).astype(np.int64)
    row[0] += 65536 - row.sum()
    return row


def gaps(span=40, longest=12, sharp=1.5, rate=24):
    """A chain of gaps, and a target whose typical gap drifts with the tick."""
    gap = np.arange(1, longest + 1)
    chain = GapChain(row_of(np.exp(-gap / 5)), span, rate)

    def pmf(ticks):
        centre = 4 + 2 * np.sin(ticks / 3)
        return 1 / np.cosh((gap - centre[:, None]) / sharp) ** 2

    return chain, GapRatios.of(chain.row, span, pmf), pmf


def joint(span, longest, pmf):
    """Probability of each sequence of gaps that ends at the span, by enumeration."""
    found = {}

    def walk(tick, past, chance):
        if tick == span:
            found[past] = chance
            return
        row = pmf(np.array([tick]))[0]
        row = row / row.sum()
        for gap in range(1, min(longest, span - tick) + 1):
            last = tick + gap == span
            share = row[gap - 1 :].sum() if last else row[gap - 1]
            walk(tick + gap, (*past, gap), chance * share)

    walk(0, (), 1.0)
    return found


@pytest.mark.parametrize("budget", [8, 40, 160])
def test_sequences_follow_their_joint_law(budget):
    """Chi-square over all sequences of a short window, however it is cut into blocks."""
    chain, ratios, pmf = gaps(span=7, longest=4, rate=12)
    truth = joint(7, 4, pmf)
    assert sum(truth.values()) == pytest.approx(1)
    coder, stack = Blocked(chain, budget), BitStack()
    drawn = [coder.push(stack, ratios, seed=seed) for seed in range(1000)]
    back = [coder.pop(stack, seed=seed) for seed in reversed(range(1000))][::-1]
    assert all((a.values == b).all() for a, b in zip(drawn, back, strict=True))
    assert stack.empty
    counts = Counter(tuple(one.values.tolist()) for one in drawn)
    assert set(counts) <= set(truth)
    seen = np.array([counts[key] for key in truth])
    due = 1000 * np.array(list(truth.values()))
    rare = due < 5
    seen = np.append(seen[~rare], seen[rare].sum())
    due = np.append(due[~rare], due[rare].sum())
    assert stats.chisquare(seen, due).pvalue > 1e-3


def test_kl_by_enumeration():
    """KL and the mean number of gaps are those of the joint law; bounds are its largest ratio."""
    chain, ratios, pmf = gaps(span=7, longest=4)
    truth = joint(7, 4, pmf)
    free = joint(7, 4, lambda _: chain.row[None] / 65536)
    bits = {key: np.log2(truth[key] / free[key]) for key in truth}
    kl, count = ratios.kl
    assert kl == pytest.approx(sum(truth[key] * bits[key] for key in truth))
    assert count == pytest.approx(sum(truth[key] * len(key) for key in truth))
    assert ratios.bounds(7)[-1, 0] == pytest.approx(max(bits.values()))
    walk = np.array(next(key for key in truth if len(key) == 3))
    at = np.append(0, np.cumsum(walk))[:-1]
    assert ratios.log_ratio(at, walk).sum() == pytest.approx(bits[tuple(walk.tolist())])


def test_dropping_candidates_loses_none():
    """The winner is that of 16,384 candidates which are all followed to their end."""
    chain, ratios, _ = gaps(span=20, longest=8, sharp=0.6, rate=40)
    coder, late = Blocked(chain, 160), 0
    for seed in range(60):
        noise, group = Noise(seed), chain.group(0, 160)
        times = np.log2(np.cumsum(waits(noise.words(0, 0, 1 << 14))))
        at, race = np.zeros(1 << 14, dtype=np.int64), times.copy()
        for stream in range(1, group[0] + 1):
            gap, after = chain.step(at, coordinates(noise.words(stream, 0, 1 << 14)))
            race -= ratios.log_ratio(at, gap)
            at = after
        block = coder._search(ratios, 0, group, noise)
        assert block.settled
        assert block.steps <= 1 << 14
        assert block.index == race.argmin() + 1
        late += block.index > 256
    assert late > 4


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 60), st.integers(1, 255), st.integers(1, 200), st.integers(0, 2**64 - 1))
def test_any_window(span, rate, budget, seed):
    """Gaps end exactly at the span, for any window and any number of blocks."""
    chain, ratios, _ = gaps(span=span, rate=rate) if span else (GapChain(row_of([1]), 0, 9), 0, 0)
    coder, stack = Blocked(chain, budget, most=256, exact=False), BitStack()
    sent = coder.push(stack, ratios, seed=seed)
    assert sent.values.sum() == span
    assert (coder.pop(stack, seed=seed) == sent.values).all()
    assert stack.empty
    assert all(block.expected <= max(budget, 2 * rate) for block in sent.blocks)


def test_codelength_of_gaps():
    """Mean bits are at most 1.05 KL + 4 per block, and far under one code per gap."""
    chain, ratios, _ = gaps(span=60, sharp=0.8, rate=36)
    kl, _ = ratios.kl
    coder, stack = Blocked(chain, 160), BitStack()
    sent = [coder.push(stack, ratios, seed=seed) for seed in range(60)]
    blocks = np.mean([len(one.blocks) for one in sent])
    assert kl < stack.bits / 60 < 1.05 * kl + 4 * blocks
    assert all(block.settled for one in sent for block in one.blocks)


def test_the_proposal_cut_at_the_end_is_that_of_the_plain_code():
    """The same windows are possible as under `RenewalGaps`, at the same ideal cost."""
    chain, _, _ = gaps(span=9, longest=4)
    plain = RenewalGaps(chain.row)
    for walk in itertools.product(range(1, 5), repeat=3):
        if sum(walk) == 9:
            ticks = np.append(0, np.cumsum(walk))
            shares = joint(9, 4, lambda _: chain.row[None] / 65536)[walk]
            assert plain.bits(ticks, 9) == pytest.approx(-np.log2(shares), abs=2e-3)


def test_products_follow_their_targets():
    """24 small Gaussians in blocks of 3 bits: all follow their laws; one block costs KL + 4."""
    rng = np.random.default_rng(4)
    laws = [Gaussian(0.6 * rng.standard_normal(), 0.8) for _ in range(24)]
    targets = [continuous(law, Gaussian(), cells=256) for law in laws]
    kls = np.array([target.kl for target in targets])
    chain = ProductChain(np.rint(16 * kls).astype(np.int64))
    coder, stack = Blocked(chain, 48, most=1 << 12, exact=False), BitStack()
    ratios = ProductRatios(targets)
    sent = [coder.push(stack, ratios, seed=seed) for seed in range(80)]
    bits = stack.bits / 80
    back = [coder.pop(stack, seed=seed) for seed in reversed(range(80))][::-1]
    assert all((a.values == b).all() for a, b in zip(sent, back, strict=True))
    x = np.stack([Gaussian().quantile(one.values) for one in sent])
    shares = np.stack([law.cdf(x[:, at]) for at, law in enumerate(laws)])
    assert min(p_values(shares.ravel())) > 1e-3
    assert kls.sum() < bits < 1.05 * kls.sum() + 4 * len(sent[0].blocks)


def test_groups():
    """Groups fit the budget, and a variable that is too large for it stands alone."""
    chain = ProductChain(np.array([10, 20, 90, 0, 0, 5]))
    assert chain.group(0, 32) == (2, 30)
    assert chain.group(2, 32) == (1, 90)
    assert chain.group(3, 32) == (3, 5)
    assert chain.group(6, 32) == (0, 0)
    gap = GapChain(row_of([1, 1, 1]), 40, 16)
    assert gap.group(0, 160) == (7, 112)
    assert gap.group(30, 160) == (10, 96)
    assert gap.group(39, 160) == (1, 0)
    assert gap.group(40, 160) == (0, 0)


def test_what_cannot_be_coded():
    """Bad rows, pmfs and budgets are refused; a block that does not settle says so."""
    chain, ratios, _ = gaps(sharp=0.3, rate=32)
    with pytest.raises(LimitExceeded, match="settle"):
        Blocked(chain, 320, most=64).push(BitStack(), ratios, seed=1)
    loose = Blocked(chain, 320, most=64, exact=False).push(BitStack(), ratios, seed=1)
    assert not all(block.settled for block in loose.blocks)
    narrow = ProductRatios([Target(np.array([0, WHOLE >> 30, WHOLE]), np.array([1, 0]))])
    loose = Blocked(ProductChain(np.array([160])), most=64, exact=False)
    with pytest.raises(LimitExceeded):
        loose.push(BitStack(), narrow, seed=1)
    for row in ([65536, 0], [1, 2], [[65536]]):
        with pytest.raises(InvalidInput):
            GapChain(np.array(row), 5, 16)
    for bad in (np.ones((40, 3)), np.full((40, 12), -1.0), np.full((40, 12), np.nan)):
        with pytest.raises(InvalidInput):
            GapRatios.of(chain.row, 40, lambda _, rows=bad: rows)
    with pytest.raises(InvalidInput):
        Blocked(chain, 0)
    with pytest.raises(InvalidInput):
        Blocked(chain, 160, most=LAST + 1)
    with pytest.raises(InvalidInput):
        ProductChain(np.array([3, -1]))


def test_any_bytes_give_a_window_or_an_error():
    """Random bytes decode to gaps that end at the span, or are refused."""
    chain, _, _ = gaps()
    rng = np.random.default_rng(3)
    for _ in range(60):
        stack = BitStack.from_bytes(rng.bytes(rng.integers(0, 30)) + b"\7")
        try:
            assert Blocked(chain, 160).pop(stack, seed=5).sum() == 40
        except CorruptFile:
            pass


def test_frozen_gaps():
    """The gaps of a known code: integers only, so they are the same everywhere."""
    chain, _, _ = gaps()
    drawn = Blocked(chain, 160).pop(BitStack.from_bytes(bytes(range(1, 20))), seed=7)
    assert drawn.tolist() == FROZEN_GAPS


FROZEN_GAPS = [5, 3, 6, 7, 8, 4, 7]
