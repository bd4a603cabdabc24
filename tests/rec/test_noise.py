"""Common randomness: published Philox vectors, random access, exact products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdsc.errors import InvalidInput
from vdsc.rec.noise import BITS, Noise, coordinates, share_of, waits

WORD = (1 << 64) - 1

# Salmon et al. 2011, Random123 1.09, kat_vectors: philox4x64, 10 rounds; counter, key, result.
VECTORS = [
    (
        [0, 0, 0, 0],
        [0, 0],
        [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B],
    ),
    (
        [WORD] * 4,
        [WORD] * 2,
        [0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0],
    ),
    (
        [0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89],
        [0x452821E638D01377, 0xBE5466CF34E90C6C],
        [0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6],
    ),
]


def philox(counter, key):
    """Philox4x64-10 in Python integers, from the paper."""
    a, b, c, d = counter
    k, m = key
    for _ in range(10):
        low, high = 0xD2E7470EE14C6C93 * a, 0xCA5A826395121157 * c
        a, b, c, d = (high >> 64) ^ b ^ k, high & WORD, (low >> 64) ^ d ^ m, low & WORD
        k, m = (k + 0x9E3779B97F4A7C15) & WORD, (m + 0xBB67AE8584CAA73B) & WORD
    return [a, b, c, d]


@pytest.mark.parametrize(("counter", "key", "result"), VECTORS)
def test_the_published_vectors(counter, key, result):
    """Word, block and stream address the counter; seed and number are the key."""
    assert philox(counter, key) == result
    stream = counter[1] | counter[2] << 64 | counter[3] << 128
    assert Noise(*key).words(stream, 4 * counter[0], 4).tolist() == result


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**100), st.integers(0, 40), st.integers(1, 9))
def test_words_by_address(seed, stream, start, count):
    """Any stretch of a stream is the same stretch of one long draw, and that is Philox."""
    long = Noise(seed, 3).words(stream, 0, 52)
    assert (Noise(seed, 3).words(stream, start, count) == long[start : start + count]).all()
    block = philox([1, stream & WORD, stream >> 64, 0], [seed, 3])
    assert long[4:8].tolist() == block


@settings(deadline=None)
@given(st.integers(0, WORD), st.integers(1, 1 << BITS))
def test_products_are_exact(word, width):
    """A place in an interval is (word * width) >> 64, as Python integers have it."""
    assert int(share_of(np.array([word], dtype=np.uint64), width)[0]) == word * width >> 64


def test_uniform_and_exponential():
    """Coordinates are 62 bits of a word; waits have mean and variance 1 and are never 0 or inf."""
    words = Noise(5).words(0, 0, 100_000)
    u = coordinates(words)
    assert 0 <= u.min() <= u.max() < 1 << BITS
    assert abs(u.mean() / 2**61 - 1) < 0.01
    times = waits(words)
    assert abs(times.mean() - 1) < 0.01
    assert abs(times.var() - 1) < 0.03
    ends = waits(np.array([0, WORD], dtype=np.uint64))
    assert 0 < ends[1] < ends[0] < 40


@pytest.mark.parametrize("seed", [-1, 1 << 64])
def test_seeds_out_of_range(seed):
    """A seed has 64 bits."""
    with pytest.raises(InvalidInput, match="seed"):
        Noise(seed)
