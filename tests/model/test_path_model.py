"""Numpy in, numpy out: what the codec asks of the networks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from vdsc.errors import InvalidInput
from vdsc.model import path_model, refine
from vdsc.model.network_frames import AngleFrames, PixelFrames
from vdsc.model.path_model import PathModel
from vdsc.model.price import Price


@pytest.fixture
def model(network):
    """A tiny network of 5 plain channels."""
    scale, offset = np.full(5, 2.0, np.float32), np.arange(5, dtype=np.float32)
    return PathModel(network(), AngleFrames(np.zeros(5, bool), offset, scale))


def clip(frames, seed=0):
    return np.random.default_rng(seed).normal(size=(frames, 5)).astype(np.float32)


def test_frames_on_the_ticks_give_the_networks_own_path(model):
    """At the native rate the path is the posterior's mean, whatever time the clip begins at."""
    x = clip(15)
    with torch.inference_mode():
        hidden = model.net.encoder(torch.from_numpy(x)[None])
        expected = model.net.infer(hidden, 0.1, None)[0].numpy()
    for start in (0.0, 7.0):
        seen = model.infer(x, start + np.arange(15) / 10)
        assert seen.times[0] == 0
        assert (seen.path == expected).all()
        assert torch.equal(seen.hidden, hidden[0])


def test_the_law_of_the_gaps_is_that_of_the_draw(model):
    """The first knot of many draws is spread as the law after frame 0 says; the rest is cut."""
    seen = model.infer(clip(15), np.arange(15) / 10)
    law = model.gaps(seen, 0.4, 30)
    assert law.shape == (15, 30)
    assert (law >= 0).all()
    np.testing.assert_allclose(law.sum(1), 1)
    first = [model.place(seen, 0.4, seed)[1] for seed in range(1, 600)]
    due = np.append(law[0, :13], law[0, 13:].sum()) * 599
    some = due > 5
    assert (
        chisquare(np.bincount(first, minlength=15)[1:][some], due[some], sum_check=False).pvalue
        > 1e-3
    )
    np.testing.assert_allclose(model.gaps(seen, 0.4, 5)[:, 4], law[:, 4:].sum(1))


def test_other_times_are_carried_onto_the_ticks(model):
    """Irregular frames still get one path value each, in the span of the native path."""
    times = np.sort(np.random.default_rng(1).uniform(0, 3, 20))
    seen = model.infer(clip(20), times)
    assert seen.path.shape == (20, 3)
    assert np.isfinite(seen.path).all()
    jitter = np.arange(15) / 10 + np.tile([0, 2e-3, -2e-3], 5)
    near, native = model.infer(clip(15), jitter), model.infer(clip(15), np.arange(15) / 10)
    assert np.abs(near.path - native.path).max() < 0.2


@pytest.mark.parametrize("frames", [1, 2])
def test_the_shortest_clips_have_a_path(model, frames):
    """One frame is one knot, two are two, and both decode."""
    seen = model.infer(clip(frames), np.arange(frames) / 10)
    knots = model.place(seen, 0.5)
    assert knots.tolist() == list(range(frames))
    values = model.fit(seen, knots, None)
    made = np.concatenate(list(model.synthesise(seen.times[knots], values, seen.times)))
    assert made.shape == (frames, 5)
    assert np.isfinite(made).all()


@pytest.mark.parametrize(
    "changes", [{}, {"interpolation": "bridge"}, {"noise": "laplace"}, {"decoder": "sprites"}]
)
def test_the_whole_chain_runs_at_a_price(network, changes):
    """What infer and place give, fit takes, with gradients where it needs them."""
    sprites = {"frame": (32, 32, 1), "latent": 6, "glimpse": 8} if "decoder" in changes else {}
    model = PathModel(network(**(changes | sprites)), PixelFrames())
    shape = model.config.frame
    x = np.random.default_rng(4).uniform(size=(20, *shape)).astype(np.float32)
    seen = model.infer(x, np.arange(20) / 10)
    knots, dims = model.place(seen, 0.3), model.config.latent
    steps = np.ones((len(knots) - 1, dims))
    price = Price(np.full(dims, 0.1), np.ones(dims), 0.9 * steps, 0.4 * steps)
    first = model.fit(seen, knots, None, price)
    again = model.fit(seen, knots, first[0], price)
    assert first.shape == again.shape == (len(knots), dims)
    assert np.isfinite(again).all()
    assert again[0] == pytest.approx(first[0], abs=1e-6)


@pytest.mark.parametrize("interpolation", ["bridge", "spline"])
def test_knots_grow_denser_and_follow_the_seed(network, interpolation):
    """More density gives more knots; seed 0 is the median, other seeds draw."""
    net = network(interpolation=interpolation, fps=30.0)
    model = PathModel(net, AngleFrames(np.zeros(5, bool), np.zeros(5), np.ones(5)))
    seen = model.infer(clip(60), np.arange(60) / 30)
    counts = [len(model.place(seen, density)) for density in (0.0, 0.5, 1.0)]
    assert counts[0] < counts[1] < counts[2]
    drawn = [model.place(seen, 0.5, seed).tolist() for seed in (0, 0, 1, 1, 2)]
    assert drawn[0] == drawn[1]
    assert drawn[2] == drawn[3] != drawn[4]
    assert all(knots[0] == 0 and knots[-1] == 59 for knots in drawn)


def test_frames_are_made_in_batches(model, monkeypatch):
    """Frames at any times come in batches; batches do not change them; units are the file's."""
    knots, values = np.array([0.0, 0.7, 1.0]), np.random.default_rng(2).normal(size=(3, 3))
    times = np.linspace(0, 1, 23)
    whole = np.concatenate(list(model.synthesise(knots, values, times)))
    monkeypatch.setattr(path_model, "BATCH", 10)
    parts = list(model.synthesise(knots, values, times))
    assert [len(part) for part in parts] == [10, 10, 3]
    assert np.concatenate(parts) == pytest.approx(whole, abs=1e-5)
    with torch.inference_mode():
        path = refine.path_at(model.net, knots, torch.tensor(values).float(), times)
        expected = model.net.decoder(path).numpy() * 2 + np.arange(5)
    assert whole == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("noise", "power"), [("laplace", 1), ("normal", 2)])
def test_distortion_is_the_mean_error(network, noise, power):
    """Absolute for a Laplace observation model, squared for a normal one."""
    model = PathModel(network(noise=noise), PixelFrames())
    seen = model.infer(clip(12), np.arange(12) / 10)
    knots, values = np.array([0, 5, 11]), np.random.default_rng(3).normal(size=(3, 3))
    with torch.inference_mode():
        path = refine.path_at(
            model.net, seen.times[knots], torch.tensor(values).float(), seen.times
        )
        error = np.abs(model.net.decoder(path).numpy() - clip(12)) ** power
    assert model.distortion(seen, knots, values) == pytest.approx(error.mean(), rel=1e-4)


def test_a_missing_device_is_refused(monkeypatch):
    """Asking for CUDA where there is none is an error with advice."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InvalidInput, match="--device cpu"):
        PathModel.load(None, "cuda")
