"""The parameters in a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.codecs.knots.params import FASTEST, Params
from vdsc.errors import CorruptFile

sound = st.builds(
    Params,
    quality=st.integers(1, 100),
    local=st.integers(0, 500),
    still=st.integers(0, 500),
    every=st.booleans(),
    rate=st.none() | st.integers(1, FASTEST),
)
drawn = st.builds(
    Params,
    quality=st.integers(1, 100),
    local=st.integers(0, 500),
    rate=st.none() | st.integers(1, FASTEST),
    drawn=st.just(value=True),
    seed=st.integers(0, 2**64 - 1),
)


@given(sound | drawn)
def test_parameters_survive_the_header(params):
    """To integers and back is the same; what says nothing takes no room."""
    said = params.to_header()
    assert Params.from_header(said) == params
    assert all(type(value) is int for value in said.values())
    assert ("g" in said, "a" in said) == (params.still > 0, params.every)


def test_each_code_of_knot_times_has_a_name():
    """What the header says of them, in a word."""
    said = {"rec": {"r": 1}, "histogram": {"q": 1}, "poisson": {"q": 1, "p": 9}}
    said["every frame"] = {"q": 1, "a": 1}
    assert all(Params.from_header(h | {"l": 1}).grid == name for name, h in said.items())


def test_parameters_of_later_versions_are_passed_over():
    """A key that this version does not know is none of its business."""
    assert Params.from_header({"q": 5, "l": 2, "new": 9}) == Params(5, 2)


@given(st.dictionaries(st.sampled_from("qraplgs"), st.integers(-(2**63), 2**64 - 1)))
def test_all_else_is_corrupt(said):
    """Any integers give parameters that say the same, or CorruptFile."""
    try:
        params = Params.from_header(said)
    except CorruptFile:
        return
    heard = {k: v for k, v in said.items() if (k != "g" or v) and (k != "s" or params.drawn)}
    assert heard == params.to_header()


@pytest.mark.parametrize(
    "said", [{}, {"q": 1}, {"l": 1}, {"q": 101, "l": 1}, {"q": 1, "r": 1, "l": 1}, {"r": 0, "l": 1}]
)
def test_quality_and_dimensions_are_a_must(said):
    """Without a quality within 1..100 and the number of dimensions nothing can be read."""
    with pytest.raises(CorruptFile):
        Params.from_header(said)
