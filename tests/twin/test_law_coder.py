"""Knots under a learned law: what is pushed is popped, by NumPy and by loops, and as costed."""

from __future__ import annotations

from fractions import Fraction
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.docs import page_law
from tests.docs.page_decoder import Stack
from tests.twin.learned import coder, learned, walk, weights
from vdsc.codecs.knots import thrift
from vdsc.core.loop_choice import SETTING
from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.model.price import Curvature
from vdsc.quant import ValueGrid
from vdsc.twin.law_coder import LawCoder
from vdsc.twin.powers import exp2, log2

cases = st.fixed_dictionaries(
    {"seed": st.integers(0, 2**20), "dims": st.integers(1, 6), "count": st.integers(1, 9)}
)
WAYS = ["0", pytest.param("1", marks=pytest.mark.skipif(not find_spec("numba"), reason="numba"))]


def cells_of(grid, z, still):
    """Cells near values, the still dimensions as at the first knot."""
    cells = grid.snap(z)
    cells[:, still] = cells[:1, still]
    return cells


def made(case, *, even=True, wild=0.05):
    """A coder, cells and ticks."""
    code, grid = coder(case["seed"], case["dims"], even=even)
    z, ticks = walk(**case, wild=wild)
    return code, cells_of(grid, z, learned(case["seed"], case["dims"]).is_global), ticks


def pushed(code, cells, ticks, context=None):
    """The bytes of some knots."""
    stack = BitStack()
    code.push(stack, cells, ticks, context=context)
    return stack.to_bytes()


@pytest.mark.parametrize("compiled", WAYS)
@pytest.mark.parametrize("even", [True, False])
def test_any_values_come_back(monkeypatch, compiled, even):
    """Pop is the inverse of push, with values up to 2**46 (Q16) among them, in windows, too."""
    monkeypatch.setenv(SETTING, compiled)

    @settings(deadline=None, max_examples=60)
    @given(cases, st.integers(0, 8))
    def check(case, cut):
        code, cells, ticks = made(case, even=even)
        cut = min(cut, case["count"] - 1)
        parts = [slice(0, cut + 1), slice(cut, None)]
        one = pushed(code, cells[parts[0]], ticks[parts[0]])
        context = code.context(cells[parts[0]], ticks[parts[0]])
        two = pushed(code, cells[parts[1]], ticks[parts[1]], context)
        found, seen = code.pop_on(BitStack.from_bytes(one), ticks[parts[0]])
        assert (found == cells[parts[0]]).all()
        assert all((getattr(seen, k) == getattr(context, k)).all() for k in ("cells", "last"))
        if cut:
            assert seen.lag == context.lag
            assert (seen.before == context.before).all()
        stack = BitStack.from_bytes(two)
        assert (code.pop_on(stack, ticks[parts[1]], context=seen)[0] == cells[parts[1]]).all()
        assert stack.empty

    check()


@settings(deadline=None, max_examples=40)
@given(cases)
def test_bits_are_what_is_pushed(case):
    """The ideal code length is that of the stream, but for the coder's head.

    Zeros that end a stream are left out: one in 2^k is k bits shorter than that.
    """
    code, cells, ticks = made(case)
    bits = code.bits(cells, ticks)
    assert bits - 16 <= 8 * len(pushed(code, cells, ticks)) <= bits * 1.001 + 40


@settings(deadline=None, max_examples=25)
@given(cases)
def test_the_page_decodes_what_is_pushed(case):
    """A decoder in Python integers, written from docs/format/knots.md, pops the same cells."""
    code, cells, ticks = made(case)
    tables = learned(case["seed"], case["dims"])
    named = {
        "law.shares": tables.mixture.shares.tolist(),
        "law.widths": tables.mixture.widths.tolist(), "is_global": tables.is_global.tolist(),
    }  # fmt: skip
    named_weights = weights(case["seed"], case["dims"])
    path = page_law.LawPath(named | {"cap": [1]}, named_weights, code.grid.steps.tolist())
    stack = Stack(pushed(code, cells, ticks))
    lags = [*np.diff(ticks).tolist(), 0]
    found = [path.first(stack)]
    found += [path.later(stack, lag, lags[m + 1]) for m, lag in enumerate(lags[:-1])]
    assert found == cells.tolist()
    assert stack.empty


