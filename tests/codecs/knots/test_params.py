"""The parameters in a header, of files that are written and of older ones."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.codecs.knots.params import FASTEST, ID, OLD_ID, KnotParams, model_of
from vdsc.container import Header, ModelRef
from vdsc.core.fixed import ONE
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile, UnsupportedVersion

OUTLINE = Outline((5, 6), np.dtype("<f4"), Clock(rate=Fraction(30)))
poses = st.fixed_dictionaries(
    {
        "ramps": st.none() | st.integers(0, 2**64 - 1),
        "unit": st.integers(1, 2**32),
        "wide": st.none() | st.integers(2, 2**14),
    }
)
sound = st.builds(
    lambda rest, pose: KnotParams(**rest, **pose),
    st.fixed_dictionaries(
        {
            "quality": st.integers(1, 100),
            "every": st.booleans(),
            "rate": st.none() | st.integers(1, FASTEST),
        }
    ),
    poses,
)
drawn = st.builds(
    lambda rest, pose: KnotParams(**rest, **pose, drawn=True),
    st.fixed_dictionaries(
        {
            "quality": st.integers(1, 100),
            "rate": st.none() | st.integers(1, FASTEST),
            "seed": st.integers(0, 2**64 - 1),
        }
    ),
    poses,
)


def header(params, codec=ID):
    return Header(codec, ModelRef("m", bytes(16)), OUTLINE, params, 1)


def read(params, codec=ID):
    return KnotParams.from_header(header(params, codec))


@given(sound | drawn)
def test_parameters_survive_the_header(params):
    """To integers and back is the same; what says nothing takes no room."""
    said = params.to_header()
    assert read(said) == params
    assert all(type(value) is int for value in said.values())
    assert ("a" in said, "p" in said) == (params.every, params.rate is not None)
    assert ("u" in said, "k" in said) == (params.ramps is not None, params.unit != ONE)
    assert ("d" in said, "s" in said) == (params.drawn, params.seed > 0)


def test_each_code_of_knot_times_has_a_name():
    """What the header says of them, in a word, under either id."""
    new = {"rec": {"d": 1}, "histogram": {}, "poisson": {"p": 9}, "every frame": {"a": 1}}
    old = {"rec": {"r": 1}, "histogram": {"q": 1}, "poisson": {"q": 1, "p": 9}}
    old["every frame"] = {"q": 1, "a": 1}
    assert all(read(h | {"q": 1}).grid == name for name, h in new.items())
    assert all(read(h | {"l": 1}, OLD_ID).grid == name for name, h in old.items())


def test_old_files_pass_over_what_they_do_not_know():
    """A reader of 0.1 ignored unknown keys, and the seed of knots that are not drawn."""
    assert read({"q": 5, "l": 2, "new": 9, "s": 4}, OLD_ID) == KnotParams(5, 2)
    assert read({"q": 5, "l": 2, "u": 1, "k": 4, "d": 1}, OLD_ID) == KnotParams(5, 2)


def test_new_parameters_need_a_newer_reader():
    """In a file of knots nothing is passed over: an unknown key could change what is decoded."""
    with pytest.raises(UnsupportedVersion, match=r"'z'.*upgrade"):
        read({"q": 5, "z": 9})
    with pytest.raises(UnsupportedVersion, match="'l'"):
        read({"q": 5, "l": 2})


@given(st.dictionaries(st.sampled_from("qapsduk"), st.integers(-(2**63), 2**64 - 1)))
def test_all_else_is_corrupt(said):
    """Any integers give parameters that say the same, or CorruptFile."""
    try:
        params = read(said)
    except CorruptFile:
        return
    nothing = {"s": 0, "k": ONE}
    assert {k: v for k, v in said.items() if nothing.get(k) != v} == params.to_header()


@given(st.dictionaries(st.sampled_from("qraplgs"), st.integers(-(2**63), 2**64 - 1)))
def test_all_else_is_corrupt_in_old_files(said):
    """Of an old file likewise: quality stands under q or, with drawn knots, under r."""
    try:
        params = read(said, OLD_ID)
    except CorruptFile:
        return
    assert params.quality == said["r" if params.drawn else "q"]
    assert (params.local, params.still) == (said["l"], said.get("g", 0))
    assert (params.drawn, params.rate) == ("r" in said, said.get("p"))
    assert params.every == ("a" in said)
    assert params.seed == (said.get("s", 0) if params.drawn else 0)
    assert (params.ramps, params.unit) == (None, ONE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"q": None}, {"q": 0}, {"q": 101}, {"a": 0}, {"a": 2},
        {"d": 0}, {"d": 2}, {"d": 1, "a": 1}, {"s": 1}, {"p": 0}, {"p": FASTEST + 1},
        {"d": 1, "s": -1}, {"u": -1}, {"k": 0}, {"k": -1}, {"k": 2**32 + 1},
        {"w": 1}, {"w": 2**14 + 1},
    ],
)  # fmt: skip
def test_what_no_encoder_writes_is_corrupt(wrong):
    """Each parameter at the first value beyond its range, missing, or beside what excludes it."""
    params = {k: v for k, v in ({"q": 1} | wrong).items() if v is not None}
    with pytest.raises(CorruptFile):
        read(params)


@pytest.mark.parametrize(
    "edge", [{"q": 100}, {"p": 1}, {"p": FASTEST}, {"k": 1}, {"k": 2**32}, {"w": 2}]
)
def test_the_edges_of_ranges_are_within(edge):
    """The first and the last value of a range are sound."""
    assert read({"q": 1} | edge).to_header() == {"q": 1} | edge


@pytest.mark.parametrize(
    "said",
    [
        {"q": 1, "r": 1, "l": 1}, {"r": 0, "l": 1}, {"r": 1, "a": 1, "l": 1}, {"q": 1}, {"l": 1},
        {"q": 0, "l": 1}, {"q": 101, "l": 1}, {"q": 1, "l": -1}, {"q": 1, "l": 1, "g": -1},
        {"q": 1, "l": 1, "a": 0}, {"q": 1, "l": 1, "p": 0}, {"q": 1, "l": 1, "p": FASTEST + 1},
        {"r": 1, "l": 1, "s": 0},
    ],
)  # fmt: skip
def test_old_parameters_that_exclude_each_other(said):
    """Drawn knots stand alone, and quality and dimensions are a must."""
    with pytest.raises(CorruptFile):
        read(said, OLD_ID)


def test_knots_mean_nothing_without_a_model():
    """A header without one is corrupt."""
    with pytest.raises(CorruptFile, match="needs a model"):
        model_of(Header(ID, None, OUTLINE, {}, 1))
    assert model_of(header({})).name == "m"
