"""Decoding at other instants than the original ones."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vdsc
from tests import tiny
from tests.battery import same
from tests.forge import knots
from tests.tiny import VECTORS
from vdsc.core.instants import Instants
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput, LimitExceeded

SECONDS = 4.0  # 121 frames at 30/s, four windows


@pytest.fixture(scope="module")
def file(tiny):
    """A file of four windows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(tiny))
        return knots(clip())


def clip():
    return tiny.clip(VECTORS, 121)


def test_one_instant_does_not_depend_on_the_others(file):
    """A time alone, among few and among many decodes to the same frame."""
    many = np.linspace(0, SECONDS, 2000)
    all_frames = vdsc.decompress(file, times=many).values
    for some in (many[[777]], many[::37], many[1500:]):
        at = np.searchsorted(many, some)
        assert same(vdsc.decompress(file, times=some).values, all_frames[at])


def test_the_path_has_no_jump_at_a_seam(file):
    """Across window boundaries, frames a hair apart differ by a hair."""
    for seam in (1.0, 2.0, 3.0):
        around = seam + np.array([-1e-6, 0.0, 1e-6])
        before, at, after = vdsc.decompress(file, times=around).values
        assert np.abs(before - at).max() < 0.05
        assert np.abs(after - at).max() < 0.05


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(fps=st.fractions(Fraction(1, 100), 500, max_denominator=1001))
def test_every_rate_fills_the_span(file, fps):
    """At any rate there are floor(span x rate) + 1 frames, from the first instant on."""
    found = vdsc.decompress(file, fps=fps)
    assert len(found.values) == 4 * fps // 1 + 1
    assert found.clock == Clock(rate=fps)
    assert found.times[-1] <= SECONDS < found.times[-1] + 1 / fps


@pytest.mark.parametrize(
    ("times", "advice"),
    [
        ([1.0, 0.5], "sort the frames"),
        ([1.0, 1.0], "same instant"),
        ([0.0, np.nan], "not finite"),
        ([-0.1, 1.0], "spans 0 to 4 s"),
        ([4.1], "spans 0 to 4 s"),
        ([], "one list"),
        ([[1.0]], "one list"),
        (1.0, "one list"),
        (["x"], "numbers"),
        ([1.0, [2.0]], "numbers"),
    ],
)
def test_times_that_cannot_be_decoded(file, times, advice):
    """Unsorted, repeated, endless and foreign times are refused with advice."""
    with pytest.raises(InvalidInput, match=advice):
        vdsc.decompress(file, times=times)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), "fast", 1e-300])
def test_rates_that_are_none(file, fps):
    """Zero, negative, infinite and nonsensical rates are refused both ways."""
    with pytest.raises(InvalidInput, match="above zero"):
        vdsc.decompress(file, fps=fps)
    with pytest.raises(InvalidInput, match="above zero"):
        vdsc.compress(clip(), fps=fps)


def test_rate_and_times_exclude_each_other(file):
    """Both at once are refused."""
    with pytest.raises(InvalidInput, match="not both"):
        vdsc.decompress(file, fps=3, times=[1.0])
    with pytest.raises(InvalidInput, match="not both"):
        vdsc.compress(clip(), fps=3, times=np.arange(121))


@pytest.mark.parametrize("fps", [1e9, 1e18, 1e300])
def test_too_many_frames_are_refused_before_any_is_made(file, fps):
    """The number of frames is limited, and the limit comes with advice."""
    with pytest.raises(LimitExceeded, match="ask for fewer"):
        vdsc.decompress(file, fps=fps)


def test_times_a_rounding_beyond_the_ends_are_met(file):
    """Times written as text may lie a millionth outside the span."""
    ends = vdsc.decompress(file, times=[0.0, SECONDS]).values
    near = vdsc.decompress(file, times=[-5e-7, SECONDS + 5e-7]).values
    assert same(near, ends)


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=30),
    st.lists(st.integers(0, 1500), min_size=1, max_size=6),
)
def test_instants_are_dealt_out_once(steps, cuts):
    """However the span is cut, each instant falls into exactly one part, in order."""
    clock = Clock(times=np.cumsum(steps).astype(float))
    for outline in (Outline((len(steps), 1), np.dtype("f4"), clock), steady(len(steps))):
        edges = [-np.inf, *sorted(cuts), np.inf]
        dealt = [
            part
            for low, high in pairwise(edges)
            for part in Instants(outline, own=False).between(low, high)
        ]
        assert (np.concatenate(dealt) == outline.clock.seconds(0, outline.frames)).all()


def steady(frames):
    clock = Clock(rate=Fraction(1, 49), start=3.0)
    return Outline((frames, 1), np.dtype("f4"), clock)
