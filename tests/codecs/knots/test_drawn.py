"""Knot times that are drawn: windows come back, damage is told, and nothing runs for ever."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots import placing, window_code
from vdsc.codecs.knots.coding import Coding
from vdsc.codecs.knots.drawn_times import DrawnTimes
from vdsc.codecs.knots.params import KnotParams
from vdsc.codecs.knots.placing import PlacedKnots
from vdsc.codecs.knots.settings import KnotSettings
from vdsc.codecs.model_tables import Tables
from vdsc.codecs.windows import windows
from vdsc.core.sequence import Clock, Outline
from vdsc.entropy import BitStack, PoissonGaps, RenewalGaps
from vdsc.errors import CorruptFile
from vdsc.model import store

QUICK = settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module")
def tables(tiny):
    """Frozen tables of the vectors."""
    return Tables.from_arrays(*store.Checkpoint.open(tiny / "tiny-vectors").tensors[::-1])


def coding(tables, **params):
    outline = Outline((300, 6), np.dtype("<f4"), Clock(rate=Fraction(30)))
    return Coding(tables, Fraction(30), outline, KnotParams(60, drawn=True, **params))


def laws(rng, span, longest, sharp):
    """Random laws (span, longest) of gaps, more or less sharp, some gaps impossible."""
    law = rng.random((span, longest)) ** sharp
    law[rng.random(law.shape) < 0.2] = 0
    return law + 1e-12


@QUICK
@given(
    seed=st.integers(0, 2**32), span=st.integers(1, 200), sharp=st.floats(0, 6),
    shared=st.integers(0, 2**63 - 1), first=st.integers(0, 2**45), poisson=st.booleans(),
)  # fmt: skip
def test_any_law_comes_back(seed, span, sharp, shared, first, poisson):
    """The knots that were drawn are popped, by who knows the row, the seed and the window."""
    rng = np.random.default_rng(seed)
    row = PoissonGaps(9000, 90).row if poisson else RenewalGaps(rng.integers(0, 50, 30) + 1).row
    times, stack = DrawnTimes(row, shared), BitStack()
    stack.push_uniform(np.array([77]), np.array([1 << 20]))
    before = stack.to_bytes()
    draw = times.draw(laws(rng, span, row.size, sharp), first)
    head = times.push(stack, draw)
    assert draw.knots[0] == 0
    assert draw.knots[-1] == span
    assert (np.diff(draw.knots) >= 1).all()
    assert (np.diff(draw.knots) <= row.size).all()
    assert (times.pop(stack, head, span, first) == draw.knots).all()
    assert stack.to_bytes() == before


@pytest.mark.parametrize("sharp", [0, 1, 3, 6, 12])
def test_bits_are_near_the_kl(sharp):
    """On average a window of 100 frames takes at most 1.2 KL and two bytes."""
    rng, row = np.random.default_rng(3), RenewalGaps(np.arange(40, 0, -1)).row
    law, stack = rng.random((99, 40)) ** sharp, BitStack()
    stack.push_uniform(np.full(2, 99), np.full(2, 1 << 24))
    before, kl, spent = stack.bits, DrawnTimes(row).weigh(law).kl[0], 0
    for seed in range(40):
        times = DrawnTimes(row, seed)
        spent += 8 * len(times.push(stack, times.draw(law, 0)))
    assert (stack.bits - before + spent) / 40 <= 1.2 * kl + 16


def test_a_draw_follows_the_law():
    """The first gap of many seeds is spread as the law says."""
    row, law = RenewalGaps(np.array([3, 2, 2, 1])).row, np.tile([0.1, 0.2, 0.6, 0.1], (12, 1))
    first = [DrawnTimes(row, seed).draw(law, 0).knots[1] for seed in range(2000)]
    assert chisquare(np.bincount(first, minlength=5)[1:], 2000 * law[0]).pvalue > 1e-3


def test_windows_and_seeds_draw_apart():
    """Neither two windows nor two seeds share their noise."""
    row, law = RenewalGaps(np.ones(20)).row, np.ones((150, 20))
    drawn = [DrawnTimes(row, s).draw(law, w).knots.tolist() for s in (0, 1) for w in (0, 150)]
    assert len({tuple(knots) for knots in drawn}) == 4


@pytest.mark.parametrize("params", [{}, {"rate": 9000}, {"seed": 2**64 - 1}])
@QUICK
@given(seed=st.integers(0, 2**32), chunk=st.integers(2, 120), frames=st.integers(2, 300))
def test_what_is_pushed_is_popped(tables, params, seed, chunk, frames):
    """Knots and cells of all windows of a file come back; the body tells the KL of a gap."""
    code, rng = coding(tables, **params), np.random.default_rng(seed)
    past = before = None
    for begin, end in windows(frames, chunk):
        law = laws(rng, end - 1 - begin, code.times.max_gap, 3)
        draw = code.drawn.draw(law, begin)
        z = rng.normal(size=(len(draw.knots), 4))
        sent = window_code.push(
            code, PlacedKnots(draw.knots, draw), code.snapped(z, past), begin, past
        )
        got = window_code.pop(code, sent.data, begin, end, before)
        past, before = sent.window.after, got.after
        assert (got.knots == draw.knots).all()
        assert (got.values == sent.window.values).all()
        assert (got.cells == sent.window.cells).all()
        assert layout.kl_of_a_gap(sent.data) == draw.rate


@QUICK
@given(stream=st.binary(max_size=150), begin=st.integers(0, 40))
def test_noise_is_refused_or_read(tables, stream, begin):
    """Any bytes end in CorruptFile, or in knots from the first frame to the last."""
    try:
        window = window_code.pop(coding(tables), stream, begin, begin + 50, None)
    except CorruptFile:
        return
    assert (window.knots[0], window.knots[-1]) == (0, 49)
    assert (np.diff(window.knots) >= 1).all()


def test_codes_that_no_encoder_makes(tables):
    """Nothing at all, a gap that tells nothing, and an index beyond the last are corrupt."""
    code, stack = coding(tables), BitStack()
    for stream in (b"", b"\0\1"):
        with pytest.raises(CorruptFile, match="how much"):
            code.pop_times(stream, 50, 0)
    stack.push_uniform(np.array([5]), np.array([1 << 22]))
    row = np.ones((1, 23), np.int64)
    row[0, 22] = (1 << 16) - 22
    stack.push(np.array([22]), row)
    with pytest.raises(CorruptFile):
        window_code.pop(code, b"\xff" + stack.to_bytes(), 0, 50, None)


def test_every_cut_of_a_stream_is_noticed(tables):
    """A stream that ends early is corrupt, or has other knots than its chunk says."""
    code, rng = coding(tables), np.random.default_rng(1)
    draw = code.drawn.draw(laws(rng, 40, code.times.max_gap, 5), 0)
    z = rng.normal(size=(len(draw.knots), 4))
    sent = window_code.push(code, PlacedKnots(draw.knots, draw), code.snapped(z, None), 0, None)
    for length in range(len(sent.data)):
        try:
            window = window_code.pop(code, sent.data[:length], 0, 41, None)
        except CorruptFile:
            continue
        assert len(window.knots) != len(draw.knots)


def test_the_nearer_row_is_taken(tables):
    """The histogram where it is near the law; a rate of knots where gaps lie beyond it."""
    request, size = KnotSettings(quality=60, grid="rec"), coding(tables).times.max_gap
    row = coding(tables).times.row

    def near(longest):
        return np.tile(np.pad(row / 65536, (0, max(longest - size, 0)))[:longest], (100, 1))

    def far(longest):
        law = np.zeros((400, longest))
        law[:, min(longest, 3 * size) - 1] = 1
        return law

    assert placing.draw_params(tables, request, near) == KnotParams(tables.row(60), drawn=True)
    gap = 65536 / placing.draw_params(tables, request, far).rate
    assert 2 * size < gap < 4 * size
