"""What a file says of its bits: net bits of the latents are their KL, computed anew in floats."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from itertools import pairwise
from math import erfc, exp, hypot, sqrt

import numpy as np
import pytest

from tests import tiny
from vdsc.codecs.lossless.bitsback.bill import Bill, StoredBill, split
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.model import Model
from vdsc.codecs.lossless.bitsback.observation.logistic_mixture import unit_pixels
from vdsc.codecs.lossless.bitsback.window import Window
from vdsc.codecs.model_tables import Tables
from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile
from vdsc.model import store

FRAMES, DRAWS, DENSITY = 16, 24, 100
FROZEN, PLAIN = LatentPlan(None, 2), LatentPlan(None, 2, frozen=False)


@pytest.fixture(scope="module")
def model(tiny):
    """The tiny checkpoint's twins."""
    checkpoint = store.by_name(str(tiny / "tiny-pixels"))
    weights, tables = checkpoint.tensors
    return Model(
        checkpoint.settings["net"], weights, Tables.from_arrays(tables, weights).transition
    )


def normal(x):
    return np.vectorize(erfc)(-x / sqrt(2)) / 2


def logistic(x):
    return 1 / (1 + np.vectorize(exp)(np.clip(-x, None, 700)))


def shares(law, mean, scale, edges):
    """Probabilities of the cells between edges under a law, from its thin side."""
    x = (edges - mean) / scale
    right = x[:-1] > 0
    low, high = np.where(right, -x[1:], x[:-1]), np.where(right, -x[:-1], x[1:])
    return np.maximum(law(high) - law(low), 1e-300)


def posterior(model, seen, z, begin, end):
    """Equation (17), tick after tick, in floats: mean and scale of the value at `end`."""
    mean, variance = z, np.zeros(len(z))
    nu = np.array([n / 2**96 for n in model.twin.nu])
    for goal, pull in zip(seen.goals[begin:end], seen.pulls[begin:end], strict=True):
        mean = mean + pull / 2**30 * (goal / 65536 - mean)
        variance = (1 - pull / 2**30) ** 2 * variance + nu**2 / model.twin.fps
    return mean, np.sqrt(variance)


class Prior:
    """The law of each knot given those before it, as the page has it, in floats."""

    def __init__(self, tables, steps):
        self.t, self.steps = tables, steps / 65536
        self.law = normal if tables.law == "normal" else logistic
        self.before, self.lag, self.spread = None, 0, np.full(len(steps), 0.798)

    def first(self, z):
        """Means and scales at the first knot."""
        self.last = z
        return np.zeros(len(z)), self.t.sigma0 / 65536

    def later(self, z, lag):
        """Means and scales at a knot with values z; blocks see what is coded before them."""
        t, local = self.t, ~self.t.is_global
        row = min(lag, len(t.rho)) - 1
        slope = 0 * z if self.before is None else (self.last - self.before) * lag / self.lag
        means, bases, scales, left, now = (np.zeros(len(z)) for _ in range(5))
        for block in np.unique(t.blocks[local]):
            mine, early = local & (t.blocks == block), local & (t.blocks < block)
            for d in np.flatnonzero(mine):
                means[d] = t.rho[row, d] / 65536 * self.last[d]
                if t.weights is not None:
                    known = np.concatenate([self.last, slope, left])
                    means[d] += t.weights[t.lag_class[row], d] / 65536 @ known
                blur = t.rho[row, d] / 65536 * t.blur / 65536 * self.steps[d]
                bases[d] = hypot(t.sigma[row, d] / 65536, blur)
                scales[d] = bases[d] * self.gain(d, row, now, early)
            left[mine] = (z - means)[mine]
            now[mine] = (np.abs(left) / np.maximum(bases + self.steps / 8, 1e-9))[mine]
        self.before, self.last, self.lag, self.spread = self.last, z, lag, np.minimum(now, 16)
        return means, scales

    def gain(self, d, row, now, early):
        """What the activity makes of a scale."""
        t = self.t
        if t.activity_gain is None:
            return 1.0
        a, b, c = t.activity_weights
        total, parts = a * self.spread[d] + b * self.spread[~t.is_global].mean(), a + b
        if early.any():
            total, parts = total + c * np.minimum(now[early], 16).mean(), parts + c
        bucket = np.searchsorted(t.activity_edges / 65536, total / parts, side="right")
        return t.activity_gain[t.lag_class[row], bucket] / 65536


