"""Knots under their frozen transition: exact inverses, honest bits, harmless damage."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.entropy import BitStack, KnotCoder, TransitionTables
from vdsc.entropy.knot_predictor import KnotPredictor
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.quant import ValueGrid
from vdsc.quant.value_grid import REACH


def tables(seed, dims, *, lags=7, rich=True):
    """Random OU tables; rich ones have blocks, a correction, adaptive scales, a global dim."""
    rng = np.random.default_rng(seed)
    nu = np.exp(rng.uniform(-2, 1, dims)) * (rng.random(dims) > 0.2)
    law = "logistic" if rich and seed % 2 else "normal"
    plain = TransitionTables.from_ou(nu, 0.1, lags, law=law)
    if not rich:
        return plain
    blocks = rng.integers(0, 3, dims)
    weights = rng.integers(-40000, 40000, (2, dims, 3 * dims))
    weights[:, :, 2 * dims :][:, ~(blocks[None, :] < blocks[:, None])] = 0
    return dataclasses.replace(
        plain,
        blocks=blocks,
        lag_class=np.arange(lags) % 2,
        weights=weights,
        activity_weights=np.array([2, 3, 1]),
        activity_edges=np.array([20000, 50000, 90000]),
        activity_gain=rng.integers(5000, 200000, (2, 4)),
    )


def path(seed, grid, prior, count, *, wild=False):
    """Random cells and ticks: wild cells are anywhere on the grid, globals stay put."""
    rng = np.random.default_rng(seed)
    z = np.cumsum(rng.normal(size=(count, grid.steps.size)), axis=0) / 3
    symbols = grid.snap(np.rint(z * 2**16).astype(np.int64))
    if wild:
        thrown = rng.integers(-grid.limit, grid.limit + 1, symbols.shape)
        symbols = np.where(rng.random(symbols.shape) < 0.2, thrown, symbols)
    symbols[:, prior.is_global] = symbols[:1, prior.is_global]
    ticks = np.cumsum(rng.integers(1, 12, count))
    return symbols, ticks - ticks[0]


cases = st.fixed_dictionaries(
    {"seed": st.integers(0, 2**20), "dims": st.integers(1, 6), "count": st.integers(1, 9)}
)


def coder(seed, dims, **options):
    """Return a coder with random steps and cap."""
    rng = np.random.default_rng(seed)
    steps = np.exp2(rng.uniform(6, 17, dims)).astype(np.int64)
    prior = tables(seed, dims, **options)
    grid = ValueGrid(steps, int(rng.choice([1, 2, 4, 64])))
    return KnotCoder(prior, grid), prior, grid


@settings(deadline=None)
@given(cases, st.booleans(), st.booleans())
def test_knots_come_back(case, rich, wild):
    """Pop is the exact inverse of push, escapes, low bits and global dimensions included."""
    code, prior, grid = coder(case["seed"], case["dims"], rich=rich)
    symbols, ticks = path(case["seed"], grid, prior, case["count"], wild=wild)
    stack = BitStack.from_bytes(b"seed")
    code.push(stack, symbols, ticks)
    stack = BitStack.from_bytes(stack.to_bytes())
    assert (code.pop(stack, ticks) == symbols).all()
    assert stack.to_bytes() == b"seed"


@settings(deadline=None)
@given(cases, st.booleans(), st.integers(0, 8))
def test_windows_with_a_context_cost_what_one_long_window_costs(case, rich, cut):
    """Cutting a path at a knot and passing the context changes neither cells nor bits."""
    code, prior, grid = coder(case["seed"], case["dims"], rich=rich)
    symbols, ticks = path(case["seed"], grid, prior, case["count"])
    cut = cut % len(ticks)
    head, tail = (symbols[: cut + 1], ticks[: cut + 1]), (symbols[cut:], ticks[cut:] - ticks[cut])
    passed = code.context(*head)
    parts = code.bits(*head) + code.bits(*tail, context=passed)
    assert parts == pytest.approx(code.bits(symbols, ticks))
    stack = BitStack()
    code.push(stack, *tail, context=passed)
    assert (code.pop(stack, tail[1], context=passed) == tail[0]).all()
    ends = code.context(*tail, context=passed), code.context(symbols, ticks)
    for one, other in zip(*map(dataclasses.astuple, ends), strict=True):
        assert np.array_equal(one, other)


@settings(deadline=None)
@given(cases, st.booleans(), st.booleans(), st.binary(max_size=400))
def test_what_is_popped_costs_what_pushing_it_says(case, rich, is_open, data):
    """Knots popped of any bytes are pushed back to those bytes; their context is that of `context`.

    Popping has a way of its own through the formulas of the laws, so this holds it to them.
    """
    seed, dims = case["seed"], case["dims"]
    _, prior, grid = coder(seed, dims, rich=rich)
    grid = ValueGrid(grid.steps, 1, open=True) if is_open else grid
    code, ticks, data = KnotCoder(prior, grid), 3 * np.arange(case["count"]), data + b"x"
    stack = BitStack.from_bytes(data)
    try:
        cells, after = code.pop_on(stack, ticks)
    except CorruptFile:
        return
    code.push(stack, cells, ticks)
    assert stack.to_bytes() == data
    ends = after, code.context(cells, ticks)
    for one, other in zip(*map(dataclasses.astuple, ends), strict=True):
        assert np.array_equal(one, other)


@settings(deadline=None)
@given(cases, st.booleans(), st.binary(max_size=80))
def test_damaged_bytes_raise_nothing_but_our_errors(case, rich, data):
    """Random bytes decode to cells on the grid or to CorruptFile, never to another exception."""
    code, _, grid = coder(case["seed"], case["dims"], rich=rich)
    try:
        cells = code.pop(BitStack.from_bytes(data), 3 * np.arange(case["count"]))
    except CorruptFile:
        return
    assert (np.abs(cells) <= grid.limit).all()


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("step", [2**8, 2**12, 2**15, 2**16])
def test_bits_are_the_gaussian_cross_entropy(step, exact):
    """The ideal bits are within 1 % of the real OU cell probabilities, the bytes of those.

    A probability below 2**-16 counts as that, which no table goes below.
    """
    from scipy.stats import norm

    rng, dims, count = np.random.default_rng(5), 40, 30
    nu = np.exp(rng.uniform(-1, 1, dims))
    prior, grid = TransitionTables.from_ou(nu, 0.1, 8), ValueGrid(np.full(dims, step), 3)
    if exact:
        prior = dataclasses.replace(prior, blur=0)
    lags = rng.integers(1, 8, count - 1)
    z = [rng.normal(size=dims)]
    for lag in lags:
        decay = np.exp(-(nu**2) * 0.1 * lag / 2)
        z.append(decay * z[-1] + np.sqrt(1 - decay**2) * rng.normal(size=dims))
    symbols = grid.snap(np.rint(np.array(z) * 2**16).astype(np.int64))
    decay = np.exp(-np.outer(lags, nu**2) * 0.1 / 2)
    mean = np.vstack([np.zeros(dims), decay * grid.value(symbols)[:-1] / 2**16])
    blur = 0 if exact else grid.width(symbols)[:-1] / 2**16 / np.sqrt(12)
    scale = np.vstack([np.ones(dims), np.hypot(np.sqrt(1 - decay**2), decay * blur)])
    edges = (grid.edge(symbols) / 2**16, grid.edge(symbols + 1) / 2**16)
    mass = norm.cdf(edges[1], mean, scale) - norm.cdf(edges[0], mean, scale)
    code, ticks = KnotCoder(prior, grid), np.append(0, np.cumsum(lags))
    bits = code.bits(symbols, ticks)
    assert bits == pytest.approx(-np.log2(np.maximum(mass, 2**-16)).sum(), rel=0.01)
    stack = BitStack()
    code.push(stack, symbols, ticks)
    assert 8 * len(stack.to_bytes()) < 1.01 * bits + 64


def test_ou_tables_are_equation_15():
    """Rho and sigma are the exact OU transition, rounded once; slow dimensions are global."""
    nu, lag = np.array([0.0005, 0.3, 2.0]), np.arange(1, 6)[:, None]
    prior = TransitionTables.from_ou(nu, 0.04, 5)
    rho = np.exp(-0.5 * nu**2 * 0.04 * lag)
    assert np.abs(prior.rho - rho * 2**16).max() <= 0.5
    assert np.abs(prior.sigma - np.sqrt(1 - rho**2) * 2**16)[:, 1:].max() <= 0.5
    assert prior.is_global.tolist() == [True, False, False]


def test_neutral_extras_change_nothing():
    """Zero weights and unit gains in one class and one block give exactly the OU bits."""
    plain, dims = tables(4, 5, rich=False), 5
    neutral = dataclasses.replace(
        plain,
        blocks=np.arange(dims),
        weights=np.zeros((1, dims, 3 * dims), dtype=np.int64),
        activity_weights=np.array([1, 1, 1]),
        activity_edges=np.array([65536]),
        activity_gain=np.full((1, 2), 65536),
    )
    grid = ValueGrid(np.full(dims, 2**14), 4)
    symbols, ticks = path(4, grid, plain, 20)
    bits = [KnotCoder(prior, grid).bits(symbols, ticks) for prior in (plain, neutral)]
    assert bits[0] == pytest.approx(bits[1])


def test_tables_come_back_from_arrays():
    """from_arrays(to_arrays()) is the same tables, set or unset."""
    for prior in (tables(3, 4), tables(2, 3, rich=False)):
        again = TransitionTables.from_arrays(prior.to_arrays())
        for one, other in zip(*(vars(t).values() for t in (prior, again)), strict=True):
            assert np.array_equal(one, other)


def test_a_look_ahead_is_refused():
    """Weights may not use residuals that are decoded later."""
    prior = tables(3, 4)
    weights = prior.weights.copy()
    weights[0, 2, 2 * 4 + 2] = 1
    with pytest.raises(InvalidInput, match="earlier blocks"):
        dataclasses.replace(prior, weights=weights)
    with pytest.raises(InvalidInput, match="incomplete"):
        TransitionTables.from_arrays({"rho": prior.rho})


def test_the_largest_weights_are_multiplied_exactly():
    """Floats give the integer product at the bound that the tables keep, and no table passes it."""
    dims = 5
    rng, prior = np.random.default_rng(8), tables(4, dims, rich=False)
    prior = dataclasses.replace(prior, is_global=np.zeros(dims, bool))
    share = rng.multinomial(2**32 - 3 * dims, np.ones(2 * dims) / (2 * dims), dims)
    weights = np.zeros((1, dims, 3 * dims), np.int64)
    weights[0, :, : 2 * dims] = share * rng.choice([-1, 1], share.shape)
    prior = dataclasses.replace(prior, weights=weights)
    predictor = KnotPredictor(prior, ValueGrid(np.full(dims, 2**12), 1), 0)
    for shift in range(0, 40, 5):
        known = np.zeros(3 * dims, np.int64)
        known[: 2 * dims] = rng.integers(-(2**21), 2**21, 2 * dims) >> shift
        row = min(shift, prior.rho.shape[0] - 1)
        start = prior.rho[row] * known[:dims] >> 16
        exact = [sum(int(w) * int(f) for w, f in zip(r, known, strict=True)) for r in weights[0]]
        mean = np.clip(start + [e >> 16 for e in exact], -REACH, REACH)
        found = predictor.mean(known.astype(float), known[:dims], np.array(row + 1))
        assert (found == mean).all()
    weights[0, 0, :3] = 2**31 - 1
    with pytest.raises(InvalidInput, match="too large"):
        dataclasses.replace(prior, weights=weights)


def test_impossible_knots_are_refused():
    """Cells beyond the limit, moving globals and standing ticks cannot be pushed."""
    prior = TransitionTables.from_ou([0.0, 1.0], 0.1, 3)
    grid = ValueGrid(np.array([2**16, 2**16]), 1)
    code, still = KnotCoder(prior, grid), np.zeros((2, 2), dtype=np.int64)
    for symbols, ticks in (
        (np.array([[0, 0], [1, 0]]), [0, 1]),
        (np.array([[0, 99], [0, 0]]), [0, 1]),
        (still, [0, 0]),
    ):
        with pytest.raises(InvalidInput):
            code.push(BitStack(), symbols, np.array(ticks))


def test_a_knot_stream_is_frozen():
    """A small path is coded to the same bytes by every machine and every release."""
    prior, grid = frozen(), ValueGrid(np.array([2**10, 2**14, 2**16]), 4)
    symbols = np.array([[40, -3, 1], [52, -3, 0], [230, 2, 0], [200, 9, -2]])
    stack = BitStack()
    KnotCoder(prior, grid).push(stack, symbols, np.array([0, 2, 3, 9]))
    assert stack.to_bytes().hex() == STREAM


def frozen():
    """Hand-written integer tables of two blocks that use every feature."""
    weights = np.zeros((1, 3, 9), dtype=np.int64)
    weights[0, :, 3:6] = 9000 * np.eye(3, dtype=np.int64)
    weights[0, 2, 6:8] = 12000, -5000
    return TransitionTables(
        rho=np.array([[64000, 60000, 50000], [62000, 55000, 40000]]),
        sigma=np.array([[14000, 26000, 42000], [21000, 35000, 51000]]),
        sigma0=np.array([65536, 65536, 65536]),
        is_global=np.zeros(3, dtype=bool),
        blocks=np.array([0, 0, 1]),
        lag_class=np.array([0, 0]),
        weights=weights,
        activity_weights=np.array([1, 1, 2]),
        activity_edges=np.array([30000, 80000]),
        activity_gain=np.array([[40000, 65536, 110000]]),
    )


STREAM = "8e451470734ed64eb4eabfe66403"
