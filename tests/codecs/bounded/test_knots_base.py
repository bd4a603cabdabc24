"""A promised error on the path of a checkpoint."""

import numpy as np
import pytest

import vdsc
from tests import tiny
from tests.forge import forged, opened
from tests.tiny import PIXELS, VECTORS
from vdsc.errors import VdscError


@pytest.mark.parametrize("error", [0.5, "1%"])
@pytest.mark.parametrize("frames", [1, 9, 150])
def test_the_bound_holds_on_a_checkpoint(installed, frames, error):
    """In one window and in many: every value is within it, and the file names the model."""
    values = tiny.clip(VECTORS, frames)
    options = {"codec": "bounded", "base": "knots", "model": "tiny-vectors"}
    data = vdsc.compress(values, max_error=error, **options)
    found = vdsc.decompress(data).values
    off = np.abs(values.astype(np.float64) - found.astype(np.float64))
    spread = np.ptp(values.astype(np.float64), axis=0)
    assert found.dtype == values.dtype
    assert (off <= (spread * 0.01 if error == "1%" else error)).all()
    assert vdsc.info(data).model == "tiny-vectors"


def test_frames_that_a_chunk_does_not_have_are_noticed(installed):
    """Bodies whose counts are wrong, under right checksums."""
    values = tiny.clip(VECTORS, 150)
    options = {"codec": "bounded", "base": "knots", "model": "tiny-vectors", "max_error": 0.5}
    data = vdsc.compress(values, **options)
    bodies = opened(data)[1]
    assert len(bodies) > 1
    for wrong in (bodies[:-1] + bodies[-2:-1], bodies[1:] + bodies[:1]):
        with pytest.raises(VdscError):
            vdsc.decompress(forged(data, bodies=wrong))


def test_a_model_of_pixels_is_passed_over(installed):
    """Its path is no path of reals; another base keeps the bound."""
    values = tiny.clip(PIXELS, 24)
    found = vdsc.decompress(vdsc.compress(values, max_error=3, model="tiny-pixels")).values
    assert np.abs(values.astype(int) - found.astype(int)).max() <= 3


def test_a_named_model_is_one_base_of_several(installed):
    """With --model and --max-error the smallest file stays."""
    values = tiny.clip(VECTORS, 150)
    tried = {
        base: vdsc.compress(values, codec="bounded", base=base, model=model, max_error=0.5)
        for base, model in (("knots", "tiny-vectors"), ("linear", ""), ("none", ""))
    }
    chosen = vdsc.compress(values, max_error=0.5, model="tiny-vectors")
    assert len(chosen) <= min(map(len, tried.values()))