@pytest.mark.parametrize("compiled", WAYS)
def test_a_damaged_stream_is_corrupt_or_other_cells(monkeypatch, compiled):
    """Any bytes are cells within the grid, or CorruptFile; nothing else is raised."""
    monkeypatch.setenv(SETTING, compiled)

    @settings(deadline=None, max_examples=60)
    @given(cases, st.binary(max_size=60).filter(lambda b: not b.endswith(b"\0")))
    def check(case, data):
        code, _, ticks = made(case)
        try:
            cells, _ = code.pop_on(BitStack.from_bytes(data), ticks)
        except CorruptFile:
            return
        assert (np.abs(cells) <= code.grid.limit).all()

    check()


def test_what_no_decoder_pops_is_refused():
    """Still dimensions that move, ticks that do not rise, cells beyond the grid, another law."""
    code, cells, ticks = made({"seed": 1, "dims": 3, "count": 4})
    moved = cells.copy()
    moved[2, 2] += 1
    far = cells.copy()
    far[:, 0] = code.grid.limit[0] + 1
    context = code.context(cells[:1] + 1, ticks[:1])
    for bad, when, past in (
        (moved, ticks, None), (cells, ticks[::-1], None), (far, ticks, None),
        (cells, ticks[:3], None), (cells, ticks, context),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            code.push(BitStack(), bad, when, context=past)
    with pytest.raises(InvalidInput, match="differ"):
        LawCoder(learned(1, 3), ValueGrid(np.full(4, 999), 1, open=True))


def curvature(seed, dims, count):
    """A random one."""
    rng = np.random.default_rng(seed)
    time, space = rng.normal(size=(count + 9, count)), rng.normal(size=(dims + 9, dims))
    return Curvature(time.T @ time, space.T @ space)


@pytest.mark.parametrize("compiled", WAYS)
def test_free_bits_round_to_the_nearest(monkeypatch, compiled):
    """Where bits cost nothing and values do not depend on each other, rounding is rounding."""
    monkeypatch.setenv(SETTING, compiled)
    code, cells, ticks = made({"seed": 5, "dims": 4, "count": 6}, wild=0)
    z = (cells + np.random.default_rng(0).uniform(-0.49, 0.49, cells.shape)) * code.grid.steps
    plain = Curvature(np.eye(6), np.eye(4))
    found = thrift.thrifty(code, z / 65536, ticks, plain, 0.0, None)
    moving = ~learned(5, 4).is_global
    assert (found[:, moving] == cells[:, moving]).all()


def test_thrift_pays():
    """Where bits are free errors are smaller than rounding's; the dearer bits are, the fewer."""
    grid = ValueGrid(np.full(5, 9000), 1, open=True)
    code, shape, (z, ticks) = (
        LawCoder(learned(8, 5), grid),
        curvature(2, 5, 30),
        walk(8, 5, 30, wild=0),
    )
    z = z / 65536
    z[:, -1] = z[0, -1]

    def error(found):
        off = grid.value(found) / 65536 - z
        return float(np.einsum("md,mn,ne,de->", off, shape.time, off, shape.space))

    found = [thrift.thrifty(code, z, ticks, shape, worth, None) for worth in (0.0, 2.0, 8.0)]
    plain = cells_of(grid, np.rint(z * 65536).astype(np.int64), learned(8, 5).is_global)
    assert error(found[0]) < 0.7 * error(plain)
    bits = [code.bits(one, ticks) for one in found]
    assert bits[0] > bits[1] > bits[2]


@pytest.mark.skipif(not find_spec("numba"), reason="numba")
@settings(deadline=None, max_examples=40)
@given(cases, st.floats(0, 10))
def test_loops_choose_as_numpy_does(case, exchange):
    """The same cells with and without compiled loops, whatever a bit is worth."""
    code, cells, ticks = made(case, wild=0.02)
    z = cells * code.grid.steps / 65536 + 1e-3
    shape, found = curvature(case["seed"], case["dims"], case["count"]), []
    for way in "01":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(SETTING, way)
            found.append(thrift.thrifty(code, z, ticks, shape, exchange, None))
    assert (found[0] == found[1]).all()


def test_powers_and_logarithms_are_near():
    """exp2 and log2 are within what they promise, and inverse where they are exact."""
    x = np.concatenate([np.arange(1, 5000), np.exp2(np.linspace(12, 61, 900)).astype(np.int64)])
    logs = log2(x) / 2**20
    assert (np.abs(logs - np.log2(x.astype(float))) < 0.0015).all()
    y = np.linspace(-20 * 2**20, 20 * 2**20, 4001).astype(np.int64)
    powers = exp2(y)
    assert (np.abs(powers - np.exp2(y / 2**20) * 2**20) <= 0.0007 * powers + 1.0).all()
    assert [Fraction(int(exp2(np.array(n << 20))), 2**20) for n in (-3, 0, 5)] == [
        Fraction(1, 8), 1, 32,
    ]  # fmt: skip