def drawn(model, plan, seed):
    """Net bits of one draw of the knots: as billed, and log q / p and its mean, both in floats."""
    window = Window(model, plan)
    seen = model.twin.see(unit_pixels(tiny.clip(tiny.PIXELS, FRAMES, seed)))
    noise = np.random.default_rng(seed).integers(1, 256, 4000).astype(np.uint8)
    latent = window.pop_posterior(BitStack.from_bytes(noise.tobytes()), seen)
    billed = window.prior_bits(latent)[0] - window.posterior_bits(seen, latent)[0]
    steps = window.grid.steps
    prior, z = Prior(window.prior._tables, steps), latent.cells * steps / 65536
    every = np.arange(len(steps))
    laws = [(seen.goals[0] / 65536, model.twin.spread / 65536, *prior.first(z[0]), every)]
    for i, (begin, end) in enumerate(pairwise(latent.knots.tolist())):
        laws.append(
            (*posterior(model, seen, z[i], begin, end), *prior.later(z[i + 1], end - begin),
             window.moving)
        )  # fmt: skip
    point = kl = 0.0
    for (q_mean, q_scale, p_mean, p_scale, dims), cells in zip(laws, latent.cells, strict=True):
        for d in dims:
            far = int(8 * q_scale[d] / steps[d] * 65536) + 2
            cell = np.arange(-far, far + 1) + round(q_mean[d] / steps[d] * 65536)
            edges = (np.append(cell, cell[-1] + 1) - 0.5) * steps[d] / 65536
            q = shares(normal, q_mean[d], q_scale[d], edges)
            ratio = np.log2(q / shares(prior.law, p_mean[d], p_scale[d], edges))
            assert cell[0] <= cells[d] <= cell[-1]
            point += ratio[cells[d] - cell[0]]
            kl += (q * ratio).sum()
    return billed, point, kl


def steady(frozen, prior):
    """The frozen tables with every kind of correction, but scales as wide as those of the OU."""
    lags = len(frozen.rho)
    gain = np.clip(frozen.activity_gain, 45000, 100000)
    return replace(
        frozen, rho=prior.rho[:lags], sigma=prior.sigma[:lags] * 5 // 9 + 1,
        weights=frozen.weights // 8, activity_gain=gain,
    )  # fmt: skip


@pytest.mark.parametrize(
    "plan", [FROZEN, PLAIN, LatentPlan(None, 0), LatentPlan(None, 4, frozen=False)]
)
def test_net_bits_of_the_values_are_their_kl(model, plan):
    """Over many draws within 2 % of log q / p, and of its mean as far as chance allows."""
    wide = copy(model)
    wide.frozen = steady(model.frozen, model.ou)
    billed, point, kl = np.array([drawn(wide, plan, seed) for seed in range(DRAWS)]).T
    assert np.abs(billed - point).max() < 0.2 * point.mean()
    assert abs(billed.mean() - point.mean()) < 0.02 * point.mean()
    chance = (billed - kl).std() / sqrt(DRAWS)
    assert abs(billed.mean() - kl.mean()) < 0.02 * kl.mean() + 3 * chance
    assert kl.mean() > 30


def test_what_the_prior_hardly_expects_costs_less_than_its_law_says(model):
    """Beyond 2^-16 of a row escapes are cheaper than the tails of the law, and never dearer."""
    billed, point, _ = np.array([drawn(model, FROZEN, seed) for seed in range(6)]).T
    assert (billed < 0.6 * point).all()


def gap_laws(model, hidden, left):
    """Probabilities of the next gap with `left` frames to go, in floats: of q and of p."""
    gaps, fps = model.twin.gaps, model.twin.fps
    at = np.log(np.expm1(np.append(np.arange(1.5, gaps.longest) / fps, gaps.limit)))
    mu, scale = gaps.law(hidden, DENSITY)
    below = logistic((at * 65536 - mu) / scale)
    keep = np.exp(-gaps.rate(DENSITY) / 2**96 / fps * np.arange(1, gaps.longest + 1))
    upper = (below / below[-1], (1 - keep) / (1 - keep[-1]))
    return [np.diff(np.concatenate([[0], f[: left - 1], [1]])) for f in upper]


def test_net_bits_of_the_times_are_their_kl(model):
    """Gaps under the law of equations (19)-(20) against the Poisson process, in floats.

    A row has no frequency below 2^-16; the draws that meet such a gap are left out.
    """
    window, billed, point, rare = Window(model, LatentPlan(DENSITY, 2)), 0.0, 0.0, 0
    for seed in range(DRAWS):
        seen = model.twin.see(unit_pixels(tiny.clip(tiny.PIXELS, 60, seed)))
        noise = np.random.default_rng(seed).integers(1, 256, 4000).astype(np.uint8)
        latent = window.pop_posterior(BitStack.from_bytes(noise.tobytes()), seen)
        chosen = np.array([
            [law[end - begin - 1] for law in gap_laws(model, seen.hidden[begin], 59 - begin)]
            for begin, end in pairwise(latent.knots.tolist())
        ])  # fmt: skip
        if chosen.min() < 2**-14:
            rare += 1
            continue
        billed += window.prior_bits(latent)[1] - window.posterior_bits(seen, latent)[1]
        point += np.log2(chosen[:, 0] / chosen[:, 1]).sum()
    assert rare < 3
    assert abs(billed - point) < 0.005 * point
    assert point > 30


def test_a_bill_is_told_in_whole_bits():
    """Windows add up, and the observations take what is left of the stack."""
    bills = [Bill(40.4, -3.3, 1.2, 900, 5, 50), Bill(0.3, -2.4, -4.9, 800, 6, 60)]
    told = StoredBill.of(LatentPlan(), bills)
    assert told == StoredBill(LatentPlan(), knots=11, values=-6, times=-4, initial=41)
    bits = told.bits(220)
    assert bits["observations"] == 8 * 220 - 41 + 6 + 4
    assert sum(bits.values()) == 8 * 220
    assert split(told.to_bytes() + b"rest") == (told, b"rest")
    for length in range(len(told.to_bytes())):
        with pytest.raises(CorruptFile):
            split(told.to_bytes()[:length])
