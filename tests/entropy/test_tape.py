"""The tapes: what a model writes, it reads again, in its own order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vdsc.entropy import BitStack
from vdsc.entropy.stack import TOTAL
from vdsc.entropy.tape import ReadingTape, WritingTape

BATCH = st.tuples(st.integers(1, 300), st.integers(0, 40), st.integers(0, 2**32 - 1))
VALUE = st.integers(1, 1 << 24).flatmap(
    lambda size: st.tuples(st.integers(0, size - 1), st.just(size))
)


def batch(size: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Symbols (count,) and rows (count, size), the first symbol as likely as can be."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(1, TOTAL // size, (count, size), endpoint=True)
    rows[:, 1:] = rows[:, 1:] if seed % 2 else 1
    rows[:, 0] += TOTAL - rows.sum(axis=1)
    return rng.integers(0, size, count), rows


@given(st.lists(BATCH | VALUE, max_size=8))
def test_what_is_written_is_read(asked):
    writing, stack = WritingTape(), BitStack()
    known = [batch(*one) if len(one) == 3 else one for one in asked]
    for symbols, rows in known:
        if isinstance(rows, int):
            assert writing.uniform(symbols, rows) == symbols
            assert writing.uniforms(np.array([symbols, 0]), np.array([rows, 1]))[0] == symbols
        else:
            assert (writing.rows(symbols, rows) == symbols).all()
    writing.push(stack)
    reading = ReadingTape(BitStack.from_bytes(stack.to_bytes()))
    for symbols, rows in known:
        if isinstance(rows, int):
            assert reading.uniform(None, rows) == symbols
            assert reading.uniforms(None, np.array([rows, 1])).tolist() == [symbols, 0]
        else:
            assert (reading.rows(None, rows) == symbols).all()
    held = stack.bits
    writing.push(stack)
    assert stack.bits == held, "a tape that was pushed holds nothing"
