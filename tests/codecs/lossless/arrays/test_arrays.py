"""The array coder: every bit of any array comes back."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vdsc.codecs.lossless.arrays import array_stream as arrays
from vdsc.errors import InvalidInput, VdscError

KINDS = ("u1", "i2", "u4", "i8", "u8", "f2", "f4", "f8")
FROZEN = "351ef5cd2539c802"
STORED = "0e000000636064646460002220c1c1c100002ba1046daa59a87f21b9ff8638f609"
NAMES = [f"{order}{kind}" for kind in KINDS for order in "<>"]


def assert_returns(values, state=None):
    """Code an array and compare every bit of what comes back."""
    data, after = arrays.encode(values, state)
    again, _ = arrays.decode(data, values.shape, values.dtype, state)
    assert again.dtype == values.dtype
    assert again.shape == values.shape
    assert again.tobytes() == values.tobytes()
    return data, after


def flipped(data, at):
    """Return data with one bit of the byte at a place turned over."""
    return data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]


def walk(steps=60, channels=7, seed=0):
    """Return a smooth path of integers (T, D)."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(steps, channels)).cumsum(0).cumsum(0).round(2)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_any_bytes_return(data):
    """Arrays of arbitrary bits return: NaN payloads, infinities, subnormals, extreme integers."""
    dtype = np.dtype(data.draw(st.sampled_from(NAMES)))
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=5))
    size = int(np.prod(shape)) * dtype.itemsize
    raw = data.draw(st.binary(min_size=size, max_size=size))
    assert_returns(np.frombuffer(raw, dtype=dtype).reshape(shape))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_values_return(data):
    """Arrays of values that people use return."""
    name = data.draw(st.sampled_from(NAMES))
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=6))
    assert_returns(data.draw(hnp.arrays(np.dtype(name), shape)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["walk", "noise", "constant", "extremes", "few"])
def test_kinds_of_sequences_return(name, kind):
    """Smooth, noisy, constant, extreme and sparse sequences of every dtype return."""
    dtype, rng = np.dtype(name), np.random.default_rng(1)
    wild = np.frombuffer(rng.bytes(40 * 3 * dtype.itemsize), dtype=dtype).reshape(40, 3)
    low = (np.finfo if dtype.kind == "f" else np.iinfo)(dtype).min
    values = {
        "walk": np.abs(walk(40, 3) * 10).astype(dtype),
        "noise": wild,
        "constant": np.repeat(wild[:1], 40, axis=0),
        "extremes": np.where(walk(40, 3) > 0, wild.max(), low).astype(dtype),
        "few": wild[rng.integers(0, 3, 40)],
    }
    assert_returns(values[kind])


def test_memory_order_does_not_matter():
    """Fortran-ordered, strided and reversed views code as their values."""
    whole = walk(30, 8).astype(np.float32)
    plain, _ = arrays.encode(np.ascontiguousarray(whole[::-1, ::2]))
    for view in (whole[::-1, ::2], np.asfortranarray(whole[::-1, ::2])):
        data, _ = assert_returns(view)
        assert data == plain


SHAPES = [(1,), (1, 1), (1, 40), (2, 3), (3000,), (3, 900), (600, 1, 2), (1, 1, 600), (9, 20, 17)]


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_return(shape):
    """One frame, one channel, long and thin, short and wide."""
    rng = np.random.default_rng(2)
    assert_returns(rng.normal(size=shape).cumsum(axis=-1).round(3))
    assert_returns(rng.integers(0, 50, shape).astype(np.int16))


def test_more_channels_than_are_related_return():
    """Beyond 256 channels none looks at another, and one size of steps serves all."""
    rng = np.random.default_rng(3)
    assert_returns(rng.normal(size=(20, 300)).cumsum(0).astype(np.float32))


def test_chunks_build_on_each_other():
    """Later chunks need the state, are smaller than on their own, and leave it as it was."""
    values = (walk(400, 5) * 100).astype(np.int32)
    _, state = assert_returns(values[:200])
    second, after = assert_returns(values[200:300], state)
    assert second == assert_returns(values[200:300], state)[0]
    alone, _ = arrays.encode(values[200:300])
    assert len(second) < 0.95 * len(alone)
    assert_returns(values[300:], after)
    with pytest.raises(VdscError):
        arrays.decode(second, (100, 5), values.dtype)


def test_a_chunk_that_does_not_fit_begins_anew():
    """When a constant channel starts to move, the scheme is written again."""
    values = (walk(100, 4) * 100).astype(np.int32)
    values[:60, 2] = 7
    _, state = assert_returns(values[:60])
    _, after = assert_returns(values[60:], state)
    assert after.scheme is not state.scheme


def test_what_repeats_costs_little():
    """Constant channels, copies and negatives cost less than a hundredth of a bit a value."""
    values = np.zeros((400, 12), dtype=np.float32)
    values[:, :4] = walk(400, 4).astype(np.float32)
    alone, _ = arrays.encode(np.ascontiguousarray(values[:, :4]))
    values[:, 4:8], values[:, 8:11], values[:, 11] = values[:, :4], -values[:, :3], np.nan
    data, _ = assert_returns(values)
    assert len(data) - len(alone) < 80


def test_frozen_channels_cost_little():
    """A sensor that stands still, or an integer that never changes for long, costs little."""
    values = np.repeat(np.random.default_rng(4).normal(size=(6, 6)), 30, axis=0)
    data, _ = assert_returns(values)
    assert 8 * len(data) / values.size < 4


def test_jumps_of_a_turn_cost_little():
    """Angles that wrap by 360 degrees cost some bytes a wrap more."""
    angle = np.cumsum(np.full((360, 3), 2.37) + walk(360, 3, seed=5) * 0.001, axis=0).round(3)
    wraps = int((angle[-1] // 360).sum())
    plain = len(arrays.encode(angle.astype(np.float32))[0])
    wrapped = len(assert_returns((angle % 360).astype(np.float32))[0])
    assert wrapped < plain + 40 * wraps


def test_noise_grows_by_little():
    """What no model fits grows by less than a tenth; the floor is there for it."""
    raw = np.random.default_rng(6).bytes(4 * 4000)
    for name in ("i2", "u4", "i8", "f8"):
        values = np.frombuffer(raw, dtype=name).reshape(-1, 4)
        assert len(arrays.encode(values)[0]) < 1.1 * len(raw) + 100


@pytest.mark.parametrize("name", ["f4", "i2"])
def test_damage_is_noticed_or_harmless(name):
    """Flipped and missing bytes give a VdscError or other values of the same shape, no more."""
    values = (walk(30, 5) * 3).astype(name)
    data, state = arrays.encode(values)
    more, _ = arrays.encode(values[:10], state)
    damaged = [(data[:cut], None) for cut in range(0, len(data), 29)]
    damaged += [(flipped(data, at), None) for at in (*range(0, 60, 2), *range(60, len(data), 19))]
    damaged += [(flipped(more, at), state) for at in range(0, len(more), 11)]
    for raw, given_state in damaged:
        shape = values.shape if given_state is None else (10, 5)
        try:
            again, _ = arrays.decode(raw, shape, values.dtype, given_state)
        except VdscError:
            continue
        assert again.shape == shape


def test_empty_arrays_and_other_dtypes_are_refused():
    """An axis of length 0 and numbers without an order are refused with advice."""
    for values in (np.zeros((0, 3)), np.zeros((3, 0)), np.zeros(2, dtype=complex)):
        with pytest.raises(InvalidInput):
            arrays.encode(values)


def test_bits_are_frozen():
    """What known arrays push is that of a known good run: each integer on the way is fixed.

    Descriptions are left out, since deflate may write the same in other ways.
    """
    values = walk(120, 9)
    values[:, 3] = (values[:, 0] ** 2).round(1)
    digest = hashlib.sha256()
    for made in (values, values.astype(np.float32), np.sin(values), (values * 50).astype(np.int16)):
        data, _ = assert_returns(made)
        digest.update(data[4 + int.from_bytes(data[:4], "little") :])
    assert digest.hexdigest()[:16] == FROZEN


def test_frozen_bytes_are_read():
    """The bytes of a known good run give the values that they were made from."""
    values = (walk(12, 2) * 4).astype(np.int16)
    again, _ = arrays.decode(bytes.fromhex(STORED), values.shape, values.dtype)
    assert again.tolist() == values.tolist()
