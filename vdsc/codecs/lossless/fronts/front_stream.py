"""A chunk of whole numbers on a board as bytes: what it begins with, and a stack of numbers.

payload    0 | origin | coarse | least | usual | stack         or 1 | stack, as the last chunk ended
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import numpy as np

from vdsc.codecs.lossless.fronts import front_law
from vdsc.codecs.lossless.fronts.front_law import LARGEST, FrontLaw
from vdsc.codecs.lossless.fronts.front_means import FrontMeans
from vdsc.codecs.lossless.fronts.front_order import FrontOrder
from vdsc.codecs.lossless.fronts.front_sight import KEPT, POINT, FrontSight
from vdsc.container import varint
from vdsc.core.types import Ints
from vdsc.entropy.stack import BitStack
from vdsc.entropy.tape import ReadingTape, Tape, WritingTape
from vdsc.errors import CorruptFile, InvalidInput

NEW, ON = b"\0", b"\1"
COARSEST, LEAST_MOST = 7, 40
SPAN = 10
"""Binary digits of a change that features hold."""

HELD = 128
"""By how many squared errors a place's own moments are larger."""


@dataclass(frozen=True, slots=True)
class FrontParams:
    """What a stream begins with.

    origin: what all numbers count from. coarse, least: see `FrontMeans`. usual: the mean error
    at first, in 64ths.
    """

    origin: int
    coarse: int
    least: int
    usual: int

    @classmethod
    def of(cls, values: Ints) -> FrontParams:
        """What suits values (n, H, W)."""
        change = np.diff(values, axis=0) if len(values) > 1 else np.diff(values, axis=1)
        most = int(np.quantile(np.abs(change), 0.999))
        rough = np.abs(np.diff(np.diff(change, axis=1), axis=2)).mean()
        error = max(0.4 * float(rough), 1 / 16)
        coarse = min(max(most.bit_length() - SPAN, 0), COARSEST)
        least = round(float(np.log2(HELD * error**2))) + 2 * (POINT - coarse)
        usual = min(max(round(error * 64), 1), LARGEST)
        return cls(int(np.median(values)), coarse, min(max(least, 0), LEAST_MOST), usual)

    def to_bytes(self) -> bytes:
        """The inverse of `read`."""
        own = bytes([self.coarse, self.least])
        return NEW + varint.put_signed(self.origin) + own + varint.put(self.usual)

    @classmethod
    def read(cls, payload: bytes) -> tuple[FrontParams, int]:
        """What a payload begins with, and where it ends; raises CorruptFile."""
        origin, at = varint.get_signed(payload, 1)
        if at + 2 > len(payload):
            raise damaged()
        coarse, least = payload[at : at + 2]
        usual, at = varint.get(payload, at + 2)
        if coarse > COARSEST or least > LEAST_MOST or not 1 <= usual <= LARGEST:
            raise damaged()
        return cls(origin, coarse, least, usual), at


@dataclass(eq=False)
class FrontState:
    """What a stream has learned, and the last frames: numbers, errors and sizes (n, P) each."""

    params: FrontParams
    order: FrontOrder
    means: FrontMeans
    law: FrontLaw
    kept: tuple[Ints, ...] = field(default_factory=tuple)

    @classmethod
    def begun(cls, params: FrontParams, rows: int, columns: int) -> FrontState:
        """Before the first frame."""
        places = rows * columns
        means = FrontMeans(places, params.coarse, params.least)
        return cls(params, FrontOrder(rows, columns), means, FrontLaw(places, params.usual))

    def code(self, tape: Tape, values: Ints | None, frames: int) -> Ints:
        """Numbers (frames, H, W) less the origin; None for a decoder. Raises CorruptFile."""
        order, means, law = self.order, self.means, self.law
        before = len(self.kept[0]) if self.kept else 0
        sight = FrontSight(order, before + frames)
        if before:
            sight.keep(0, self.kept)
        known = None
        if values is not None:
            known = values.reshape(frames, -1)[:, order.places]
        places = np.arange(len(order.places))
        for front in order.fronts(before, before + frames):
            base = sight.base(front)
            expected = means.expect(front, base, sight.seen(front, base), sight.errors(front))
            sizes = sight.sizes(front, law.usual(front.some))
            level = law.level(front.some, sizes, np.abs(expected.mean - expected.first))
            given = None
            if known is not None:
                given = known[front.frames - before, places[front.some]]
            found = front_law.code(tape, given, expected.mean, law.scale(level))
            if (np.abs(found) > LARGEST).any():
                raise damaged()
            means.learn(front, expected, found)
            size = np.minimum(np.abs((found << POINT) - expected.mean), front_law.FAR)
            law.learn(front.some, level, size)
            sight.add(front, found, (found << POINT) - expected.first, size)
        self.kept = sight.last(min(KEPT, before + frames))
        made = sight.last(frames)[0]
        numbers = np.empty_like(made)
        numbers[:, order.places] = made
        return numbers.reshape(frames, order.rows, order.columns)


def encode(values: Ints, state: FrontState | None) -> tuple[bytes, FrontState]:
    """Payload of values (n, H, W) and the state after them; raises InvalidInput for large ones."""
    head = ON
    if state is None:
        params = FrontParams.of(values)
        head, state = params.to_bytes(), FrontState.begun(params, *values.shape[1:])
    else:
        state = copy.deepcopy(state)
    numbers = values - state.params.origin
    if np.abs(numbers).max() > LARGEST:
        raise InvalidInput("values are too far apart for this method; use another one")
    tape, stack = WritingTape(), BitStack()
    state.code(tape, numbers, len(values))
    tape.push(stack)
    return head + stack.to_bytes(), state


def decode(
    payload: bytes, frames: int, board: tuple[int, int], state: FrontState | None
) -> tuple[Ints, FrontState]:
    """Values (frames, *board) and the state after them; raises CorruptFile."""
    kind, at = payload[:1], 1
    if kind == NEW:
        params, at = FrontParams.read(payload)
        state = FrontState.begun(params, *board)
    elif kind != ON or state is None:
        raise damaged()
    stack = BitStack.from_bytes(payload[at:])
    numbers = state.code(ReadingTape(stack), None, frames)
    if not stack.empty:
        raise CorruptFile("a chunk holds more than its numbers; the file is damaged")
    return numbers + state.params.origin, state


def damaged() -> CorruptFile:
    """What is said of a payload that no encoder makes."""
    return CorruptFile("a chunk of numbers on a board cannot be right; restore the file")
