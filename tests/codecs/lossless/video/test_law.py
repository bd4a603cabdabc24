"""Laws: frequencies that sum to 2**16, and slopes that are the derivatives of the cost."""

import numpy as np
import pytest

from vdsc.codecs.lossless.video import edges
from vdsc.codecs.lossless.video import law_tables as tables
from vdsc.codecs.lossless.video.edges import Edges
from vdsc.codecs.lossless.video.law import BUMPS, PixelDistribution

ONE = float(1 << 28)
LEVELS = np.arange(257, dtype=np.int16)[None]
NONE = np.zeros(1, dtype=np.int64)


def laws(count=40, experts=4, seed=0, bumps=BUMPS):
    rng = np.random.default_rng(seed)
    outputs = rng.normal(0, 2, (count, 3 * bumps + experts + 1))
    base = np.tile(rng.integers(0, 256, count).astype(np.float64), (bumps, 1))
    base[BUMPS:] += np.arange(1, bumps - BUMPS + 1)[:, None] / 16
    copies = rng.integers(0, 256, (count, experts))
    return outputs, base, copies


def test_masses_rise_to_one():
    outputs, base, copies = laws()
    mass = PixelDistribution.of(np.rint(outputs * ONE), base).below(
        Edges.of(LEVELS), copies, NONE, 1
    )
    assert (np.diff(mass, axis=1) >= 0).all()
    assert (mass[:, 0] == 0).all()
    assert (mass[:, -1] == 2.0**46).all()


def test_rows_are_frequencies():
    outputs, base, copies = laws()
    mass = PixelDistribution.of(np.rint(outputs * ONE), base).below(
        Edges.of(LEVELS[:, ::16]), copies, NONE, 16
    )
    rows = edges.rows(mass)
    assert rows.min() >= 1
    assert (rows.sum(axis=1) == 1 << 16).all()


def test_rows_of_no_mass_are_frequencies():
    rows = edges.rows(np.zeros((3, 17)))
    assert rows.min() >= 1
    assert (rows.sum(axis=1) == 1 << 16).all()


def test_groups_hold_what_their_cells_hold():
    outputs, base, copies = laws()
    law = PixelDistribution.of(np.rint(outputs * ONE), base)
    fine = law.below(Edges.of(LEVELS), copies, NONE, 1)
    coarse = law.below(Edges.of(LEVELS[:, ::16]), copies, NONE, 16)
    assert (fine[:, ::16] == coarse).all()


@pytest.mark.parametrize("bumps", [BUMPS, BUMPS + 2])
def test_slopes_are_derivatives(bumps):
    outputs, base, copies = laws(count=200, bumps=bumps)
    outputs[:, bumps : 2 * bumps] = np.abs(outputs[:, bumps : 2 * bumps]) / 2
    value = np.clip(base[0] + np.random.default_rng(1).integers(-3, 4, 200), 0, 255).astype(int)

    def cost(outputs):
        mean = base.T + outputs[:, :bumps]
        scale, score = np.exp(outputs[:, bumps : 2 * bumps]), outputs[:, 2 * bumps :]
        share = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
        edges = np.stack((value - 0.5, value + 0.5))
        edges[0, value == 0], edges[1, value == 255] = -1e9, 1e9
        low, high = (
            1 / (1 + np.exp(-np.clip((e[:, None] - mean) / scale, -700, 700))) for e in edges
        )
        masses = np.concatenate(
            (high - low, copies == value[:, None], np.full((200, 1), 1 / 256)), 1
        )
        return -np.log((masses * share).sum(axis=1))

    edges = np.stack((value, value + 1), axis=1).astype(np.int16)
    law = PixelDistribution.of(np.rint(outputs * ONE), base)
    slopes = law.slopes(Edges.of(edges), copies == value[:, None]) / 2.0**18
    for column in range(outputs.shape[1]):
        ahead, behind = outputs.copy(), outputs.copy()
        ahead[:, column] += 1e-4
        behind[:, column] -= 1e-4
        expected = (cost(ahead) - cost(behind)) / 2e-4
        close = np.abs(slopes[:, column] - expected) < 0.05
        assert close.mean() > 0.9  # scales are rounded to sixteenths


@pytest.mark.parametrize("name", ["cdf", "density", "inverse_scales", "shares", "companded"])
def test_tables_are_close_to_what_they_tabulate(name):
    table = getattr(tables, name)()
    place = (np.arange(2**15 + 1) - 2**14) / 1024
    logistic = 1 / (1 + np.exp(-place))
    away = np.arange(-511, 512)
    expected = {
        "cdf": logistic * 2**30,
        "density": logistic * (1 - logistic) * 2**30,
        "inverse_scales": np.exp(-np.arange(-48, 81) / 16),
        "shares": np.exp(-np.arange(513) / 32) * 2**24,
        "companded": np.clip(np.sign(away) * 16 * np.log2(1 + np.abs(away)), -127, 127),
    }[name]
    slack = {"cdf": 2000, "density": 2000, "inverse_scales": 1e-6, "companded": 0.5001}
    assert np.abs(table - expected).max() <= slack.get(name, 2)
