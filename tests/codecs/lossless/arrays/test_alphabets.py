"""Alphabets: which values occur, in order, and where they lie."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from vdsc.codecs.lossless.arrays.alphabet import REACH, Binary, Whole
from vdsc.codecs.lossless.arrays.decimal import Decimal
from vdsc.codecs.lossless.arrays.lattice import Lattice
from vdsc.codecs.lossless.arrays.listed import Listed, listed
from vdsc.codecs.lossless.arrays.spelling import alphabet_of

RNG = np.random.default_rng(0)
EXAMPLES = {
    "integers": np.arange(-40, 40, dtype=np.int16),
    "steps": np.arange(3, 900, 7, dtype=np.uint32),
    "huge": np.array([0, 2**64 - 1, 2**63, 5], dtype=np.uint64),
    "floats": np.array([-np.inf, -7, -1e-40, -0.0, 0, 1e-30, 3.3, np.nan], dtype=np.float32),
    "doubles": RNG.normal(size=50) * 10.0 ** RNG.integers(-300, 300, 50),
    "halves": np.frombuffer(RNG.bytes(100), dtype=np.float16),
    "decimals": np.array([-0.0, 0.01, 3.1, -2.55, 100.25], dtype=np.float32),
    "digits": np.array([1.25, 12.5, 125, 1250, -0.25, -9980], dtype=np.float64),
}


def alphabet_for(name):
    """Return the alphabet of an example."""
    return alphabet_of(EXAMPLES[name].reshape(-1, 1))


@pytest.mark.parametrize("name", EXAMPLES)
def test_values_return(name):
    """An alphabet gives back, bit for bit, the values that it holds."""
    values, alphabet = EXAMPLES[name], alphabet_for(name)
    assert alphabet.holds(values)
    assert alphabet.values(alphabet.ranks(values)).tobytes() == values.tobytes()


@pytest.mark.parametrize("name", EXAMPLES)
def test_first_is_the_least_rank_at_a_level(name):
    """first(level) lies at the level or above, and the rank before it below."""
    alphabet = alphabet_for(name)
    ranks = alphabet.ranks(EXAMPLES[name])
    near = alphabet.levels(ranks)[:, None] + np.array([-9, -1, 0, 1, 8])
    levels = near[np.abs(near) < REACH]
    least = alphabet.first(levels)
    assert (alphabet.levels(least) >= levels).all()
    assert (alphabet.levels(least - 1) < levels).all()
    assert (alphabet.first(alphabet.levels(ranks)) <= ranks).all()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("integers", Whole(np.dtype("i2"), 0, 1, 0)),
        ("steps", Whole(np.dtype("u4"), 3, 7, 0)),
        ("decimals", Decimal(np.dtype("f4"), places=2, digits=5, signed=True)),
        ("digits", Decimal(np.dtype("f8"), places=2, digits=3, signed=False)),
    ],
)
def test_the_smallest_alphabet_is_found(name, kind):
    """Steps, digits after the point and significant digits are found."""
    assert alphabet_for(name) == kind


def test_decimals_are_the_nearest_floats():
    """The value at a rank is the float nearest to the fraction, by exact arithmetic."""
    alphabet = Decimal(np.dtype("f8"), places=4, digits=14, signed=False)
    ranks = RNG.integers(-(10**10), 10**10, 200)
    exact = [Fraction(int(rank), 10**4) for rank in ranks]
    assert alphabet.values(ranks).tolist() == [float(fraction) for fraction in exact]


def test_six_significant_digits_number_without_gaps():
    """Ranks of decimals with dropped digits are consecutive over several powers of ten."""
    alphabet = Decimal(np.dtype("f8"), places=3, digits=2, signed=True)
    ranks = np.arange(-400, 400)
    values = alphabet.values(ranks)
    assert (alphabet.ranks(values) == ranks).all()
    assert (np.diff(values) >= 0).all()
    assert np.unique(values).size == ranks.size - 1  # -0.0 equals 0.0


def test_frames_packed_on_their_own_lattice_are_found():
    """Even steps from another start in each frame become a lattice with one phase a frame."""
    start = RNG.integers(0, 1 << 16, (8, 1)) / 2**14
    frames = (start + RNG.integers(0, 200, (8, 40)) / 2**4).astype(np.float32)
    lattice = alphabet_of(frames)
    assert isinstance(lattice, Lattice)
    again = lattice.placed(lattice.ranks(frames), lattice.phases(frames))
    assert again.tobytes() == frames.tobytes()
    assert not lattice.holds(frames + np.float32(2**-9) * np.arange(40, dtype=np.float32))


def test_few_values_are_listed():
    """A coarse instrument's readings are listed; values that hardly repeat are not."""
    readings = np.sort(RNG.normal(size=40)).astype(np.float32)
    values = readings[RNG.integers(0, 40, 5000)].reshape(-1, 1)
    alphabet = alphabet_of(values)
    assert isinstance(alphabet, Listed)
    assert alphabet.table.size == 40
    assert (alphabet.values(alphabet.ranks(values)) == values).all()
    assert not alphabet.holds(np.array([9.5], dtype=np.float32))
    whole = Binary.of(values)
    assert listed(whole, RNG.normal(size=500).astype(np.float32)) is whole
