"""docs/determinism.md is true: decoded frames are the same bits under all settings."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

import vdsc
from tests import surroundings
from tests.surroundings import ROOT
from vdsc.api import installed_models

WALK = ROOT / "examples" / "walk.npy"
DECODE = """
import hashlib, sys
sys.modules["torch"] = None
import vdsc

data = open(sys.argv[1], "rb").read()
for fps in (None, 7, "1000/7"):
    print(hashlib.sha256(vdsc.decompress(data, fps=fps).values.tobytes()).hexdigest())
"""

needs_cmu = pytest.mark.skipif(
    not WALK.is_file() or "cmu" not in {card.name for card in installed_models()},
    reason="the model cmu or examples/walk.npy is not here",
)


@needs_cmu
@pytest.mark.slow
def test_all_settings_decode_the_same(tmp_path):
    """Threads and instruction sets change no bit of any frame, at three rates, without torch."""
    data = vdsc.compress(np.load(WALK)[:90], codec="knots", model="cmu", quality=90)
    file = tmp_path / "clip.vds"
    file.write_bytes(data)
    here = [
        hashlib.sha256(vdsc.decompress(data, fps=fps).values.tobytes()).hexdigest()
        for fps in (None, 7, "1000/7")
    ]
    running = [surroundings.start(*one, "-c", DECODE, file) for one in surroundings.settings()]
    assert [surroundings.said(one).split() for one in running] == [here] * len(running)
