"""Frames after the first, on and off a BitStack by compiled loops."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.lossless.arrays.alphabet import Alphabet, Whole
from vdsc.codecs.lossless.arrays.compiled import (
    cell_loops,
    desk,
    expert_loops,
    feature_loops,
    frame_loops,
    moment_loops,
    place_loops,
    places,
    round_loops,
    score_loops,
)
from vdsc.codecs.lossless.arrays.compiled.desk import Desk
from vdsc.codecs.lossless.arrays.compiled.round_loops import CELL, EMPTY, RANGE
from vdsc.codecs.lossless.arrays.predictor import Predictor
from vdsc.codecs.lossless.arrays.slots import NO_RANK, NO_SUCH_RANK, TOO_FAR
from vdsc.core import compiled, fixed_loops
from vdsc.core.types import Ints
from vdsc.entropy import stack_loops
from vdsc.entropy.stack import BitStack
from vdsc.errors import CorruptFile

_MODULES = (
    *(cell_loops, desk, expert_loops, feature_loops, frame_loops, moment_loops, place_loops),
    *(places, round_loops, score_loops, stack_loops, compiled, fixed_loops),
)
_CODE = compiled.Entry(frame_loops.code_frames, _MODULES)
_WRONG = {RANGE: TOO_FAR, EMPTY: NO_RANK, CELL: NO_SUCH_RANK}


def kept() -> bool:
    """Whether the loops need not be compiled any more."""
    return _CODE.kept


def warm() -> None:
    """Load the loops or compile them, by coding no frames at all."""
    no, none = np.empty((0, 0), dtype=np.int64), np.empty(0, dtype=np.int64)
    table = places.places(Whole(np.dtype("i8"), 0, 1, 0))
    numbers = np.zeros(8, dtype=np.int64)
    bits = stack_loops.unpacked(np.empty(0, dtype=np.uint32))
    arrays = no, no, numbers, no, none
    _CODE(bits, no, np.empty((0, 0, 0), dtype=np.int64), table, *arrays, *score_loops.tables())


def push(stack: BitStack, ranks: Ints, alphabet: Alphabet, predictor: Predictor) -> None:
    """Push ranks (T, D), which the predictor learns."""
    if ranks.size:
        codes = np.empty((*ranks.shape, len(frame_loops.CODES)), dtype=np.int64)
        _run(stack, ranks, codes, alphabet, predictor)


def pop(stack: BitStack, ranks: Ints, alphabet: Alphabet, predictor: Predictor) -> None:
    """Pop ranks (T, D) into an array for them, and have the predictor learn them.

    Raises:
        CorruptFile: a rank that the alphabet does not have.
    """
    _run(stack, ranks, np.empty((0, 0, 0), dtype=np.int64), alphabet, predictor)


def _run(
    stack: BitStack, ranks: Ints, codes: Ints, alphabet: Alphabet, predictor: Predictor
) -> None:
    """Code ranks (T, D), and leave stack and predictor as the NumPy code would."""
    known = Desk.of(predictor)
    bits, wrong = _CODE(
        stack_loops.unpacked(stack.words),
        np.ascontiguousarray(ranks),
        codes,
        places.places(alphabet),
        *(known.channels, known.sums, known.plan, known.recipes, known.begins),
        *score_loops.tables(),
    )
    if wrong:
        raise CorruptFile(_WRONG[wrong])
    stack.words = stack_loops.packed(bits)
    known.give_back(predictor)
