"""Values of a frame that follow others."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import vdsc
from tests import hinges
from tests.docs.bounded_page import by_page
from tests.forge import opened
from vdsc.codecs.bounded import joint_followers, joint_measure
from vdsc.codecs.bounded.bounded_params import BoundedParams
from vdsc.codecs.bounded.error_grid import ErrorGrid
from vdsc.codecs.bounded.followers import Follower, Followers, Leader
from vdsc.codecs.lossless import chunk
from vdsc.container import Header
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, VdscError

GRID = ErrorGrid(np.dtype("f8"), np.array([8, 8, 8, 0]), np.zeros(4, np.int64), np.zeros(4))
LINE = Follower(1, (Leader(0, 0.5, 2.0),), 1, (16, -32))
PLANE = Follower(2, (Leader(0, 0.0, 1.0), Leader(1, 0.0, 4.0)), 1, (3, 2, 1))


@pytest.fixture(scope="module")
def data():
    """A file of hinges.motion(100)."""
    return hinges.packed(hinges.motion(100), 0.5)


def test_what_hinges_make_is_not_coded_and_stays_within_the_bound(data):
    """A knee's second and third angle and a foot's third follow; the page's reader agrees."""
    values, found = hinges.motion(100), vdsc.decompress(data).values
    assert opened(data)[0].params["F"] == 3
    assert hinges.SKIN.apart(values, found).max() <= 0.5
    assert by_page(data).tobytes() == found.tobytes()


def test_later_chunks_follow_too(monkeypatch):
    """Angles that wind are unwound alike in all chunks: few values of any are patched."""
    for module in (chunk, joint_measure):
        monkeypatch.setattr(module, "VALUES", 50 * 12)
    values = hinges.motion(150)
    values[:, 6:] = np.where(np.arange(150)[:, None] < 70, values[:, 6:], values[:, 6:] - 360)
    data = hinges.packed(values, 0.5)
    found, facts = vdsc.decompress(data).values, vdsc.info(data)
    assert hinges.SKIN.apart(values, found).max() <= 0.5
    assert len(facts.chunks) == 3
    assert opened(data)[0].params["F"] == 3
    assert facts.budget["steps and patches"] < 250


def test_followers_save_bytes(data, monkeypatch):
    """The same leg costs more where none may follow."""
    monkeypatch.setattr(joint_followers, "WORTH", 0)
    free = hinges.packed(hinges.motion(100), 0.5)
    assert "F" not in opened(free)[0].params
    assert len(data) < 0.9 * len(free)


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


@pytest.mark.parametrize(
    ("params", "dtype"),
    [
        ({"W": 2, "F": 4}, "<f8"),
        ({"F": 1}, "<f8"),
        ({"W": 2, "F": 1}, "<i4"),
        ({"W": 2, "F": -1}, "<f8"),
    ],
)
def test_a_header_that_cannot_have_followers_is_refused(params, dtype):
    """Whole steps of floats may, at most all values but one."""
    outline = Outline((5, 4), np.dtype(dtype), Clock(Fraction(30)))
    with pytest.raises(CorruptFile):
        BoundedParams.from_header(Header("bounded", None, outline, params, 1))


def test_a_path_beyond_all_numbers_is_refused():
    """An infinite path is a damaged file, not a frame."""
    far = Followers((Follower(1, (Leader(0, 0.0, 1.0),), 15, (1 << 38, *[0] * 15)),))
    with pytest.raises(VdscError):
        far.path(np.array([[2**62, 0, 0, 0]]), np.full(4, 1e30))
