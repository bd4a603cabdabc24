"""Values of a frame that follow others."""

from __future__ import annotations

import numpy as np
import pytest

import vdsc
from tests import hinges
from tests.docs.bounded_page import by_page
from tests.forge import opened
from vdsc.codecs.bounded.error_grid import ErrorGrid
from vdsc.codecs.bounded.followers import Follower, Followers, Leader
from vdsc.errors import VdscError

GRID = ErrorGrid(np.dtype("f8"), np.array([8, 8, 8, 0]), np.zeros(4, np.int64), np.zeros(4))
LINE = Follower(1, (Leader(0, 0.5, 2.0),), 1, (16, -32))
PLANE = Follower(2, (Leader(0, 0.0, 1.0), Leader(1, 0.0, 4.0)), 1, (3, 2, 1))


def test_what_hinges_make_is_not_coded_and_stays_within_the_bound():
    """A knee's second and third angle and a foot's third follow; the page's reader agrees."""
    values = hinges.motion(100)
    data = hinges.packed(values, 0.5)
    found = vdsc.decompress(data).values
    assert opened(data)[0].params["F"] == 3
    assert hinges.SKIN.apart(values, found).max() <= 0.5
    assert by_page(data).tobytes() == found.tobytes()


def test_followers_save_bytes():
    """The same leg, its angles noisy by as much as the bound allows to tell, costs far more."""
    values = hinges.motion(100)
    loose = values + np.random.default_rng(0).normal(size=values.shape) * ([0] * 6 + [0.8] * 6)
    data = hinges.packed(loose, 0.5)
    assert "F" not in opened(data)[0].params
    assert len(hinges.packed(values, 0.5)) < 0.8 * len(data)


def test_a_polynomial_of_one_and_of_two():
    """Horner's rule in t, in sixteenths of the step."""
    values = np.array([[4.5, 8.0, 0.0, 0.0]])
    line = 8 * (16 * (4.5 - 0.5) / 2 - 32) / 16
    assert LINE.path(values, 8.0) == pytest.approx([line])
    assert PLANE.path(values, 16.0) == pytest.approx([3 * 4.5 + 2 * (8 / 4) + 1])


@pytest.mark.parametrize("one", [LINE, PLANE])
def test_followers_read_what_they_write(one):
    """Bytes give the same followers back, and end where they end."""
    raw = Followers((one,)).to_bytes()
    assert Followers.read(b"ab" + raw + b"c", 2, 1, GRID) == (Followers((one,)), 2 + len(raw))
    for length in range(len(raw)):
        with pytest.raises(VdscError):
            Followers.read(raw[:length], 0, 1, GRID)


WRONG = {
    "two in one place": (LINE, LINE),
    "one leads another": (LINE, PLANE),
    "beyond the frame": (Follower(7, LINE.leaders, 0, (1,)),),
    "what has no step": (Follower(3, LINE.leaders, 0, (1,)),),
    "no leader": (Follower(1, (), 0, ()),),
    "three leaders": (Follower(1, LINE.leaders * 3, 0, (1,)),),
    "no width": (Follower(1, (Leader(0, 0.0, 0.0),), 0, (1,)),),
    "no number": (Follower(1, (Leader(0, np.nan, 1.0),), 0, (1,)),),
    "too high a degree": (Follower(1, LINE.leaders, 16, (1,) * 17),),
    "too large a coefficient": (Follower(1, LINE.leaders, 0, (1 << 39,)),),
}


@pytest.mark.parametrize("name", WRONG)
def test_followers_that_cannot_be_are_refused(name):
    """Each breaks one rule of the page."""
    with pytest.raises(VdscError):
        Followers.read(Followers(WRONG[name]).to_bytes(), 0, len(WRONG[name]), GRID)


def test_a_path_beyond_all_numbers_is_refused():
    """An infinite path is a damaged file, not a frame."""
    far = Followers((Follower(1, (Leader(0, 0.0, 1.0),), 15, (1 << 38, *[0] * 15)),))
    with pytest.raises(VdscError):
        far.path(np.array([[2**62, 0, 0, 0]]), np.full(4, 1e30))
