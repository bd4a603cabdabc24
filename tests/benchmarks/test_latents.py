"""What latents cost, by the coder and in real numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from benchmarks import latents
from benchmarks import real_probabilities as ideal
from benchmarks.float_networks import View
from tests import tiny
from vdsc.bench.clips import Clip
from vdsc.bench.peers import bitsback_alone as bitsback
from vdsc.codecs.lossless.bitsback.bitsback_method import FITTED
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.model import Model
from vdsc.codecs.lossless.bitsback.window import Window
from vdsc.model import store
from vdsc.model.path_model import PathModel

PLANS = [
    LatentPlan(None, 4, frozen=False),
    LatentPlan(None, 4),
    LatentPlan(200, 4, frozen=False),
    LatentPlan(0, 4),
]


@pytest.fixture
def view(installed) -> View:
    """The tiny networks' view of 12 frames."""
    networks = PathModel.load(store.by_name(tiny.PIXELS), "cpu")
    return View.of(networks, tiny.clip(tiny.PIXELS, 12))


def mild(model: Model) -> Model:
    """The same model under a frozen prior that calls nothing impossible.

    Where a law does, the coder's tables ask less than real numbers: no symbol has less than 2^-16.
    """
    tables = model.frozen
    model.frozen = replace(
        tables,
        sigma=np.maximum(tables.sigma, 9000),
        activity_gain=np.maximum(tables.activity_gain, 50000),
    )
    return model


def test_cells_have_their_probability() -> None:
    """Masses of cells are differences of the distribution function, in either tail."""
    ends = np.array([[-1.0, 0.2, 3.0, -9.0, 9.0], [0.5, 0.3, 8.0, -8.0, 10.0]])
    for i, mass in enumerate(norm.cdf(ends[1][:4], 0.1, 1.2) - norm.cdf(ends[0][:4], 0.1, 1.2)):
        one = ends[:, i : i + 1]
        bits = ideal.cells_bits(one, np.array([0.1]), np.array([1.2]))
        assert bits == pytest.approx(-np.log2(mass), rel=1e-6)
    mirror = ideal.cells_bits(ends[:, 4:], np.zeros(1), np.ones(1))
    assert mirror == pytest.approx(ideal.cells_bits(-ends[::-1, 4:], np.zeros(1), np.ones(1)))
    assert np.isfinite(mirror)


def test_gaps_share_one() -> None:
    """With two gaps possible the last takes the rest; what must be is free."""
    below = np.array([[0.25, 0.75, 1.0]] * 3)
    assert ideal.gaps_bits(below[:1], np.array([0, 1])) == 0
    assert ideal.gaps_bits(below[:1], np.array([0, 2])) == pytest.approx(-np.log2(0.75))
    steps = ideal.gaps_bits(below[:2], np.array([0, 2, 5]))
    assert steps == pytest.approx(-np.log2(0.5) - np.log2(0.25))


def test_normal_kl_is_what_sampling_finds() -> None:
    """The closed form agrees with the mean of log q - log p."""
    x = np.random.default_rng(0).normal(0.3, 0.5, 200_000)
    sampled = (norm.logpdf(x, 0.3, 0.5) - norm.logpdf(x, 0, 1)).mean() / np.log(2)
    one, other = (np.full(1, 0.3), np.full(1, 0.5)), (np.zeros(1), np.ones(1))
    assert ideal.normal_kl(one, other) == pytest.approx(sampled, rel=0.02)
    assert ideal.normal_kl(one, one) == 0


@pytest.mark.parametrize("plan", PLANS)
def test_the_coder_costs_what_real_numbers_say(view: View, plan: LatentPlan) -> None:
    """Of latents that the networks draw, posterior, prior and times cost the same within 2 %."""
    model = mild(bitsback.model.__wrapped__(tiny.PIXELS))
    window, rng = Window(model, plan), np.random.default_rng(2)
    seen = model.twin.see(FITTED.units(tiny.clip(tiny.PIXELS, 12)))
    for _ in range(5):
        latent = view.cells(view.knots(plan.density, rng), window.grid, window.moving, rng)
        own, prior = view.values_bits(latent, window.grid, window.moving)
        if plan.frozen:
            prior = ideal.frozen_values(model.frozen, latent, window.grid)
        coded, pushed = window.posterior_bits(seen, latent), window.prior_bits(latent)
        assert own == pytest.approx(coded[0], rel=0.02)
        assert prior == pytest.approx(pushed[0], rel=0.02)
        if plan.density is not None:
            times = view.times_bits(latent.knots, plan.density)
            assert times == pytest.approx((coded[1], pushed[1]), rel=0.02, abs=0.05)


def test_savings_are_of_the_first_row_of_a_prior() -> None:
    """A learned grid is compared with knots at every frame under the same prior."""
    rows = [{"prior": p, "net": n} for p, n in (("a", 200.0), ("b", 50.0), ("a", 150.0))]
    assert [row["saved"] for row in latents.saved(rows)] == [0.0, 0.0, 0.25]


def test_the_study_reports_every_density_and_prior(installed, monkeypatch) -> None:
    """Eight rows whose net bits are values and times; the table says them."""
    bitsback.model.cache_clear()
    clip = Clip("blobs", tiny.clip(tiny.PIXELS, 12), None)
    found = latents.study(tiny.PIXELS, [clip])
    assert [row["density"] for row in found["rows"][::2]] == [None, 255, 128, 0]
    for row in found["rows"]:
        assert row["net"] == pytest.approx(row["values"] + row["times"])
        assert row["observations"] > 0
    assert all(row["knots"] == 12 for row in found["rows"][:2])
    assert "float KL" in latents.markdown(found)
    assert found["paper"] == (171.75, 126.55)


def test_both_observation_models_return_the_clip(installed) -> None:
    """The paper's and ours, each as a stack alone."""
    x = tiny.clip(tiny.PIXELS, 6)
    for peer in bitsback.peers(tiny.PIXELS, len(x)):
        assert (peer.decode(peer.encode(x, ())) == x).all()
