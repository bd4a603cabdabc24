"""Knot times as a code of their own: windows come back, within the goals of a file."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile, VdscError
from vdsc.rec import GapRatios, KnotTimes, pop_rate, push_rate

GAP = np.arange(1, 41)
ROW = np.maximum(np.floor(65536 * np.exp(-GAP / 8) / np.exp(-GAP / 8).sum()), 1).astype(np.int64)
ROW[0] += 65536 - ROW.sum()
CENTRES = np.random.default_rng(1).uniform(4, 14, size=400)


def pmf(sharp):
    """Gaps about a centre that depends on the tick, or the proposal itself."""
    if sharp is None:
        return lambda ticks: np.broadcast_to(ROW / 65536, (ticks.size, 40))
    return lambda ticks: 1 / np.cosh((GAP - CENTRES[ticks, None]) / sharp) ** 2


def send(code, stack, target, *, number=0):
    """Find and push the knots of 100 frames, and their rate on top of them."""
    drawn = code.find(target, 99, number=number)
    code.push(stack, drawn)
    push_rate(stack, drawn.rate)
    return drawn


@pytest.mark.parametrize("sharp", [None, 5, 2, 0.8])
def test_windows_come_back_within_the_goal(sharp):
    """A 100-frame window costs at most 1.2 KL + 2 bytes, the byte of its rate included."""
    code, stack = KnotTimes(ROW, seed=11), BitStack()
    stack.push_uniform(np.full(2, 999), np.full(2, 1 << 24))
    before = stack.bits
    sent = [send(code, stack, pmf(sharp), number=n) for n in range(40)]
    kl, _ = GapRatios.of(ROW, 99, pmf(sharp)).kl
    assert (stack.bits - before) / 40 <= 1.2 * kl + 16
    for number in reversed(range(40)):
        ticks = code.pop(stack, pop_rate(stack), 99, number=number)
        assert (ticks == sent[number].knots).all()
        assert ticks[-1] == 99
    assert stack.bits == before


def test_few_candidates_are_looked_at():
    """A window takes some thousand candidates, and no block more than its KL warrants."""
    drawn = KnotTimes(ROW).find(pmf(2), 99)
    assert sum(block.steps for block in drawn.blocks.blocks) < 100_000
    assert all(block.steps <= 32 << -(-block.expected // 16) for block in drawn.blocks.blocks)


def test_damage():
    """A rate of zero is no code; random bytes give ticks to the span or an error."""
    stack = BitStack()
    stack.push_uniform(np.array([0]), np.array([256]))
    with pytest.raises(CorruptFile):
        KnotTimes(ROW).pop(stack, pop_rate(stack), 99)
    rng = np.random.default_rng(0)
    for span in (0, 1, 7, 300):
        for _ in range(10):
            stack = BitStack.from_bytes(rng.bytes(rng.integers(1, 40)) + b"\1")
            try:
                ticks = KnotTimes(ROW).pop(stack, pop_rate(stack), span)
            except VdscError:
                continue
            assert ticks[0] == 0
            assert ticks[-1] == span
            assert (np.diff(ticks) > 0).all()
