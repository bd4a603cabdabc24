"""Video in a process that was forked after video had been coded."""

from __future__ import annotations

import os

import numpy as np
import pytest

from tests.codecs.lossless.video.test_stream import drifting
from tests.codecs.lossless.video.video_weights import untrained
from tests.core.test_background import forked
from vdsc.codecs.lossless.video import video_stream as stream


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_decodes_and_encodes():
    """Its background threads are its own; those of its parent do not exist there."""
    frames, weights = drifting(), untrained()
    data, _ = stream.encode(frames, weights)

    def same() -> bool:
        decoded, _ = stream.decode(data, frames.shape, weights)
        return np.array_equal(decoded, frames) and stream.encode(frames, weights)[0] == data

    assert forked(same)
