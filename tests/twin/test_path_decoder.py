"""Knots to frames without torch: near the networks, and the same bits however they are asked."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.test_twin import CONFIGS, made
from vdsc.twin.path_decoder import PathDecoder, channels_to_dtype, pixels

ROOT = Path(__file__).parents[2]
FRAMES = {
    "vectors": {
        "kind": "angles", "first_angle": 2, "offset": [0.5, -3.0, 10.0, 20.0, -120.3, 0.0],
        "scale": [1.0, 3.543586015701294, 10.0, 10.0, 30.0, 0.25],
    },
    "pixels": {"kind": "pixels"},
}  # fmt: skip
DIGESTS = {"vectors": "3af52a885365b402", "pixels": "ab47a1fd478cf052"}
NEAR = {"vectors": 1e-3, "pixels": 1}
KINDS = pytest.mark.parametrize("kind", CONFIGS)
INSTRUCTIONS = {
    "default": (
        "Nehalem", "AVX2 FMA3 AVX512F AVX512_SKX AVX512_CLX AVX512_ICL",
    ),
    "avx2": ("Haswell", "AVX512F AVX512_SKX AVX512_CLX AVX512_ICL"),
    "avx512f": ("SkylakeX", ""),
}  # fmt: skip
PROGRAM = """
import sys
sys.modules["torch"] = None
import numpy as np
from tests.twin import test_path_decoder as test
for kind, file in zip(test.CONFIGS, sys.argv[1:]):
    print(*test.digests(kind, dict(np.load(file))))
"""


def settings(kind):
    """What `model.json` says of a network."""
    return {"net": CONFIGS[kind].as_dict(), "frames": FRAMES[kind]}


def asked(kind):
    """Knots (M,) at listed times, values (M, D) Q16, and times (40,) within them."""
    rng = np.random.RandomState(11)
    knots = 12.5 + np.cumsum(rng.uniform(0.01, 1.5, 12))
    values = rng.randint(-(2**18), 2**18, (12, CONFIGS[kind].latent))
    return knots, values, np.sort(rng.uniform(knots[0], knots[-1], 40))


def digests(kind, weights):
    """Hashes of the frames at all times at once, one by one, and of a shuffled part."""
    decoder, (knots, values, times) = PathDecoder(settings(kind), weights), asked(kind)
    order = np.random.RandomState(12).permutation(len(times))
    shuffled = np.empty_like(whole := decoder.frames(knots, values, times))
    shuffled[order[:25]] = decoder.frames(knots, values, times[order[:25]])
    decoder.batch = 7
    shuffled[order[25:]] = decoder.frames(knots, values, times[order[25:]])
    single = np.concatenate([decoder.frames(knots, values, t[None]) for t in times])
    return [hashlib.sha256(x.tobytes()).hexdigest()[:16] for x in (whole, single, shuffled)]


def able(instructions):
    """Whether this processor has the instructions."""
    flags = Path("/proc/cpuinfo")
    known = flags.read_text(encoding="utf-8").split() if flags.is_file() else []
    return instructions == "default" or instructions in known


@KINDS
def test_frames_are_near_the_networks(kind):
    """Channels are as torch draws them within 1e-3, pixels within a level."""
    from vdsc.model import network_frames
    from vdsc.model.path_model import PathModel

    net, weights = made(kind)
    knots, values, times = asked(kind)
    model = PathModel(net, network_frames.build(FRAMES[kind]))
    start = knots[0]
    expected = np.concatenate(
        list(model.synthesise(knots - start, values / 2**16, times - start))
    ).astype(float)
    found = PathDecoder(settings(kind), weights).frames(knots, values, times)
    real = found / 2**16 if kind == "vectors" else found.astype(float)
    assert np.abs(real - expected).max() <= NEAR[kind]


@pytest.mark.parametrize(("name", "near"), [("cmu", 2e-3), ("digits", 1)])
def test_released_models_are_near_their_networks(name, near):
    """Angles of `cmu` are within 0.002 degrees of torch's, pixels of `digits` within a level."""
    from vdsc.model.path_model import PathModel
    from vdsc.model.store import Checkpoint

    folder = ROOT / "models" / name
    if not folder.is_dir():
        pytest.skip(f"the model {name} is not here")
    checkpoint = Checkpoint.open(folder)
    rng, knots = np.random.default_rng(13), np.array([0, 0.05, 0.1, 0.25, 0.3, 0.8, 2.0])
    values = rng.normal(0, 2**17, (7, checkpoint.settings["net"]["latent"])).astype(np.int64)
    times = np.linspace(0, 2, 30)
    networks = PathModel.load(checkpoint, "cpu")
    expected = np.concatenate([*networks.synthesise(knots, values / 2**16, times)]).astype(float)
    found = PathDecoder(checkpoint.settings, checkpoint.tensors[0]).frames(knots, values, times)
    real = channels_to_dtype(found, "f8") if name == "cmu" else found.astype(float)
    assert np.abs(real - expected).max() <= near


@pytest.mark.slow
def test_threads_instructions_and_company_change_nothing(tmp_path):
    """Each setting draws the same bits: all at once, one by one, shuffled; torch is blocked."""
    for kind in CONFIGS:
        np.savez(tmp_path / f"{kind}.npz", **made(kind)[1])
    files = [str(tmp_path / f"{kind}.npz") for kind in CONFIGS]
    found = set()
    for threads, kind in product(("1", "2"), filter(able, INSTRUCTIONS)):
        core, disabled = INSTRUCTIONS[kind]
        more = {"OPENBLAS_CORETYPE": core, "NPY_DISABLE_CPU_FEATURES": disabled}
        more |= {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAM, *files],
            env={**os.environ, **more, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    here = "".join(" ".join(digests(kind, made(kind)[1])) + "\n" for kind in CONFIGS)
    assert found == {here}


@KINDS
def test_frames_never_change(kind):
    """Asked for together, one by one or shuffled, frames are those of the first release."""
    assert digests(kind, made(kind)[1]) == [DIGESTS[kind]] * 3


@KINDS
def test_one_knot_and_no_times(kind):
    """A single knot draws one frame at all times; no times give no frames, of the right shape."""
    decoder, (_, values, _) = PathDecoder(settings(kind), made(kind)[1]), asked(kind)
    same = decoder.frames(np.array([3.0]), values[:1], np.array([3.0, 3.0]))
    assert (same[0] == same[1]).all()
    none = decoder.frames(np.array([3.0]), values[:1], np.zeros(0))
    assert none.shape == (0, *decoder.frame)
    assert none.dtype == same.dtype


@given(st.integers(-(2**53), 2**53), st.sampled_from(["f4", "f8", "f2"]), st.integers(-12, 12))
def test_channels_are_rounded_once(q16, dtype, exponent):
    """The float is the nearest one to the integer, which float64 holds exactly."""
    found = channels_to_dtype(np.array([q16]), dtype, np.int64(exponent))
    exact = np.float64(q16) * 2.0 ** (exponent - 16)
    limit = 65504.0 if dtype == "f2" else np.inf
    assert found.dtype == np.dtype(dtype)
    assert found[0] == np.clip(exact, -limit, limit).astype(dtype)


def test_pixels_are_rounded_to_the_nearest_level():
    """255 times the brightness, half up; 1 is 255."""
    q16 = np.arange((1 << 16) + 1)
    expected = np.floor(q16 * 255 / 65536 + 0.5)
    assert (pixels(q16) == expected).all()
    assert pixels(q16[-1:]).tolist() == [255]
