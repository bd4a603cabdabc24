"""`regression.py` and `solve.py` as compiled loops; a system is the lower triangle of a matrix."""

from __future__ import annotations

from vdsc.codecs.lossless.arrays.compiled.desk import (
    COLUMNS,
    COUNT,
    FLOOR,
    FORGET,
    RIDGE,
    SHARED,
    SUMS,
    WEIGHT,
)
from vdsc.codecs.lossless.arrays.regression import ROOM
from vdsc.codecs.lossless.arrays.solve import FINE, LARGEST, LEAST, REST, SPARE
from vdsc.codecs.lossless.arrays.solve import WEIGHT as POINT
from vdsc.core.compiled import loop
from vdsc.core.fixed_loops import bit_length, clamp, minus, shifted, times
from vdsc.core.types import Ints


@loop
def learn(desk: Ints, sums: Ints, recipe: Ints, begins: Ints, seen: Ints) -> None:
    """Take in the features of all channels; those of one at a time are in `seen`."""
    if recipe[SHARED]:
        for r in range(begins.size - 1):
            _fade(sums, r, recipe)
            for d in range(begins[r], begins[r + 1]):
                _add(desk, d, sums, r, recipe, seen, ROOM)
    else:
        for d in range(desk.shape[0]):
            _fade(sums, d, recipe)
            _add(desk, d, sums, d, recipe, seen, 0)


@loop
def _fade(sums: Ints, row: int, recipe: Ints) -> None:
    """Let a row of sums forget."""
    begin, count, forget = recipe[SUMS], recipe[COUNT], recipe[FORGET]
    for at in range(begin, begin + count * (count + 1) // 2):
        sums[row, at] -= sums[row, at] >> forget


@loop
def _add(desk: Ints, d: int, sums: Ints, row: int, recipe: Ints, seen: Ints, room: int) -> None:
    """Add the products of a channel's features to a row of sums."""
    at, count = recipe[SUMS], recipe[COUNT]
    for a in range(count):
        seen[a] = desk[d, recipe[COLUMNS + a]]
        for b in range(a + 1):
            sums[row, at + b] += seen[a] * seen[b] >> room
        at += a + 1


@loop
def solve_all(desk: Ints, sums: Ints, recipe: Ints, begins: Ints, system: Ints) -> None:
    """Find all weights anew."""
    if not recipe[SHARED]:
        for d in range(desk.shape[0]):
            _solve(sums, d, recipe, system)
            _keep(desk, d, recipe, system)
        return
    for r in range(begins.size - 1):
        _solve(sums, r, recipe, system)
        for d in range(begins[r], begins[r + 1]):
            _keep(desk, d, recipe, system)


@loop
def _keep(desk: Ints, d: int, recipe: Ints, system: Ints) -> None:
    """Write the weights that `_solve` has found."""
    for k in range(recipe[COUNT] - 1):
        desk[d, recipe[WEIGHT] + k] = system[-1, k]


@loop
def _solve(sums: Ints, row: int, recipe: Ints, system: Ints) -> None:
    """Leave the weights of one row of sums in the last row of `system` (F+3, F+1)."""
    last, at, weights, digits = recipe[COUNT] - 1, recipe[SUMS], -1, -2
    for a in range(last + 1):
        for b in range(a + 1):
            system[a, b] = sums[row, at]
            at += 1
        system[a, a] += (system[a, a] >> recipe[RIDGE]) + (1 << recipe[FLOOR])
        system[digits, a] = (bit_length(system[a, a]) + 1) >> 1
        for b in range(a + 1):
            by = FINE - system[digits, a] - system[digits, b]
            system[a, b] = shifted(system[a, b], by)
    for k in range(last):
        _eliminate(system, k, last)
    for k in range(last - 1, -1, -1):
        weight = system[k, last]
        for j in range(k + 1, last):
            part = times(system[k, j] >> SPARE, system[weights, j] >> SPARE)
            weight = minus(weight, part >> REST)
        system[weights, k] = weight
    for k in range(last):
        by = clamp(system[digits, last] - system[digits, k] - (FINE - POINT), -62, 24)
        bound = shifted(LARGEST, clamp(-by, -62, 28))
        weight = shifted(clamp(system[weights, k], -bound, bound), by)
        system[weights, k] = clamp(weight, -LARGEST, LARGEST)


@loop
def _eliminate(system: Ints, k: int, last: int) -> None:
    """Take row k off the rows below; what was taken of row a stays in system[k, a]."""
    pivot = max(system[k, k], LEAST)
    for a in range(k + 1, last + 1):
        system[k, a] = (system[a, k] << FINE) // pivot
    for a in range(k + 1, last + 1):
        share = system[k, a]
        for b in range(k + 1, a + 1):
            system[a, b] = minus(system[a, b], times(share, system[b, k]) >> FINE)


@loop
def predict(desk: Ints, d: int, recipe: Ints) -> int:
    """The target of channel d, at Q24 of the features' unit."""
    target = 0
    for f in range(recipe[COUNT] - 1):
        target += desk[d, recipe[WEIGHT] + f] * desk[d, recipe[COLUMNS + f]]
    return target
