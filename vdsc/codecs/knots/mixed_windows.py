"""The global part of one file and the local part of another, as the chunks of a third.

looks   -pop-> cells of the dimensions that only a first knot carries ---.
motion  -pop-> knots, cells of all dimensions, pose ---------------------+-push-> chunk
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots import pose, window_code
from vdsc.codecs.knots.coding import Coding
from vdsc.codecs.knots.decoder import KnotReader, PlacedWindow
from vdsc.codecs.knots.params import ID, OLD_ID
from vdsc.codecs.knots.placing import PlacedKnots
from vdsc.container import Header
from vdsc.core.types import Ints
from vdsc.entropy import Context
from vdsc.errors import InvalidInput


def demand_alike(looks: Header, motion: Header) -> None:
    """Raise InvalidInput, with advice, unless two files are of knots and of one model."""
    for header in (looks, motion):
        if header.codec == OLD_ID:
            raise InvalidInput("a file of vdsc 0.1 cannot be mixed; decompress and compress it")
        if header.codec != ID or header.model is None:
            words = "has no latent dimensions to mix; compress the original with --codec knots"
            raise InvalidInput(f"a file of codec {header.codec!r} {words}")
    assert looks.model is not None
    assert motion.model is not None
    if looks.model.digest != motion.model.digest:
        names = f"{looks.model.name} and {motion.model.name}"
        if looks.model.name == motion.model.name:
            names = f"two states of {motion.model.name}"
        raise InvalidInput(f"the files are of {names}; compress both with the same --model")


class WindowMixer:
    """Chunks of the file `motion` with the global dimensions of the file `looks`.

    Both headers are of one model (`demand_alike`). bodies: all chunks of `looks`. Raises
    InvalidInput for a model without global dimensions, for files that look different from one
    window to the next, and CorruptFile as a decoder does.
    """

    def __init__(self, looks: Header, bodies: Iterable[bytes], motion: Header) -> None:
        self._reader = KnotReader(motion)
        still = self._reader.coding.still
        if not still.any():
            name = self._reader.checkpoint.name
            raise InvalidInput(f"model {name} has no global dimensions, so there is nothing to mix")
        params = replace(self._reader.params, drawn=False, seed=0)
        coding = self._reader.coding
        self.coding = Coding(coding.tables, coding.fps, motion.outline, params)
        self.header = replace(motion, params=params.to_header())
        self.look = self.coding.grid.snap(_look(KnotReader(looks), bodies))
        self.changed = False
        self._last: tuple[PlacedWindow, Context] | None = None

    def chunk(self, body: bytes) -> bytes:
        """The next chunk of `motion`, looking otherwise; raises CorruptFile."""
        placed = self._reader.window(body)
        fresh = self._last is None or self._last[0].end == placed.begin
        window, still = placed.window, self.coding.still
        cells = window.cells.copy()
        cells[:, still] = self.look[still]
        self.changed |= bool((cells != window.cells).any())
        past = None if fresh or self._last is None else self._last[1]
        knots = PlacedKnots(window.knots, held=window.coded < len(window.knots))
        some = cells[: window.coded]
        stream = window_code.push(self.coding, knots, some, placed.begin, past)
        self._last = placed, stream.window.after
        return self._body(placed, stream, fresh=fresh)

    def _body(self, placed: PlacedWindow, stream: window_code.KnotStream, *, fresh: bool) -> bytes:
        span = layout.Span(placed.end - placed.begin, fresh).to_bytes()
        packed = b"" if placed.pose is None else pose.pack(placed.pose, fresh=fresh)
        body = layout.join(stream.window.coded, stream.spent, stream.data, packed)
        return (span if self.header.chunks > 1 else b"") + body


def _look(reader: KnotReader, bodies: Iterable[bytes]) -> Ints:
    """Q16 values (D,) at the first knot of a file; the global ones are those of all its knots."""
    still, found = reader.coding.still, None
    for body in bodies:
        values = reader.window(body).window.values
        found = values[0] if found is None else found
        if (values[:, still] != found[still]).any():
            words = "it looks different behind a cut; compress a part of it (--start, --end)"
            raise InvalidInput(f"the file that says how things look has several looks: {words}")
    assert found is not None
    return np.asarray(found)
