"""The bytes of a clip do not depend on threads or on the processor's instructions."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import hashlib
from tests.exact.video.test_stream import drifting
from tests.exact.video.video_weights import untrained
from vdsc.exact.video import stream
clip, weights = drifting(frames=6, height=40, width=40), untrained()
data = stream.encode(clip, weights)
assert (stream.decode(data, clip.shape, weights) == clip).all()
print(hashlib.sha256(data).hexdigest())
"""

PLACES = [
    {"OPENBLAS_NUM_THREADS": "1"},
    {"OPENBLAS_NUM_THREADS": "2"},
    {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512_SKX"},
    {"OPENBLAS_CORETYPE": "Sandybridge"},
    {"OPENBLAS_CORETYPE": "Haswell"},
]


def bytes_at(place):
    environment = {name: v for name, v in os.environ.items() if not name.startswith("OPENBLAS")}
    here = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        env=environment | place | {"PYTHONPATH": str(here)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.slow
def test_the_same_bytes_everywhere():
    made = {bytes_at(place) for place in PLACES}
    assert len(made) == 1
    assert len(made.pop()) == hashlib.sha256().digest_size * 2
