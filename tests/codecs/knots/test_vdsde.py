"""Windows of knots to bodies and back, without any network."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiny import PIXELS, VECTORS
from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots import window_code as vdsde
from vdsc.codecs.knots.coding import LONGEST
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile
from vdsc.model import store

QUICK = settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module")
def tables(tiny):
    """The frozen tables of both checkpoints, by name."""
    folders = (store.Checkpoint.open(tiny / name) for name in (VECTORS, PIXELS))
    return {c.name: vdsde.Tables.from_arrays(c.tensors[1]) for c in folders}


def coding(tables, params, frames=300, clock=None):
    local, still = tables.dims
    said = {"q": 60, "l": local} | ({"g": still} if still else {}) | params
    outline = Outline((frames, 6), np.dtype("<f4"), clock or Clock(rate=Fraction(30)))
    return vdsde.Coding(tables, Fraction(30), outline, said)


def walk(rng, knots, dims):
    """Random knot values, now and then far outside the grid."""
    z = np.cumsum(rng.normal(size=(len(knots), dims)) / 3, axis=0)
    z[rng.random(z.shape) < 0.05] *= 50
    return z


@pytest.mark.parametrize("name", [VECTORS, PIXELS])
@pytest.mark.parametrize("params", [{}, {"p": 9000}, {"a": 1}], ids=["histogram", "poisson", "all"])
@QUICK
@given(seed=st.integers(0, 2**32), chunk=st.integers(2, 120), frames=st.integers(1, 300))
def test_what_is_pushed_is_popped(tables, name, params, seed, chunk, frames):
    """Knots, cells and values of all windows come back, and windows share their seams."""
    code, rng = coding(tables[name], params, frames), np.random.default_rng(seed)
    sent, got, past, before = [], [], None, None
    for begin, end in vdsde.windows(frames, chunk):
        keep = rng.random(end - begin) < (1 if params == {"a": 1} else rng.random())
        keep[[0, -1]] = True
        keep[:: min(code.times.max_gap, len(keep))] = True
        knots = np.flatnonzero(keep)
        z = walk(rng, knots, len(code.still))
        body, past, values = vdsde.push(code, knots, z, begin, past)
        window, before = vdsde.pop(code, body, begin, end, before)
        sent.append((knots, values))
        got.append(window)
    for (knots, values), window in zip(sent, got, strict=True):
        assert (window.knots == knots).all()
        assert (window.values == values).all()
        assert (code.real(window.cells) == values).all()
    for a, b in itertools.pairwise(got):
        assert (a.cells[-1] == b.cells[0]).all()
        assert (a.cells[0, code.still] == b.cells[-1, code.still]).all()


@QUICK
@given(stream=st.binary(max_size=150), knots=st.integers(1, 50), begin=st.integers(0, 40))
def test_noise_is_refused_or_read(tables, stream, knots, begin):
    """Any bytes end in CorruptFile, or in knots that push to the very same integers."""
    code = coding(tables[VECTORS], {})
    try:
        window, _ = vdsde.pop(code, layout.join(knots, 0, stream), begin, begin + 50, None)
    except CorruptFile:
        return
    again, *_ = vdsde.push(code, window.knots, window.values, begin, None)
    assert layout.split(again)[2] == stream


def test_every_gap_is_within_reach(tables):
    """Knots further apart than the code of times can say get others between them."""

    class Far:
        def place(self, seen, density, seed):
            return np.array([0, 5, 1500, 2999])

    class Seen:
        times = np.arange(3000)

    for longest in (LONGEST, 30):
        knots = vdsde.choose(Far(), tables[VECTORS], Seen(), vdsde.Request(), longest)
        assert np.diff(knots).max() <= longest
        assert set(knots) >= {0, 5, 1500, 2999}


def test_the_cheaper_code_of_times_is_taken(tables):
    """Gaps like the histogram's use it; gaps that it thinks rare are worth a parameter."""
    made, request = tables[VECTORS], vdsde.Request(quality=60)
    code = coding(made, {})
    usual = 1 + int(np.argmax(made.gaps[made.curve[59, 2]]))
    near, far = np.arange(0, 40 * usual + 1, usual), np.arange(0, 40 * 29 + 1, 29)
    assert "p" not in vdsde.file_params(made, request, near)
    assert "p" in vdsde.file_params(made, request, np.array([0, code.times.max_gap + 1]))
    sizes = [
        coding(made, params).times.bits(far, int(far[-1]))
        for params in ({}, {"p": vdsde.file_params(made, request, far).get("p", 2000)})
    ]
    assert ("p" in vdsde.file_params(made, request, far)) == (sizes[1] + 40 < sizes[0])


@pytest.mark.parametrize("params", [{"q": 0}, {"p": 0}, {"l": 9}, {"g": 3}, {"a": 7}])
def test_parameters_must_be_the_tables(tables, params):
    """Parameters out of range, or of other tables, are corrupt."""
    with pytest.raises(CorruptFile):
        coding(tables[VECTORS], params)
