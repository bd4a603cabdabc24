"""docs/format/bounded.md says all: a decoder written from it alone finds the very same values."""

from __future__ import annotations

import re

import numpy as np
import pytest

import vdsc
from tests.docs import bounded_page
from tests.docs.bounded_page import by_page
from tests.forge import opened
from tests.format_pages import TEXT as PAGE
from vdsc.codecs import corrections
from vdsc.entropy.magnitudes import LEVELS


def walk(frames, channels, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(frames, channels)).cumsum(0).cumsum(0)


def field(frames=20, shape=(7, 5, 3)):
    y, x, c = np.indices(shape)
    t = np.arange(frames)[:, None, None, None]
    noise = np.random.default_rng(1).normal(size=(frames, *shape))
    return np.sin((y + t) / 4) * np.cos((x - t) / 5) * 40 + 9 * c + noise


CASES = {
    "motion": (walk(90, 20).astype("f4"), 0.5),
    "one channel": (walk(300, 1)[:, 0], 0.2),
    "each": (walk(60, 3), (0.1, 3.0, 40.0)),
    "shares": (walk(60, 3).astype("f2"), "2%"),
    "one frame": (walk(1, 5), 0.1),
    "field": (field(), 1.5),
    "colours": (np.clip(field(12, (4, 4, 3)) + 90, 0, 255).astype("u1"), 6),
    "whole": ((walk(80, 4) * 9).astype("i8"), 0.2),
    "few": (np.random.default_rng(2).integers(0, 3, (200, 4)), 0.1),
    "far": ((walk(50, 3) * 900).astype("i8") + 2**61, 40),
    "unsigned": ((walk(50, 3) * 900).astype("i8").astype("u8"), 40),
    "wild": (np.where(np.arange(40)[:, None] == [9, 30], 1e300, walk(40, 2)), 1e-3),
    "coarse type": (walk(40, 2).astype("f4") + np.float32(1e6), 0.03),
    "still": (np.where(np.arange(3) == 1, 0.3, walk(50, 3)).astype(">f4"), "1%"),
}


@pytest.mark.parametrize("base", ["linear", "none"])
@pytest.mark.parametrize("name", CASES)
def test_the_page_gives_the_same_bits(name, base):
    if name in {"wild", "unsigned"} and base == "linear":
        pytest.skip("the linear codec refuses such values")
    values, error = CASES[name]
    data = vdsc.compress(values, codec="bounded", base=base, max_error=error)
    assert by_page(data).tobytes() == vdsc.decompress(data).values.tobytes()


def test_several_chunks(monkeypatch):
    """Laws go on from chunk to chunk; a seam's frame belongs to the later one."""
    monkeypatch.setattr("vdsc.codecs.linear.linear_encoder.LONGEST", 40)
    data = vdsc.compress(walk(90, 4), codec="bounded", base="linear", max_error=0.3)
    assert len(opened(data)[1]) == 3
    assert by_page(data).tobytes() == vdsc.decompress(data).values.tobytes()


def test_the_pages_constants_are_the_codes():
    """Where the page lists numbers, the code has the same."""
    assert " ".join(map(str, corrections.MEANS)) in re.sub(r"[,\s]+", " ", PAGE)
    assert list(corrections.MEANS) == bounded_page.NEAR
    assert len(corrections.MEANS) == LEVELS
