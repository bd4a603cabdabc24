"""The integer twins: near the float networks, and the same to the bit under all settings."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vdsc.model.net_config import NetConfig
from vdsc.twin import frame_encoder as frames
from vdsc.twin import synthesis as drawing
from vdsc.twin.inference import Twin
from vdsc.twin.layers import UNIT
from vdsc.twin.synthesis import Synth

ROOT = Path(__file__).parents[3]
CONFIGS = {
    "vectors": NetConfig(
        frame=(6,), latent=5, fps=30.0, window=40, hidden=12, features=16, interpolation="spline"
    ),
    "pixels": NetConfig(
        frame=(32, 32, 1), latent=8, fps=10.0, window=40, hidden=12, features=16,
        decoder="sprites", objects=2, glimpse=16, limit=2.0,
    ),
}  # fmt: skip
DIGESTS = {"vectors": "9b2d552acd5489fa", "pixels": "feb2ca08077dc996"}
SCRIPT = """
import sys
import numpy as np
from tests.twin.test_twin import digest
print(digest("pixels", dict(np.load(sys.argv[1])), int(sys.argv[2])))
"""


def made(kind):
    """Weights (float32) from a generator that never changes, and the network that has them."""
    import torch

    from vdsc.model.latent_sde import LatentSDE

    net = LatentSDE(CONFIGS[kind]).eval()
    rng = np.random.RandomState(7)
    weights = {}
    for name, tensor in sorted(net.state_dict().items()):
        reach = 1.5 / np.sqrt(max(1, np.prod(tensor.shape[1:])))
        weights[name] = rng.uniform(-reach, reach, tensor.shape).astype(np.float32)
    weights["posterior.raw_nu"][0] = -9.0
    net.load_state_dict({name: torch.from_numpy(w) for name, w in weights.items()})
    return net, weights


def seen_frames(kind, count=24):
    """Frames (T, ...) as activations."""
    rng = np.random.RandomState(8)
    return np.rint(rng.uniform(0, 1, (count, *CONFIGS[kind].frame)) * UNIT)


def latents(kind):
    """Knots (M,) and values (M, D) Q16."""
    knots = np.array([0, 1, 5, 12, 13, 23])
    rng = np.random.RandomState(9)
    return knots, rng.randint(-(2**17), 2**17, (len(knots), CONFIGS[kind].latent))


def digest(kind, weights, batch):
    """Hash of all that the twins find, images in batches of `batch`; torch is not needed."""
    frames.BATCH = drawing.BATCH = batch
    twin = Twin(CONFIGS[kind].as_dict(), weights)
    seen = twin.see(seen_frames(kind))
    synth = Synth(CONFIGS[kind].as_dict(), weights, twin.nu)
    path = synth.path(*latents(kind))
    laws = [twin.gaps.below(h, 100) for h in seen.hidden]
    step = twin.step(seen, seen.goals[0], 2, 9)
    found = [seen.hidden, seen.goals, seen.pulls, path, synth.draw(path), *laws, *step]
    return hashlib.sha256(b"".join(np.asarray(f, "<f8").tobytes() for f in found)).hexdigest()[:16]


@pytest.mark.parametrize("kind", CONFIGS)
def test_twin_is_near_the_network(kind):
    """Hidden states, goals, pulls, nu and the law of gaps agree with torch within 1e-3."""
    import torch

    net, weights = made(kind)
    twin = Twin(CONFIGS[kind].as_dict(), weights)
    x = seen_frames(kind)
    seen = twin.see(x)
    with torch.no_grad():
        hidden = net.encoder(torch.from_numpy(x / UNIT).float()[None])[0]
        near = {
            "hidden": (seen.hidden / UNIT, hidden),
            "goals": (seen.goals / 2**16, net.posterior.goal(hidden)),
            "pulls": (seen.pulls / 2**30, net.posterior.speed(hidden) / net.config.fps),
            "nu": (np.array([nu / 2**96 for nu in twin.nu]), net.nu),
            "spread": (twin.spread / 2**16, net.posterior.first_variance().sqrt()),
        }
        mu, scale = net.knots.law(hidden, torch.full((len(x),), 102 / 255))
    laws = np.array([twin.gaps.law(h, 102) for h in seen.hidden]) / 2**16
    near |= {"mu": (laws[:, 0], mu), "scale": (laws[:, 1], scale)}
    for name, (one, other) in near.items():
        assert np.abs(one - other.numpy()).max() < 1e-3, name
    assert (twin.still == net.is_global.numpy()).all()


@pytest.mark.parametrize("kind", CONFIGS)
def test_a_step_is_the_solvers(kind):
    """The mean over several ticks is what torchsde's Euler scheme gives without noise."""
    import torch

    net, weights = made(kind)
    twin = Twin(CONFIGS[kind].as_dict(), weights)
    seen = twin.see(seen_frames(kind))
    hidden = torch.from_numpy(seen.hidden / UNIT).float()[None]
    with torch.no_grad():
        path = net.infer(hidden, 1 / net.config.fps, None)[0].numpy()
    start = np.rint(path[0] * 2**16).astype(np.int64)
    mean, spread = twin.step(seen, start, 0, 9)
    assert np.abs(mean / 2**16 - path[9]).max() < 1e-3
    one = twin.step(seen, start, 0, 1)[1]
    assert np.abs(one / 2**16 - net.nu.detach().numpy() / np.sqrt(net.config.fps)).max() < 1e-3
    assert (spread <= 3.1 * one + 3).all()


@pytest.mark.parametrize("kind", CONFIGS)
def test_synthesis_is_near_the_network(kind):
    """The path agrees with torch within 1e-3, and so do the frames."""
    import torch

    from vdsc.model import refine

    net, weights = made(kind)
    synth = Synth(CONFIGS[kind].as_dict(), weights, Twin(CONFIGS[kind].as_dict(), weights).nu)
    knots, values = latents(kind)
    for m in (1, 2, len(knots)):
        path = synth.path(knots[:m], values[:m])
        times = np.arange(knots[m - 1] + 1) / net.config.fps
        z = torch.from_numpy(values[:m] / 2**16).float()
        with torch.no_grad():
            real = refine.path_at(net, knots[:m] / net.config.fps, z, times)
            drawn = net.decoder(real).numpy()
        assert np.abs(path / 2**16 - real.numpy()).max() < 1e-3
        assert np.abs(synth.draw(path) / 2**16 - drawn).max() < 1e-3


@pytest.mark.parametrize("kind", CONFIGS)
def test_digests_are_frozen(kind):
    """Every number of the twins is what it was when this test was written."""
    assert digest(kind, made(kind)[1], 8) == DIGESTS[kind]


def test_settings_change_nothing(tmp_path):
    """Threads, batches and instruction sets leave every bit as it is."""
    np.savez(tmp_path / "weights.npz", **made("pixels")[1])
    for threads, batch, core in (("2", "1", "Haswell"), ("1", "64", "Nehalem")):
        more = {"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        more |= {"OPENBLAS_CORETYPE": core, "PYTHONPATH": str(ROOT)}
        result = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", SCRIPT, str(tmp_path / "weights.npz"), batch],
            env={**os.environ, **more}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert result.stdout.strip() == DIGESTS["pixels"], result.stderr
