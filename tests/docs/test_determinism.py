"""docs/determinism.md is true: integers are the same under all settings, floats nearly so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import vdsc
from vdsc.api import installed_models

ROOT = Path(__file__).parents[2]
WALK = ROOT / "examples" / "walk.npy"
ALLOWED = 0.01  # degrees
DECODE = """
import hashlib, sys
import numpy as np
import torch
import vdsc
from vdsc.api import integers

torch.set_num_threads(int(sys.argv[3]))
data = open(sys.argv[1], "rb").read()
found = hashlib.sha256()
for window in integers(data):
    found.update(window.knots.astype("<i8").tobytes() + window.cells.astype("<i8").tobytes())
np.save(sys.argv[2], vdsc.decompress(data, device="cpu").values)
print(found.hexdigest())
"""

needs_cmu = pytest.mark.skipif(
    not WALK.is_file() or "cmu" not in {card.name for card in installed_models()},
    reason="the model cmu or examples/walk.npy is not here",
)


def decoded(data, folder, *, capability, threads):
    """Hash of the integers in a file, and its frames, as a process of its own finds them."""
    file, out = folder / "clip.vds", folder / f"{capability}{threads}.npy"
    file.write_bytes(data)
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DECODE, str(file), str(out), str(threads)],
        env={**os.environ, "ATEN_CPU_CAPABILITY": capability, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout.strip(), np.load(out)


@needs_cmu
@pytest.mark.slow
def test_all_settings_decode_the_same(tmp_path):
    """Threads and instruction sets change no integer, and no angle by more than allowed."""
    data = vdsc.compress(np.load(WALK)[:90], model="cmu", quality=90, device="cpu")
    settings = [(c, t) for c in ("default", "avx2", "avx512") for t in (1, 2)]
    results = [decoded(data, tmp_path, capability=c, threads=t) for c, t in settings]
    hashes, frames = zip(*results, strict=True)
    assert set(hashes) == {hashes[0]}
    assert max(np.abs(f - frames[0]).max() for f in frames) < ALLOWED
