"""docs/format/fronts.md says all of method 6: a decoder written from it reads what vdsc writes."""

from __future__ import annotations

import pytest

from tests.docs.lossless_page.fronts import fronts
from tests.surface import drifting
from vdsc.codecs.lossless.fronts_method import Fronts


def read(parts):
    """Code parts (n, ...) one after the other, and read each as the page says."""
    method, state, film, kinds = Fronts(), (), None, []
    for part in parts:
        payload, state = method.encode(part, state)
        raw, film = fronts(payload, part.shape, part.dtype, film)
        assert raw == part.tobytes()
        kinds.append(payload[0])
    return kinds


@pytest.mark.parametrize("scale", [0.3, 3, 4000])
def test_fronts_are_read_by_the_page(scale):
    """Calm numbers, lively ones, and ones with low bits and coarse features."""
    assert read([drifting(6, 16, 17, scale).astype("<i4")]) == [0]


def test_numbers_far_from_their_laws_are_read_by_the_page():
    """Extremes between calm numbers."""
    values = drifting(5, 16, 16, 0.5).astype("<i4")
    values[2:, 3:5, ::4] = [[[9000]], [[-900_000]], [[1_900_000]]]
    assert read([values]) == [0]


def test_chunks_go_on_as_the_page_says():
    """What is learned passes on, of chunks of one frame and of more, on any axes."""
    values = drifting(9, 20, 13, 2)[:, :, None].astype("<i2")
    assert read([values[:1], values[1:2], values[2:7], values[7:]]) == [0, 1, 1, 1]
