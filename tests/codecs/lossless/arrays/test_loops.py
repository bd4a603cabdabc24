"""Compiled loops one by one, against the NumPy code that they repeat."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.codecs.lossless.arrays.alphabet import REACH, Binary, Whole
from vdsc.codecs.lossless.arrays.decimal import Decimal
from vdsc.codecs.lossless.arrays.lattice import Lattice
from vdsc.codecs.lossless.arrays.listed import Listed
from vdsc.codecs.lossless.arrays.solve import solve
from vdsc.quant.ordinal import span

numba = pytest.importorskip("numba")
RNG = np.random.default_rng(0)
F4, F8, I8 = np.dtype("f4"), np.dtype("f8"), np.dtype("i8")
TABLE = np.unique(np.concatenate((RNG.integers(-(1 << 30), 1 << 30, 50), np.arange(20))))
ALPHABETS = [
    *(Whole(I8, 3, 7, drop) for drop in (0, 5, 23)),
    *(Binary(np.dtype("f2"), scale) for scale in (-984, -20, 0, 24, 63)),
    *(Binary(F4, scale) for scale in (-984, -88, 30, 149, 188)),
    *(Binary(F8, scale) for scale in (-984, -983, 0, 52, 1000)),
    *(Decimal(F4, 2, digits, signed) for digits in (1, 6, 13) for signed in (False, True)),
    Listed(Binary(F8, 12), TABLE * 7_777_777),
    Lattice(F4, 5, 9),
]


@pytest.fixture(scope="module")
def found():
    """A function that fills in (3, N) the levels of ranks, and first ranks and grains of levels."""
    from vdsc.codecs.lossless.arrays.compiled.place_loops import first_of, grain_of, level_of

    @numba.njit
    def fill(places, ranks, levels, into):
        for i in range(ranks.size):
            into[0, i] = level_of(places, ranks[i])
            into[1, i] = first_of(places, levels[i])
            into[2, i] = grain_of(places, levels[i])

    return fill


def numbers_near(ends, count):
    """Integers of all sizes between two ends, and those next to the ends, to 0 and to powers."""
    low, high = ends
    sizes = RNG.integers(0, 63, count)
    wide = RNG.integers(0, 1 << 62, count) >> (62 - sizes)
    edges = [edge + i for edge in (low, 0, high) for i in range(-3, 4)]
    powers = [sign * (1 << k) + i for k in range(62) for i in (-1, 0, 1) for sign in (-1, 1)]
    made = [*(wide * RNG.choice([-1, 1], count)).tolist(), *edges, *powers]
    return np.array([x for x in made if low <= x <= high], dtype=np.int64)


@pytest.mark.parametrize("alphabet", ALPHABETS, ids=str)
def test_places_are_those_of_the_alphabet(found, alphabet):
    """Levels of any ranks, first ranks and grains of any levels: subnormals, infinities, ends."""
    from vdsc.codecs.lossless.arrays.compiled.places import places

    ends = span(alphabet.dtype) if isinstance(alphabet, Binary) else (-(1 << 41), 1 << 41)
    ranks, levels = numbers_near(ends, 3000), numbers_near((-REACH, REACH + 1), 3000)
    if isinstance(alphabet, Listed):
        ranks = RNG.integers(0, alphabet.table.size, 3000)
    count = min(ranks.size, levels.size)
    ranks, levels = ranks[-count:], levels[-count:]
    into = np.zeros((3, count), dtype=np.int64)
    found(places(alphabet), ranks, levels, into)
    assert (into[0] == alphabet.levels(ranks)).all()
    assert (into[1] == alphabet.first(levels)).all()
    assert (into[2] == alphabet.grain(np.minimum(levels, REACH)))[levels <= REACH].all()


def test_weights_are_those_of_the_solver():
    """Good systems, dependent features, and hopeless ones whose sums leave 64 bits."""
    from vdsc.codecs.lossless.arrays.compiled.desk import COLUMNS, COUNT, FLOOR, RIDGE
    from vdsc.codecs.lossless.arrays.compiled.moment_loops import _solve

    @numba.njit
    def fill(sums, recipe, system, into):
        for i in range(len(sums)):
            _solve(sums, i, recipe, system)
            into[i] = system[-1, :4]

    features = RNG.integers(-(1 << 18), 1 << 18, (30, 5, 200))
    features[:, 2] = features[:, 0] - features[:, 1] + RNG.integers(-2, 3, (30, 200))
    features[:, 3, :99] = features[:, 0, :99]
    moments = np.einsum("tid,tjd->ijd", features, features)
    wild = RNG.integers(-(1 << 58), 1 << 58, (5, 5, 200)) >> RNG.integers(0, 58, 200)
    moments = np.concatenate((moments, wild + wild.transpose(1, 0, 2)), axis=2)
    rows, columns = np.tril_indices(5)
    recipe = np.zeros(COLUMNS + 5, dtype=np.int64)
    for ridge, least in ((6, 26), (40, 0)):
        recipe[[COUNT, RIDGE, FLOOR]] = 5, ridge, least
        into, sums = np.zeros((400, 4), dtype=np.int64), moments[rows, columns].T.copy()
        fill(sums, recipe, np.zeros((20, 20), dtype=np.int64), into)
        assert (solve(moments, ridge=ridge, least=1 << least) == into.T).all()
