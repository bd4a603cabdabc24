"""Knots over an open grid: any value is coded, and usual ones as over a closed grid."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.entropy.test_knots import frozen, tables
from vdsc.entropy import BitStack, KnotCoder
from vdsc.entropy.gamma import LONGEST, LONGEST_OPEN, pop_gamma, push_gamma
from vdsc.entropy.knot_predictor import MOST, OPEN_REACH, WILDEST, KnotPredictor, features
from vdsc.errors import CorruptFile
from vdsc.quant import ValueGrid

FAR = 1 << 46
cases = st.fixed_dictionaries(
    {"seed": st.integers(0, 2**20), "dims": st.integers(1, 6), "count": st.integers(1, 9)}
)


def thrown(seed, dims, count):
    """Values (M, D) Q16 of all magnitudes up to 2**46, and ticks (M,)."""
    rng = np.random.default_rng(seed)
    size = np.exp2(rng.uniform(0, 46, (count, dims))).astype(np.int64)
    z = np.clip(size * rng.choice([-1, 1], size.shape), -FAR, FAR)
    z[rng.random(z.shape) < 0.1] = FAR
    z[rng.random(z.shape) < 0.1] = -FAR
    ticks = np.cumsum(np.exp2(rng.uniform(0, 20, count)).astype(np.int64))
    return z, ticks - ticks[0]


def coder(seed, dims, *, rich=True, is_open=True, widest=17):
    """A coder of random tables, steps and cap."""
    rng = np.random.default_rng(seed)
    sizes = np.exp2(rng.uniform(6, widest, dims)).astype(np.int64)
    grid = ValueGrid(sizes, int(rng.choice([1, 2, 4, 64])), open=is_open)
    return KnotCoder(tables(seed, dims, rich=rich), grid), grid


@settings(deadline=None)
@given(cases, st.booleans(), st.booleans())
def test_any_values_come_back(case, rich, cut):
    """Pop is the exact inverse of push for values up to 2**46 (Q16), whole and in windows."""
    code, grid = coder(case["seed"], case["dims"], rich=rich)
    z, ticks = thrown(**case)
    z[:, tables(case["seed"], case["dims"], rich=rich).is_global] = z[0, 0]
    symbols = grid.snap(z)
    assert (grid.edge(symbols) <= z).all()
    assert (z < grid.edge(symbols + 1)).all()
    context = code.context(symbols[:1], ticks[:1]) if cut else None
    stack = BitStack.from_bytes(b"seed")
    code.push(stack, symbols, ticks, context=context)
    stack = BitStack.from_bytes(stack.to_bytes())
    assert (code.pop(stack, ticks, context=context) == symbols).all()
    assert stack.to_bytes() == b"seed"


@settings(deadline=None)
@given(cases, st.binary(max_size=80))
def test_damaged_bytes_raise_nothing_but_our_errors(case, data):
    """Random bytes decode to cells within the limit or to CorruptFile."""
    code, grid = coder(case["seed"], case["dims"])
    try:
        cells = code.pop(BitStack.from_bytes(data), 3 * np.arange(case["count"]))
    except CorruptFile:
        return
    assert (np.abs(cells) <= grid.limit).all()


@settings(deadline=None)
@given(cases)
def test_usual_values_cost_the_same_bytes(case):
    """Values within +-5 under scales that reach no further than 12 are coded as when closed.

    The outermost cell of a closed grid is cut, so no value may lie in it.
    """
    rng = np.random.default_rng(case["seed"])
    z = rng.normal(size=(case["count"], case["dims"])).clip(-5, 5) * 2**16
    ticks = np.cumsum(rng.integers(1, 9, case["count"]))
    found = []
    for is_open in (True, False):
        code, grid = coder(case["seed"], case["dims"], rich=False, is_open=is_open, widest=13)
        prior = dataclasses.replace(code._tables, sigma=np.minimum(code._tables.sigma, 1 << 15))
        code = KnotCoder(dataclasses.replace(prior, blur=0), grid)
        symbols = grid.snap(z.astype(np.int64))
        assert (np.abs(symbols) < ValueGrid(grid.steps, grid.cap).limit).all()
        symbols[:, prior.is_global] = symbols[:1, prior.is_global]
        stack = BitStack()
        code.push(stack, symbols, ticks)
        found.append((stack.to_bytes(), code.bits(symbols, ticks)))
    assert found[0] == found[1]


def test_a_wild_stream_is_frozen():
    """Values of every magnitude are coded to the same bytes by every machine and release."""
    grid = ValueGrid(np.array([2**10, 2**14, 2**16]), 4, open=True)
    z = np.array([[9, -(2**20), 2**30], [2**21, -(2**23), 0], [2**46, 2**40, -(2**46)]])
    symbols, stack = grid.snap(z), BitStack()
    KnotCoder(frozen(), grid).push(stack, symbols, np.array([0, 2, 9]))
    assert stack.to_bytes().hex() == STREAM
    stack = BitStack.from_bytes(bytes.fromhex(STREAM))
    assert (KnotCoder(frozen(), grid).pop(stack, np.array([0, 2, 9])) == symbols).all()


@settings(deadline=None)
@given(
    *[st.lists(st.integers(-FAR, FAR), min_size=3, max_size=3)] * 2,
    st.integers(1, 2**20),
    st.integers(0, 2**20),
)
def test_means_and_spreads_are_those_of_long_integers(z1, z2, lag, lag_prev):
    """No product overflows: Python's integers give the same slope, mean and spread."""
    prior, grid = frozen(), ValueGrid(np.array([2**10, 2**14, 2**16]), 4, open=True)
    block = KnotPredictor(prior, grid, 0)
    known = features(np.array(z1), np.array(z2), np.array(lag), np.array(lag_prev))
    slope = [
        min(max((a - b) * lag // max(lag_prev, 1), -24 << 16), 24 << 16) * (lag_prev > 0)
        for a, b in zip(z1, z2, strict=True)
    ]
    clipped = [min(max(z, -MOST), MOST) for z in z1]
    assert known.tolist() == [*clipped, *slope, 0, 0, 0]
    row = min(lag, 2) - 1
    mean = [(int(prior.rho[row, d]) * z1[d] >> 16) + (9000 * slope[d] >> 16) for d in (0, 1)]
    mean = [min(max(m, -OPEN_REACH), OPEN_REACH) for m in mean]
    assert block.mean(known, np.array(z1), np.array(lag)).tolist() == mean
    base = np.array([20000, 1 << 29])
    left = np.array(z2[:2]) - np.array(mean)
    spread = [
        min((abs(int(one)) << 16) // (int(b) + (int(s) >> 3)), WILDEST)
        for one, b, s in zip(left, base, grid.steps[:2], strict=True)
    ]
    assert block.spread(left, base).tolist() == spread


@pytest.mark.parametrize("longest", [24, 48])
def test_escapes_of_the_largest_size(longest):
    """A gamma number may have `longest` digits behind the first one, and no more."""
    assert longest in {LONGEST, LONGEST_OPEN}
    for value in ((1 << longest) - 1, (1 << longest + 1) - 2, (1 << longest + 1) - 1):
        stack = BitStack()
        push_gamma(stack, np.array([value]))
        if value == (1 << longest + 1) - 1:
            with pytest.raises(CorruptFile, match="impossibly long"):
                pop_gamma(stack, 1, longest)
        else:
            assert pop_gamma(stack, 1, longest) == [value]
            assert stack.empty


STREAM = (
    "00000000e00080f8ff0300000100d47fab000000f1ffff8ec3ff7fc8"
    "8a00800a58c500609fff9f8ffdffff801e1b82f1f55f01"
)
