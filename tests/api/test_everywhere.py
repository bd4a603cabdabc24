"""Files decode to the same bits whatever computes them; a lossless file is the same, too."""

from __future__ import annotations

import hashlib
import os

import numpy as np
import pytest

import vdsc
from tests import surroundings
from tests.golden.recipes import HERE as GOLDEN
from tests.surroundings import ROOT

EXAMPLES = ROOT / "examples"
MODELS = GOLDEN / "models"

EXACT = """
import hashlib, sys
sys.modules["torch"] = None
import numpy as np
import vdsc
from vdsc.twin import frame_encoder, synthesis

frame_encoder.BATCH = synthesis.BATCH = int(sys.argv[1])
for path, made in zip(sys.argv[2::2], sys.argv[3::2]):
    values = np.load(path)
    again = vdsc.decompress(open(made, "rb").read()).values
    assert again.dtype == values.dtype and again.tobytes() == values.tobytes()
    print(hashlib.sha256(vdsc.compress(values, codec="lossless")).hexdigest())
"""

LOSSY = """
import hashlib, sys
sys.modules["torch"] = None
import numpy as np
import vdsc
from vdsc.api.knots import windows

rng = np.random.default_rng(1)
for path in sys.argv[1:]:
    data = open(path, "rb").read()
    found = vdsc.decompress(data)
    own, whole = found.times, found.values
    times = np.sort(np.concatenate([own, own[:-1] + np.diff(own) * 0.37]))
    drawn = vdsc.decompress(data, times=times).values
    assert drawn[::2].tobytes() == whole.tobytes()
    some = slice(len(times) // 3, 2 * len(times) // 3 + 1)
    assert vdsc.decompress(data, times=times[some]).values.tobytes() == drawn[some].tobytes()
    for i in rng.permutation(len(times))[:2]:
        assert vdsc.decompress(data, times=times[[i]]).values.tobytes() == drawn[i].tobytes()
    digest = hashlib.sha256(drawn.tobytes())
    for part in windows(data) if vdsc.info(data).codec == "knots" else ():
        digest.update(part.window.knots.tobytes() + part.window.cells.tobytes())
    print(digest.hexdigest())
"""


def clips():
    """Clips by the method that codes them: channels, sprites, pictures in colour."""
    rng = np.random.default_rng(0)
    ground = rng.integers(40, 200, (12, 14, 3)).repeat(4, axis=0).repeat(4, axis=1)
    views = np.stack([ground[t : t + 32, 2 * t : 2 * t + 40] for t in range(5)])
    return {
        "arrays": np.load(EXAMPLES / "walk.npy")[:60],
        "sprites": np.load(EXAMPLES / "digits.npy")[:24],
        "video": (views + rng.integers(0, 3, views.shape)).astype(np.uint8),
    }


@pytest.mark.slow
@pytest.mark.skipif(not (EXAMPLES / "digits.npy").is_file(), reason="the examples are not here")
def test_lossless_files_are_the_same_everywhere(tmp_path):
    """Each setting, without torch, decodes what this process encoded, and encodes it alike."""
    arguments, expected = [], []
    for name, values in clips().items():
        data = vdsc.compress(values, codec="lossless")
        assert {one.method for one in vdsc.info(data).chunks} == {name}
        np.save(tmp_path / f"{name}.npy", values)
        (tmp_path / f"{name}.vds").write_bytes(data)
        arguments += [tmp_path / f"{name}.npy", tmp_path / f"{name}.vds"]
        expected.append(hashlib.sha256(data).hexdigest())
    for n, (kind, threads) in enumerate(surroundings.settings()):
        batch = "81"[n == 1]  # once a frame at a time
        program = surroundings.start(kind, threads, "-c", EXACT, batch, *arguments)
        assert surroundings.said(program).split() == expected, (kind, threads, batch)


@pytest.fixture(scope="module")
def lossy(tmp_path_factory):
    """Files of knots: a walk of the model cmu, and every golden."""
    folder = tmp_path_factory.mktemp("lossy")
    walk = np.load(EXAMPLES / "walk.npy")[:90]
    (folder / "walk.vds").write_bytes(vdsc.compress(walk, codec="knots", model="cmu", quality=90))
    goldens = sorted(p for p in GOLDEN.glob("*.vds") if not p.name.startswith("exact-"))
    return [folder / "walk.vds", *goldens]


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / "models" / "cmu").is_dir(), reason="the model cmu is not here")
def test_lossy_files_are_the_same_everywhere(lossy):
    """Whole, in part and one instant at a time, with any threads and instructions, without torch.

    Each program compares its parts with its whole, between frames, too; here wholes are compared.
    """
    found = {}
    for kind, threads in surroundings.settings():
        program = surroundings.start(
            kind, threads, "-c", LOSSY, *lossy, VDSC_MODELS=os.fspath(MODELS)
        )
        found[kind, threads] = surroundings.said(program).split()
    first = found["default", "1"]
    assert len(first) == len(lossy)
    assert found == dict.fromkeys(found, first)
