"""Paths of smoother priors are conditional means, and the study compares whole files of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.linalg import expm, solve_continuous_lyapunov

import vdsc
from benchmarks import digit_paths, smooth_priors
from benchmarks.smooth_paths import SMOOTH, SPLINE, SmoothPrior, paths_of
from tests import tiny
from vdsc.bench.clips import Clip
from vdsc.model import curve
from vdsc.model.seen_channels import SeenChannels
from vdsc.model.spline_fit import SplineFit

KNOTS = np.array([0.0, 0.05, 0.2, 0.55, 0.65])
QUERIES = np.linspace(0, 0.65, 27)


def conditional(covariance, knots, queries):
    """The mean at queries (Q,) given knots (M,), from cov(s, t) of single times."""
    across = np.array([[covariance(q, k) for k in knots] for q in queries])
    among = np.array([[covariance(a, b) for b in knots] for a in knots])
    return across @ np.linalg.inv(among)


@pytest.mark.parametrize("rate", [0.5, 6.0])
def test_matern_is_a_position_pulled_back_and_damped(rate):
    """The mean is that of z'' = -r^2 z - 2 r z' + noise, by Lyapunov's equation."""
    drift = np.array([[0.0, 1.0], [-(rate**2), -2 * rate]])
    spread = solve_continuous_lyapunov(drift, -np.diag([0.0, 1.0]))

    def covariance(s, t):
        return (expm(drift * abs(s - t)) @ spread)[0, 0]

    expected = conditional(covariance, KNOTS, QUERIES)
    made = SmoothPrior("Matern 3/2", rate).mean(KNOTS, QUERIES)
    assert made == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("rate", [1.0, 20.0])
def test_integrated_ou_is_the_integral_of_a_velocity(rate):
    """The mean is that of an unknown height and summed steps of an OU velocity, in the limit."""
    fine = np.linspace(0, 0.65, 1301)
    speeds = np.exp(-rate * np.abs(fine[:, None] - fine)) * 1e4
    steps = (fine[1] - fine[0]) * (speeds[:-1] + speeds[1:]) / 2
    half = np.vstack([np.zeros(len(fine)), np.cumsum(steps, axis=0)])
    steps = (fine[1] - fine[0]) * (half[:, :-1] + half[:, 1:]) / 2
    heights = np.hstack([np.zeros((len(fine), 1)), np.cumsum(steps, axis=1)]) + 1e6

    def covariance(s, t):
        return heights[round(s * 2000), round(t * 2000)]

    expected = conditional(covariance, KNOTS, QUERIES)
    made = SmoothPrior("integrated OU", rate).mean(KNOTS, QUERIES)
    assert made == pytest.approx(expected, abs=2e-3)


def test_ou_is_the_bridge():
    """The mean of OU is equation (21) with nu^2 = 2 r between the knots."""
    units = torch.eye(len(KNOTS), dtype=torch.float64)[None]
    times, knots = (torch.from_numpy(t)[None] for t in (QUERIES, KNOTS))
    nu = torch.full((len(KNOTS),), 2.0, dtype=torch.float64)
    expected = curve.bridge(times, knots, units, nu)[0]
    made = SmoothPrior("OU", 2.0).mean(KNOTS, QUERIES)
    assert made == pytest.approx(expected.numpy(), abs=1e-9)


@pytest.mark.parametrize("kind", ["Matern 3/2", "integrated OU"])
def test_smooth_priors_become_the_spline(kind):
    """At a low rate both are the natural cubic spline, at a higher one they are not."""
    spline = curve.spline_matrix(KNOTS, QUERIES)
    assert SmoothPrior(kind, 0.01).mean(KNOTS, QUERIES) == pytest.approx(spline, abs=2e-3)
    assert np.abs(SmoothPrior(kind, 6.0).mean(KNOTS, QUERIES) - spline).max() > 0.02


def test_tension_straightens():
    """Integrated OU of a high rate is the straight line."""
    line = curve.line_matrix(KNOTS, QUERIES)
    made = SmoothPrior("integrated OU", 1e4).mean(KNOTS, QUERIES)
    assert made == pytest.approx(line, abs=0.02)


@pytest.mark.parametrize("count", [1, 2])
def test_few_knots(count):
    """The path goes through one knot or two."""
    for prior in SMOOTH:
        made = prior.mean(KNOTS[:count], KNOTS[:count])
        assert made == pytest.approx(np.eye(count), abs=1e-8)


@pytest.mark.parametrize("prior", SMOOTH, ids=lambda prior: prior.name)
def test_a_search_knows_what_a_knot_is_worth(prior):
    """What the fit says of a knot that goes is what fitting without it gives."""
    rng = np.random.default_rng(0)
    times, knots = np.arange(40) / 60, np.array([0, 6, 11, 19, 30, 39])
    reached = rng.normal(size=(40, 3)).cumsum(axis=0)
    seen = SeenChannels(reached, np.zeros((40, 3)), np.full(3, 0.1))
    with paths_of(prior):
        fit = SplineFit(seen, times, knots)
        for which in range(1, 5):
            less = SplineFit(seen, times, np.delete(knots, which))
            assert fit.without(which) == pytest.approx(less.cost - fit.cost, rel=1e-5)


def test_files_follow_the_prior(installed):
    """A file made and read under a prior is near the clip, and another path without it."""
    values = tiny.clip(tiny.VECTORS, 41)
    with paths_of(SmoothPrior("integrated OU", 20)):
        file = vdsc.compress(values, fps=30, codec="knots", model=tiny.VECTORS, quality=60)
        tense = vdsc.decompress(file).values
    loose = vdsc.decompress(file).values
    knots = np.rint(np.array(vdsc.inspect_knots(file)) * 30).astype(int)
    assert tense[knots] == pytest.approx(loose[knots], abs=1e-3)
    assert np.abs(tense - loose).max() > 1e-3


def test_files_are_compared_with_the_spline(installed, monkeypatch, tmp_path):
    """Each prior has its bytes and errors at all qualities; the spline is as large as itself."""
    clips = [Clip("waves", tiny.clip(tiny.VECTORS, 70, seed), 30.0) for seed in range(2)]
    monkeypatch.setattr(smooth_priors, "CORPORA", {"walks": ("waves", tiny.VECTORS)})
    monkeypatch.setattr(smooth_priors, "motion", lambda *_: clips)
    monkeypatch.setattr(smooth_priors, "SMOOTH", [SmoothPrior("Matern 3/2", 2)])
    monkeypatch.setattr(smooth_priors, "QUALITIES", (1, 40, 70, 100))
    monkeypatch.setattr(smooth_priors, "to_stderr", lambda _: None)
    monkeypatch.setattr(smooth_priors, "OUT", tmp_path / "smooth.json")
    found = smooth_priors.files("walks", None)
    assert [len(rows) for rows in found["rows"]["own knots"].values()] == [4, 4, 4]
    assert found["against"]["same knots"]["cubic spline"]["all"]["mean"] == 0.0
    own = smooth_priors.refitted(None)
    assert own["against"]["same knots"]["cubic spline"]["all"]["mean"] == 0.0
    page = smooth_priors.page({"walks": found, "refitted": own})
    assert page.count("Matern 3/2, 2/s") == 2


def test_clips_without_a_common_error_do_not_count():
    """A rate is the mean over clips that have one."""
    sizes, losses = (10, 20, 40, 80), (4.0, 2.0, 1.0, 0.5)
    pairs = list(zip(sizes, losses, strict=True))
    usual = [[{"bytes": size, "degrees": loss}] * 2 for size, loss in pairs]
    far = [{"bytes": size, "degrees": loss + 9} for size, loss in pairs]
    twice = [
        [{"bytes": 2 * size, "degrees": loss}, other]
        for (size, loss), other in zip(pairs, far, strict=True)
    ]
    rows = {SPLINE: usual, "twice": twice}
    found = smooth_priors.against(rows)["twice"]["all"]
    assert found["clips"] == 1
    assert found["mean"] == pytest.approx(1.0)


def test_bends_get_their_knots():
    """A path that bends at one frame keeps a knot there; then lines through it leave nothing."""
    times = np.arange(21) / 10
    bent = np.abs(times - 1.2)[:, None]
    with paths_of(SmoothPrior("OU", 1e-3)):
        few, more = digit_paths.thinned_to(bent, times, [3, 6])
        assert few.tolist() == [0, 12, 20]
        assert len(more) == 6
        assert digit_paths.path_error(bent, times, few) < 1e-5
    assert digit_paths.path_error(bent, times, few) > 0.05
