"""Which checkpoint codes a sequence, and what stays in memory of it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tests.tiny import PIXELS, VECTORS
from vdsc.codecs.knots import checkpoints
from vdsc.errors import InvalidInput
from vdsc.model import store

F4, U1 = np.dtype("<f4"), np.dtype("u1")


def named(name):
    return store.by_name(name)


@pytest.mark.parametrize(
    ("shape", "dtype", "name", "fits"),
    [
        ((5, 6), F4, VECTORS, True),
        ((5, 6), np.dtype(">f8"), VECTORS, True),
        ((5, 6), np.dtype("i4"), VECTORS, False),
        ((5, 7), F4, VECTORS, False),
        ((5, 6, 1), F4, VECTORS, False),
        ((5, 16, 16, 1), U1, PIXELS, True),
        ((5, 16, 16), U1, PIXELS, True),
        ((5, 16, 16), F4, PIXELS, False),
        ((5, 16, 16, 3), U1, PIXELS, False),
    ],
)
def test_what_fits(shape, dtype, name, fits):
    """Floats of the right channels; bytes of the right size, with or without a grey axis."""
    assert checkpoints.fits(shape, dtype, named(name)) == fits
    found = checkpoints.fitting(shape, dtype)
    assert (found is not None and found.name == name) == fits


def test_lossless_video_has_no_path():
    """A checkpoint of the other kind never fits."""
    found = [c for c in store.installed() if c.kind == store.VIDEO]
    assert not any(checkpoints.fits((5, 16, 16), U1, c) for c in found)


def test_the_pick_is_explained():
    """By name it must fit; without one there is the list of what would, and what to do."""
    assert checkpoints.pick((5, 6), F4, "").name == VECTORS
    assert checkpoints.pick((5, 6), F4, VECTORS).name == VECTORS
    with pytest.raises(InvalidInput, match=r"float32 \(5, 6\), but tiny-pixels takes .*uint8"):
        checkpoints.pick((5, 6), F4, PIXELS)
    with pytest.raises(InvalidInput, match=r"no model fits: .*tiny-vectors takes.*--lossless"):
        checkpoints.pick((5, 7), F4, "")


def test_the_clock_is_exact():
    """Native frames per second are a ratio of whole numbers."""
    assert checkpoints.ticks(named(VECTORS)) == Fraction(30)


@pytest.mark.parametrize("kept", ["networks", "decoder"])
def test_few_stay_in_memory(kept, monkeypatch):
    """The same ones for the next file; the oldest makes room for a new one."""
    monkeypatch.setattr(checkpoints, "KEPT", 1)
    memory = {"networks": checkpoints._networks, "decoder": checkpoints._decoders}[kept]
    make = {
        "networks": lambda c: checkpoints.networks(c, "cpu"), "decoder": checkpoints.decoder,
    }[kept]  # fmt: skip
    memory.clear()
    one = make(named(VECTORS))
    assert make(named(VECTORS)) is one
    make(named(PIXELS))
    assert len(memory) == 1
    assert make(named(VECTORS)) is not one
