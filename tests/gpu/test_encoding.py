"""The networks on a CUDA device: as good a file as the CPU's, which the same integers decode."""

import numpy as np
import pytest

import vdsc

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]


@pytest.mark.parametrize("grid", ["prior", "rec"])
@pytest.mark.parametrize(("model", "name"), [("cmu", "walk"), ("digits", "digits")])
def test_a_gpu_encodes_as_well_as_the_cpu(model, name, grid):
    frames = np.load(f"examples/{name}.npy")
    made = {}
    for device in ("cpu", "cuda"):
        options = {"model": model, "codec": "knots", "grid": grid, "device": device}
        data, report = vdsc.compress(frames, fps=60, report=True, **options)
        off = np.abs(vdsc.decompress(data).values - frames.astype(np.float64)).mean()
        made[device] = len(data), off, report.knots
    ratio = np.array(made["cuda"]) / np.array(made["cpu"])
    assert (np.abs(ratio - 1) < 0.05).all(), made


def test_the_device_is_found_by_itself():
    frames = np.load("examples/walk.npy")
    data = vdsc.compress(frames, model="cmu", codec="knots", fps=60)
    assert vdsc.decompress(data).values.shape == frames.shape
