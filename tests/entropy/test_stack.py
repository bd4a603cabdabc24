"""The bit stack: round trips, bytes, bits-back and damage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.core.fixed import CERTAIN
from vdsc.entropy import BitStack
from vdsc.entropy.frequencies import cost, rows, share
from vdsc.entropy.gamma import gamma_bits, pop_gamma, push_gamma
from vdsc.entropy.stack import TOTAL
from vdsc.errors import CorruptFile


def some(seed, count, cells):
    """Random frequency rows and symbols drawn from them."""
    rng = np.random.default_rng(seed)
    inner = np.sort(rng.integers(0, CERTAIN, (count, cells - 1)), axis=1)
    table = share(inner)
    draws = rng.integers(0, TOTAL, (count, 1))
    return (np.cumsum(table, axis=1) <= draws).sum(axis=1), table


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 40), st.integers(1, 70))
def test_symbols_come_back(seed, count, cells):
    """Calling pop(rows) returns what push(symbols, rows) was given, also through bytes."""
    symbols, table = some(seed, count, cells)
    stack = BitStack()
    stack.push(symbols, table)
    stack = BitStack.from_bytes(stack.to_bytes())
    assert (stack.pop(table) == symbols).all()
    assert stack.empty


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 2**24), st.integers(0, 2**24)), max_size=30))
def test_uniform_values_come_back(pairs):
    """pop_uniform inverts push_uniform for any sizes, ones included."""
    sizes = np.array([size for size, _ in pairs], dtype=np.int64)
    values = np.array([value % size for size, value in pairs], dtype=np.int64)
    stack = BitStack()
    stack.push_uniform(values, sizes)
    assert (stack.pop_uniform(sizes) == values).all()


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**20), max_size=20))
def test_gamma_numbers_come_back(numbers):
    """pop_gamma inverts push_gamma, which spends the bits that gamma_bits counts."""
    values = np.array(numbers, dtype=np.int64)
    stack = BitStack()
    push_gamma(stack, values)
    assert stack.bits <= gamma_bits(values) + 32
    assert (pop_gamma(stack, values.size) == values).all()


@settings(deadline=None)
@given(st.binary(max_size=40), st.integers(0, 2**32))
def test_bits_back_gives_back_every_bit(seed, draw):
    """Popping symbols off any seed and pushing them back restores the seed."""
    _, table = some(draw, 30, 9)
    seed = seed + b"\x01"
    stack = BitStack.from_bytes(seed)
    stack.push(stack.pop(table), table)
    assert stack.to_bytes() == seed


def test_bytes_are_close_to_the_ideal():
    """The coder's own cost is at most four bytes, and two bytes of seed ride for free."""
    symbols, table = some(1, 2000, 30)
    ideal = cost(symbols, table) / 8
    for seed in (b"", b"\xab\xcd\x01"):
        stack = BitStack.from_bytes(seed)
        stack.push(symbols, table)
        assert abs(stack.bits / 8 - ideal) < 4
        data = stack.to_bytes()
        assert ideal - 1 < len(data) < ideal + 4
        stack = BitStack.from_bytes(data)
        assert (stack.pop(table) == symbols).all()
        assert stack.to_bytes() == seed


def test_the_bytes_are_frozen():
    """A small stream is what every machine and every release must write."""
    symbols, table = some(2, 12, 5)
    stack = BitStack()
    stack.push(symbols, table)
    stack.push_uniform(np.array([3, 0, 1]), np.array([7, 1, 2]))
    assert symbols.tolist() == SYMBOLS
    assert stack.to_bytes().hex() == STREAM


def test_a_trailing_zero_byte_is_corrupt():
    """No stream ends in a zero byte; the empty stream is the empty stack."""
    assert BitStack.from_bytes(b"").empty
    with pytest.raises(CorruptFile):
        BitStack.from_bytes(b"\x01\x00")


@settings(deadline=None)
@given(st.integers(-(2**20), 2**20), st.integers(1, 2**20), st.integers(0, 2**32))
def test_rows_are_positive_and_sum_to_the_total(mean, scale, seed):
    """Every frequency is at least 1 and each row sums to exactly 2**16."""
    edges = np.sort(np.random.default_rng(seed).integers(-(2**20), 2**20, (3, 66)), axis=1)
    for law in ("normal", "logistic"):
        table = rows(edges, np.full(3, mean), np.full(3, scale), law)
        assert table.min() >= 1
        assert (table.sum(axis=1) == TOTAL).all()


SYMBOLS = [4, 1, 4, 3, 1, 3, 1, 3, 1, 1, 2, 0]
STREAM = "69c47802fc6806"


def test_words_hold_the_stack():
    """Taken off and put on another stack, at any time, they pop as the first one does."""
    symbols, table = some(3, 30, 5)
    stack, other = BitStack(), BitStack()
    assert not stack.words.size
    stack.push(symbols, table)
    for begin in range(0, 30, 4):
        other.words = stack.words
        assert other.bits == stack.bits
        part = slice(begin, begin + 4)
        assert other.pop(table[part]).tolist() == stack.pop(table[part]).tolist()
    other.words = stack.words
    assert other.empty
