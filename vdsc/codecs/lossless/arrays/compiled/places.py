"""An alphabet as numbers that compiled loops take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import LEAST, MANTISSA, Alphabet, Binary, Whole
from vdsc.codecs.lossless.arrays.decimal import TENS, Decimal
from vdsc.codecs.lossless.arrays.lattice import Lattice
from vdsc.codecs.lossless.arrays.listed import Listed
from vdsc.core.types import Ints
from vdsc.quant.ordinal import span

WHOLE, BINARY, DECIMAL, LISTED, LATTICE = range(5)


class Places(NamedTuple):
    """Where the ranks of an alphabet lie.

    kind: of the alphabet; one, two: its numbers (drop; scale, mantissa; digits, signed). least:
    the exponent of the smallest normal float. low, high: a float's smallest and largest ordinal.
    infinite: infinity's. table, grains: (U,) levels and grains of a list, else powers of 10.
    """

    kind: int
    one: int
    two: int
    least: int
    low: int
    high: int
    infinite: int
    table: Ints
    grains: Ints


def places(alphabet: Alphabet) -> Places:
    """The alphabet as numbers."""
    numbers, table, grains = (0,) * 6, TENS, TENS
    match alphabet:
        case Whole():
            kind, numbers = WHOLE, (alphabet.drop, 0, 0, 0, 0, 0)
        case Binary():
            size = alphabet.dtype.itemsize
            mantissa, infinity = MANTISSA[size], np.array([np.inf], dtype=f"f{size}")
            infinite = int(infinity.view(f"i{size}")[0])
            low, high = span(alphabet.dtype)
            kind, numbers = BINARY, (alphabet.scale, mantissa, LEAST[size], low, high, infinite)
        case Decimal():
            kind, numbers = DECIMAL, (alphabet.digits, int(alphabet.signed), 0, 0, 0, 0)
        case Listed():
            kind, table, grains = LISTED, alphabet.every_level, alphabet.every_grain
        case Lattice():
            kind = LATTICE
        case _:
            raise AssertionError
    return Places(kind, *numbers, np.ascontiguousarray(table), np.ascontiguousarray(grains))
