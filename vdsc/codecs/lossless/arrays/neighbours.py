"""Who looks at whom where channels are the points of a grid: coarse points first.

0 . 2 . 0
. . . . .     0 has no parents, 1 has the four 0 around it, 2 the 0 and 1 next to it;
2 . 1 . 2     then the points between in the same way, at half the distance
. . . . .
0 . 2 . 0
"""

from __future__ import annotations

import numpy as np

from vdsc.core.types import Ints

Relations = tuple[Ints, tuple[int, ...], Ints]
"""The order of coding (D,), the size of each round, and the parents (D, P) in that order."""

MOST = 1 << 14
"""Of more channels than this none looks at another."""

MANY_CHANNELS = 256
"""Among more channels than this, relations are not looked for one by one."""

_COARSE = 8
_CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))
_SIDES = ((-1, 0), (0, -1), (0, 1), (1, 0))


def unrelated_channels(count: int) -> Relations:
    """Return that count channels are coded in one round and none looks at another."""
    return np.arange(count), (count,), np.full((count, 0), -1)


def in_order_of_rounds(when: Ints, found: Ints) -> Relations:
    """Put channels in the order of their rounds when (D,) and renumber their parents (D, P)."""
    order = np.argsort(when, kind="stable")
    place = np.append(np.argsort(order, kind="stable"), -1)
    return order, tuple(int(n) for n in np.bincount(when)), place[found[order]]


def neighbours(shape: tuple[int, int, int], live: Ints) -> Relations:
    """Return the relations of the points live (D,) of rows, columns and colours in C order."""
    rows, columns, colours = shape
    number = np.full(rows * columns * colours, -1)
    number[live] = np.arange(live.size)
    margin = ((_COARSE, _COARSE), (_COARSE, _COARSE), (0, 0))
    field = np.pad(number.reshape(shape), margin, constant_values=-1)
    point, colour = np.divmod(live, colours)
    y, x = np.divmod(point, columns)
    when, found = np.zeros(live.size, dtype=np.int64), np.full((live.size, 4), -1)
    step, turn = _COARSE >> 1, 1
    while step:
        odd_y, odd_x = y // step % 2 == 1, x // step % 2 == 1
        on = (y % step == 0) & (x % step == 0)
        for chosen, ways in ((on & odd_y & odd_x, _CORNERS), (on & (odd_y ^ odd_x), _SIDES)):
            when[chosen] = turn
            for place, (down, right) in enumerate(ways):
                at = y[chosen] + down * step + _COARSE, x[chosen] + right * step + _COARSE
                found[chosen, place] = field[(*at, colour[chosen])]
            turn += 1
        step >>= 1
    return in_order_of_rounds(np.unique(when, return_inverse=True)[1], found)
