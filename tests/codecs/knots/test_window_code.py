"""Windows of knots to bodies and back, without any network."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiny import PIXELS, VECTORS
from vdsc.codecs.knots import placing, window_code
from vdsc.codecs.knots.coding import LONGEST, WILDEST, Coding
from vdsc.codecs.knots.params import KnotParams
from vdsc.codecs.knots.placing import PlacedKnots
from vdsc.codecs.knots.settings import KnotSettings
from vdsc.codecs.model_tables import Tables
from vdsc.codecs.windows import windows
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, InvalidInput
from vdsc.model import store

QUICK = settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module")
def tables(tiny):
    """The frozen tables of both checkpoints, by name."""
    folders = (store.Checkpoint.open(tiny / name) for name in (VECTORS, PIXELS))
    return {c.name: Tables.from_arrays(*c.tensors[::-1]) for c in folders}


def coding(tables, frames=300, clock=None, *, old=False, **params):
    said = KnotParams(
        **({"quality": 60, "local": tables.dims[0], "still": tables.dims[1]} | params)
    )
    outline = Outline((frames, 6), np.dtype("<f4"), clock or Clock(rate=Fraction(30)))
    return Coding(tables, Fraction(30), outline, said, old=old)


def walk(rng, knots, dims):
    """Random knot values, now and then far beyond the compander."""
    z = np.cumsum(rng.normal(size=(len(knots), dims)) / 3, axis=0)
    z[rng.random(z.shape) < 0.05] *= 50
    return z


@pytest.mark.parametrize("name", [VECTORS, PIXELS])
@pytest.mark.parametrize(
    "params", [{}, {"rate": 9000}, {"every": True}], ids=["histogram", "poisson", "all"]
)
@QUICK
@given(seed=st.integers(0, 2**32), chunk=st.integers(2, 120), frames=st.integers(1, 300))
def test_what_is_pushed_is_popped(tables, name, params, seed, chunk, frames):
    """Knots, cells and values of all windows come back, and windows share their seams."""
    code, rng = coding(tables[name], frames, **params), np.random.default_rng(seed)
    sent, got, past, before = [], [], None, None
    for begin, end in windows(frames, chunk):
        keep = rng.random(end - begin) < (1 if params.get("every") else rng.random())
        keep[[0, -1]] = True
        keep[:: min(code.times.max_gap, len(keep))] = True
        knots = np.flatnonzero(keep)
        z = walk(rng, knots, len(code.still))
        made = window_code.push(code, PlacedKnots(knots), code.snapped(z, past), begin, past)
        window = window_code.pop(code, made.data, begin, end, before)
        past, before = made.window.after, window.after
        assert made.spent <= len(made.data)
        near = np.abs(code.grid.value(made.window.cells) - np.rint(z * 65536)) * 2
        inner = ~code.still & (np.arange(len(knots)) > 0)[:, None]
        assert (near <= code.grid.width(made.window.cells) + 2)[inner].all()
        sent.append(made.window)
        got.append(window)
    for made, window in zip(sent, got, strict=True):
        assert (window.knots == made.knots).all()
        assert (window.cells == made.cells).all()
        assert (window.values == made.values).all()
        assert (code.grid.value(window.cells) == window.values).all()
    for a, b in itertools.pairwise(got):
        assert (a.cells[-1] == b.cells[0]).all()
        assert (a.cells[0, code.still] == b.cells[-1, code.still]).all()


def test_nothing_is_clamped(tables):
    """Values up to 2**15 get a cell that holds them; those beyond are refused with advice."""
    code = coding(tables[VECTORS])
    z = np.array([[WILDEST - 1, -WILDEST + 1, 300.0, -12.5]])
    cells = code.snap(z)
    assert (np.abs(code.grid.value(cells) - z * 65536) <= code.grid.width(cells)).all()
    for wrong in (WILDEST, -WILDEST, np.nan, np.inf):
        with pytest.raises(InvalidInput, match="--lossless"):
            code.snap(np.array([[0.0, 0, 0, wrong]]))


def test_old_files_have_a_closed_grid(tables):
    """Under the old id cells end at about 12, as they did."""
    old, new = coding(tables[VECTORS], old=True), coding(tables[VECTORS])
    far = np.array([[50.0, 50, 50, 50]])
    assert (old.grid.value(old.snap(far)) < 20 * 65536).all()
    assert (new.grid.value(new.snap(far)) > 40 * 65536).all()


@QUICK
@given(stream=st.binary(max_size=150), begin=st.integers(0, 40))
def test_noise_is_refused_or_read(tables, stream, begin):
    """Any bytes end in CorruptFile, or in knots that push to the very same integers."""
    code = coding(tables[VECTORS])
    try:
        window = window_code.pop(code, stream, begin, begin + 50, None)
    except CorruptFile:
        return
    if (np.abs(window.values) < WILDEST << 16).all():
        cells = code.snapped(window.values / 65536, None)
        again = window_code.push(code, PlacedKnots(window.knots), cells, begin, None)
        assert again.data == stream


def test_every_gap_is_within_reach(tables):
    """Knots further apart than the code of times can say get others between them."""

    class Far:
        def place(self, seen, density, seed, cell):
            return np.array([0, 5, 1500, 2999])

    class Seen:
        times = np.arange(3000)

    for longest in (LONGEST, 30):
        code, request = coding(tables[VECTORS]), KnotSettings(effort=0)
        knots = placing.choose(Far(), code, Seen(), request, 0, longest)
        assert np.diff(knots).max() <= longest
        assert set(knots) >= {0, 5, 1500, 2999}


def test_the_cheaper_code_of_times_is_taken(tables):
    """Gaps like the histogram's use it; gaps that it thinks rare are worth a parameter."""
    made, request = tables[VECTORS], KnotSettings(quality=60)
    row = made.row(60)
    code = coding(made, quality=row)
    usual = 1 + int(np.argmax(made.gaps[made.curve[row - 1, 2]]))
    near, far = np.arange(0, 40 * usual + 1, usual), np.arange(0, 40 * 29 + 1, 29)
    assert placing.file_params(made, request, near).rate is None
    beyond = placing.file_params(made, request, np.array([0, code.times.max_gap + 1]))
    assert beyond.rate == round(65536 / (code.times.max_gap + 1))
    rate = placing.file_params(made, request, far).rate
    plain, free = (
        coding(made, quality=row, rate=r).times.bits(far, int(far[-1]))
        for r in (None, rate or 2000)
    )
    assert (rate is not None) == (free + 8 * placing.PARAMETER < plain)


@pytest.mark.parametrize(
    "params", [{"local": 9}, {"still": 3}, {"local": 4, "still": 0}, {"local": 2, "still": 1}]
)
def test_dimensions_must_be_the_tables(tables, params):
    """An old file of other dimensions than its checkpoint's is corrupt."""
    with pytest.raises(CorruptFile, match="dimensions"):
        coding(tables[VECTORS], old=True, **params)


def test_a_clock_that_cannot_be_is_corrupt(tables):
    """Frames a nanosecond's fraction apart are in no file."""
    with pytest.raises(CorruptFile, match="apart"):
        coding(tables[VECTORS], clock=Clock(rate=Fraction(10**12)))
