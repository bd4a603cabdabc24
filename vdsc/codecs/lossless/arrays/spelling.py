"""The alphabet that suits an array, and what a file says of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import COARSEST, FINEST, Alphabet, Binary, Whole
from vdsc.codecs.lossless.arrays.decimal import DIGITS, PLACES, Decimal
from vdsc.codecs.lossless.arrays.fields import Fields
from vdsc.codecs.lossless.arrays.lattice import Lattice
from vdsc.codecs.lossless.arrays.listed import Listed, listed
from vdsc.core.types import Ints
from vdsc.errors import CorruptFile
from vdsc.quant.ordinal import Numbers

_WHOLE, _BINARY, _DECIMAL, _LISTED, _LATTICE = range(5)
_DROPPED = 23  # the most low bits that a level leaves out
_STEP = 1 << 24


def alphabet_of(values: Numbers) -> Alphabet:
    """Return the smallest alphabet that holds values (S, L), which may be none at all."""
    if not values.size:
        return Binary(values.dtype, 0) if values.dtype.kind == "f" else Whole.of(values)
    if values.dtype.kind != "f":
        return listed(Whole.of(values), values)
    lattice = Lattice.of(values)
    if lattice is not None:
        return lattice
    decimal, binary = Decimal.of(values), Binary.of(values)
    sparse = decimal is not None and decimal.sparser(values)
    return listed(decimal if decimal is not None and sparse else binary, values)


def spelt(alphabet: Alphabet) -> list[Any]:
    """Return the lists of integers that say what an alphabet is: its kind and three numbers.

    Listed has its length, the first rank and a zero there; the steps between ranks follow, and
    then the alphabet whose ranks these are.
    """
    match alphabet:
        case Whole():
            return [[_WHOLE, alphabet.base, alphabet.step, alphabet.drop]]
        case Binary():
            return [[_BINARY, alphabet.scale, 0, 0]]
        case Decimal():
            return [[_DECIMAL, alphabet.places, alphabet.digits, int(alphabet.signed)]]
        case Lattice():
            return [[_LATTICE, alphabet.scale, alphabet.step, 0]]
        case Listed():
            table = alphabet.table
            first = [_LISTED, table.size, table[0], 0]
            return [first, np.diff(table), *spelt(alphabet.whole)]
    raise AssertionError


def read(fields: Fields, dtype: np.dtype[Any], most: int) -> Alphabet:
    """Restore an alphabet of dtype with at most so many ranks listed from what `spelt` says.

    Raises:
        CorruptFile: there is no such alphabet.
    """
    numbers = fields.take(4)
    kind, count, first, _ = numbers.tolist()
    if kind == _LISTED and 2 <= count <= most:
        steps = fields.take(count - 1)
        table = np.int64(first) + np.concatenate((np.zeros(1, dtype=np.int64), steps.cumsum()))
        whole = _plain(fields.take(4), dtype)
        if (np.diff(table) > 0).all() and not isinstance(whole, Lattice):
            return Listed(whole, table)
    return _plain(numbers, dtype)


def _plain(numbers: Ints, dtype: np.dtype[Any]) -> Alphabet:
    """An alphabet that lists nothing, from its kind and three numbers (4,)."""
    kind, one, two, three = numbers.tolist()
    if dtype.kind != "f":
        if kind == _WHOLE and 0 <= three <= _DROPPED and two >= 1:
            return Whole(dtype, one, two, three)
    elif kind == _BINARY and COARSEST <= one <= FINEST[dtype.itemsize]:
        return Binary(dtype, one)
    elif kind == _DECIMAL and 0 <= one <= PLACES and 1 <= two < DIGITS and three in {0, 1}:
        return Decimal(dtype, one, two, bool(three))
    elif kind == _LATTICE and 0 <= one <= 60 and 1 <= two <= _STEP:
        return Lattice(dtype, one, two)
    raise CorruptFile("the description of an array's values is damaged; restore the file")
