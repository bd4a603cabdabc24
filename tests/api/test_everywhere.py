"""A lossless file is the same, and decodes to the same, whatever computes it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import vdsc

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

THREADS = ("1", "2")
INSTRUCTIONS = {
    "default": {
        "ATEN_CPU_CAPABILITY": "default",
        "OPENBLAS_CORETYPE": "Nehalem",
        "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512_SKX AVX512_CLX AVX512_ICL",
    },
    "avx2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512_SKX AVX512_CLX AVX512_ICL",
    },
    "avx512": {"ATEN_CPU_CAPABILITY": "avx512", "OPENBLAS_CORETYPE": "SkylakeX"},
}
BATCHES = ("1", "8")

PROGRAM = """
import hashlib, sys
import numpy as np
import vdsc
from vdsc.twin import frames, synth

frames.BATCH = synth.BATCH = int(sys.argv[1])
for path, made in zip(sys.argv[2::2], sys.argv[3::2]):
    values = np.load(path)
    again = vdsc.decompress(open(made, "rb").read()).values
    assert again.dtype == values.dtype and again.tobytes() == values.tobytes()
    print(hashlib.sha256(vdsc.compress(values, lossless=True)).hexdigest())
"""


def clips():
    """Clips by the method that codes them: channels, sprites, pictures in colour."""
    rng = np.random.default_rng(0)
    ground = rng.integers(40, 200, (12, 14, 3)).repeat(4, axis=0).repeat(4, axis=1)
    views = np.stack([ground[t : t + 32, 2 * t : 2 * t + 40] for t in range(5)])
    return {
        "arrays": np.load(EXAMPLES / "walk.npy")[:60],
        "bitsback": np.load(EXAMPLES / "digits.npy")[:24],
        "video": (views + rng.integers(0, 3, views.shape)).astype(np.uint8),
    }


def able(instructions):
    """Whether this processor has the instructions."""
    flags = Path("/proc/cpuinfo")
    known = flags.read_text(encoding="utf-8").split() if flags.is_file() else []
    return instructions == "default" or f"{instructions}f" in known or instructions in known


@pytest.mark.slow
@pytest.mark.skipif(not (EXAMPLES / "digits.npy").is_file(), reason="the examples are not here")
def test_threads_instructions_and_batches_change_nothing(tmp_path):
    """Each setting decodes what this process encoded, and encodes it to the same bytes."""
    arguments, expected = [], []
    for name, values in clips().items():
        data = vdsc.compress(values, lossless=True)
        assert {one["method"] for one in vdsc.info(data).chunks} == {name}
        np.save(tmp_path / f"{name}.npy", values)
        (tmp_path / f"{name}.vds").write_bytes(data)
        arguments += [tmp_path / f"{name}.npy", tmp_path / f"{name}.vds"]
        expected.append(hashlib.sha256(data).hexdigest())
    kinds = [kind for kind in INSTRUCTIONS if able(kind)]
    for threads, kind, batch in product(THREADS, kinds, BATCHES):
        more = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, **INSTRUCTIONS[kind]}
        assert made(batch, arguments, more) == expected, (threads, kind, batch)


def made(batch, arguments, more):
    """Hashes of the files that a process in its own surroundings makes."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, batch, *map(os.fspath, arguments)],
        env={**os.environ, **more, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
