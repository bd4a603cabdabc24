"""A look on a tape: the size of its box, then its pixels under a learned law, row after row."""

from __future__ import annotations

from itertools import product

import numpy as np

from vdsc.codecs.scene.look_canvas import Canvas
from vdsc.codecs.scene.look_network import LookNetworks, greys
from vdsc.codecs.scene.sprite_track import Pixels
from vdsc.core.types import Ints
from vdsc.entropy import frequencies as tables
from vdsc.entropy.tape import Tape

Size = tuple[int, int]


def code_size(tape: Tape, given: Size | None, networks: LookNetworks, most: Size) -> Size:
    """Encode or decode the rows and columns of a box in frames of `most`."""
    cell, symbol = networks.cell, None
    if given is not None:
        small = max(given) <= cell
        symbol = np.array([(given[0] - 1) * cell + given[1] - 1 if small else cell * cell])
    found = int(tape.rows(symbol, networks.sizes[None])[0])
    if found < cell * cell:
        return found // cell + 1, found % cell + 1
    tall = tape.uniform(None if given is None else given[0] - 1, most[0])
    return tall + 1, tape.uniform(None if given is None else given[1] - 1, most[1]) + 1


def code_look(
    tape: Tape, given: Pixels | None, networks: LookNetworks, size: Size, levels: int
) -> Pixels:
    """Encode or decode the greys (h, w) of a look of so many levels."""
    if given is not None:
        inputs = seen(given, levels)
        tape.rows(_symbols(given, levels), networks.rows(inputs, levels))
        return given
    canvas, each = Canvas(size, levels), greys(levels)
    for row, column in product(*map(range, size)):
        law = networks.rows(canvas.inputs(row, column)[None], levels)
        canvas.put(row, column, int(each[int(tape.rows(None, law)[0])]))
    return canvas.look


def look_bits(look: Pixels, networks: LookNetworks, levels: int) -> float:
    """What the pixels of a look cost, bits."""
    rows = networks.rows(seen(look, levels), levels)
    return tables.cost(_symbols(look, levels), rows)


def seen(look: Pixels, levels: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The inputs (h w, 161) of all pixels of a look."""
    canvas, found = Canvas((look.shape[0], look.shape[1]), levels), []
    for (row, column), grey in np.ndenumerate(look):
        found.append(canvas.inputs(row, column))
        canvas.put(row, column, int(grey))
    return np.stack(found)


def _symbols(look: Pixels, levels: int) -> Ints:
    return np.searchsorted(greys(levels), look.ravel()).astype(np.int64)
