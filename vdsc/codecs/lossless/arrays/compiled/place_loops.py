"""Levels, first ranks and grains of any alphabet, for compiled loops; `alphabet.py` says which."""

from __future__ import annotations

from vdsc.codecs.lossless.arrays.alphabet import REACH
from vdsc.codecs.lossless.arrays.compiled.places import BINARY, DECIMAL, LISTED, WHOLE, Places
from vdsc.core.compiled import loop
from vdsc.core.fixed_loops import bit_length, clamp, plus
from vdsc.core.types import Ints

_DEEP = 62  # digits that a shift may take


@loop
def level_of(places: Places, rank: int) -> int:
    """The level of a rank."""
    if places.kind == WHOLE:
        return clamp(rank >> places.one, -REACH, REACH)
    if places.kind == BINARY:
        return _binary_level(places, rank)
    if places.kind == DECIMAL:
        size = _size(places, -rank - places.two if rank < 0 else rank)
        return -size if rank < 0 else size
    if places.kind == LISTED:
        found: int = places.table[rank]
        return found
    return clamp(rank, -REACH, REACH)


@loop
def first_of(places: Places, level: int) -> int:
    """The least rank whose level is at least this one."""
    if places.kind == WHOLE:
        return level << places.one
    if places.kind == BINARY:
        return _binary_first(places, level)
    if places.kind == DECIMAL:
        if level > 0:
            return _number(places, level + places.table[_dropped(places, level)] - 1)
        return -_number(places, -level) - places.two
    if places.kind == LISTED:
        return _searched(places.table, level)
    return level


@loop
def grain_of(places: Places, level: int) -> int:
    """The least number of low bits that the alphabet allows at a level."""
    if places.kind == BINARY:
        least = places.one + places.least + 1
        return max(max(bit_length(abs(level)), least) - places.two, 0)
    if places.kind == DECIMAL:
        drop = _dropped(places, abs(level))
        return bit_length(places.table[drop]) + 1 if drop else 0
    if places.kind == LISTED:
        found: int = places.grains[min(_searched(places.table, level), places.table.size - 1)]
        return found
    return 0


@loop
def _binary_level(places: Places, rank: int) -> int:
    """floor(value 2**scale), clipped."""
    bits = ~rank if rank < 0 else rank
    if bits >= places.infinite:
        return -REACH if rank < 0 else REACH
    exponent = bits >> (places.two - 1)
    mantissa = bits & ((1 << (places.two - 1)) - 1)
    if exponent:
        mantissa |= 1 << (places.two - 1)
    by = max(exponent, 1) - 1 + places.least - (places.two - 1) + places.one
    if rank < 0:
        mantissa = -mantissa
    if by <= 0:
        return clamp(mantissa >> min(-by, _DEEP), -REACH, REACH)
    if bit_length(abs(mantissa)) + by > _DEEP:
        return -REACH if mantissa < 0 else REACH
    return clamp(mantissa << by, -REACH, REACH)


@loop
def _binary_first(places: Places, level: int) -> int:
    """The ordinal of the least float at or above level 2**-scale."""
    if level <= -REACH:
        return places.low
    if level > REACH:
        return plus(places.high, 1)
    if not level:
        return -1
    size, most = abs(level), places.infinite >> (places.two - 1)
    field = bit_length(size) - 1 - places.one - places.least + 1
    if field >= most:
        return places.infinite if level > 0 else -places.infinite
    field = max(field, 1)
    by = field - 1 + places.least - (places.two - 1) + places.one  # a unit is 2**by levels
    if by <= 0:
        mantissa = size << -by
    else:
        deep = min(by, _DEEP)
        mantissa = size >> deep
        if level > 0 and mantissa << deep < size:
            mantissa += 1
    ordinal = ((field - 1) << (places.two - 1)) + mantissa
    return ordinal if level > 0 else -1 - ordinal


@loop
def _dropped(places: Places, size: int) -> int:
    """How many trailing digits of K >= 0 must be zero."""
    digits = 0
    while digits < places.table.size and places.table[digits] <= size:
        digits += 1
    return max(digits - places.one, 0)


@loop
def _number(places: Places, size: int) -> int:
    """The rank of the largest allowed K <= size, size >= 0."""
    drop = _dropped(places, size)
    whole = size // places.table[drop] if drop else size
    number: int = drop * 9 * places.table[places.one - 1] + whole
    return number


@loop
def _size(places: Places, number: int) -> int:
    """K >= 0 of a rank >= 0."""
    ten, decade = places.table[places.one - 1], 9 * places.table[places.one - 1]
    if number < ten + decade:
        return number
    drop = min((number - ten) // decade, places.table.size - 1)
    size: int = (number - drop * decade) * places.table[drop]
    return size


@loop
def _searched(table: Ints, level: int) -> int:
    """How many levels of the table are smaller."""
    low, high = 0, table.size
    while low < high:
        middle = (low + high) >> 1
        if table[middle] < level:
            low = middle + 1
        else:
            high = middle
    return low
