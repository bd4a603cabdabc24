"""Arrays of any shape and type as .vds files, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import vdsc
from vdsc.core.meta import Meta
from vdsc.errors import CorruptFile, InvalidInput, VdscError
from vdsc.integrations.chunks import ChunkSettings, pack, unpack
from vdsc.integrations.odd_arrays import as_frames, from_frames

FAST = ChunkSettings(fast=True)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?"),
    hnp.complex_number_dtypes(endianness="?"),
    hnp.datetime64_dtypes(endianness="?"),
    hnp.timedelta64_dtypes(endianness="?"),
    hnp.byte_string_dtypes(min_len=1, max_len=5),
    hnp.unicode_string_dtypes(endianness="?", min_len=1, max_len=5),
)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


@FEW
@given(hnp.arrays(TYPES, SHAPES), st.sampled_from("CFS"))
def test_every_bit_of_any_array_comes_back(array, layout):
    """Shape, type, order of axes in memory and bytes are those of the array; strides may differ."""
    if layout == "F":
        array = np.asfortranarray(array)
    elif layout == "S" and array.ndim:
        array = np.repeat(array, 2, axis=0)[::2]
    found = unpack(pack(array, FAST))
    assert (found.shape, found.dtype) == (array.shape, array.dtype)
    assert found.tobytes() == array.tobytes()
    if array.flags.contiguous:
        assert found.tobytes("A") == array.tobytes("A")


@pytest.mark.parametrize("axes", [8, 9, 12, 32])
@pytest.mark.parametrize("dtype", ["f4", "c8", "U2", "M8[h]"])
def test_more_axes_than_a_file_has(axes, dtype):
    """Shapes beyond 8 axes travel in the metadata."""
    array = np.arange(6).reshape(2, *[1] * (axes - 2), 3).astype(dtype)
    found = unpack(pack(array, FAST))
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize("fast", [True, False])
@given(
    array=hnp.arrays(st.sampled_from(["f2", "f4", ">f8"]), SHAPES),
    error=st.sampled_from([1e-3, 0.5, 7]),
)
@settings(FEW, max_examples=25)
def test_no_value_is_off_by_more(array, error, fast):
    """Finite values are within the error; NaNs and infinities are where they were."""
    found = unpack(pack(array, ChunkSettings(max_error=error, fast=fast)))
    assert (found.shape, found.dtype) == (array.shape, array.dtype)
    finite = np.isfinite(array)
    np.testing.assert_array_equal(found[~finite], array[~finite])
    assert np.isfinite(found).all() == finite.all()
    off = np.abs(found[finite].astype(np.longdouble) - array[finite].astype(np.longdouble))
    assert off.max(initial=0) <= error


@pytest.mark.parametrize(
    "array",
    [
        np.array([True, False]),
        np.array(["NaT", "2001-01-01"], "M8[D]"),
        np.array(["ab", "c"]),
        np.array([1 + 1j, np.nan]),
        np.zeros((0, 3)),
    ],
)
def test_what_cannot_be_off_is_kept(array):
    """Booleans, text, missing dates and complex NaNs keep every bit under any error."""
    found = unpack(pack(array, ChunkSettings(max_error=3)))
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize("error", [0, "0%"])
def test_no_error_at_all(error):
    """An error of nothing keeps every bit."""
    array = np.array([0.1, -0.0, np.nan, 3.0])
    found = unpack(pack(array, ChunkSettings(max_error=error)))
    assert found.tobytes() == array.tobytes()


def test_integers_and_shares():
    """Integers are off by whole steps; a share is of what a channel of the chunk ranges over."""
    rows = np.random.default_rng(4).integers(0, [50, 90_000], (100, 2))
    whole = unpack(pack(rows, ChunkSettings(max_error=2)))
    assert 0 < np.abs(whole - rows).max() <= 2
    shares = unpack(pack(rows.astype("f8"), ChunkSettings(max_error="1%")))
    assert (np.abs(shares - rows).max(0) <= 0.01 * np.ptp(rows, 0)).all()


@pytest.mark.parametrize("error", [-1, "x", float("nan"), True, [1.0], "1"])
def test_errors_that_are_none(error):
    """What is no error is refused when the codec is made, not when the first chunk is."""
    if error == "1":
        assert ChunkSettings(max_error=error).max_error == "1"
        return
    with pytest.raises(InvalidInput):
        ChunkSettings(max_error=error)


def test_a_plain_array_costs_no_metadata():
    """A chunk is a file as `compress` makes it, which the command line reads."""
    values = np.arange(256, dtype="i4").reshape(16, 16)
    data = pack(values, ChunkSettings())
    assert data == vdsc.compress(values, fps=1, lossless=True)
    assert len(data) < 60


@pytest.mark.parametrize(
    "fields",
    [
        {"shape": [4]},
        {"shape": [-3]},
        {"shape": "3"},
        {"shape": [2**70, 0]},
        {"shape": [True, 3]},
        {"dtype": "O"},
        {"dtype": "no type"},
        {"dtype": "f8"},
        {"dtype": 7},
        {"shape": [0], "dtype": "f8"},
        {"shape": [10**12], "dtype": "S0"},
    ],
)
def test_metadata_that_cannot_be(fields):
    """Shapes and types that are not those of the bytes are refused; nothing is allocated."""
    with pytest.raises(VdscError):
        from_frames(np.zeros(3, np.uint8), Meta("chunk", fields))


def test_damaged_and_foreign_chunks():
    """Prefixes and flipped bytes fail with words, and so does a file larger than its array."""
    data = pack(np.float64(3.25), FAST)
    for cut in range(len(data)):
        with pytest.raises(VdscError):
            unpack(data[:cut])
        bad = bytearray(data)
        bad[cut] ^= 0x55
        with pytest.raises(VdscError):
            unpack(bytes(bad))
    with pytest.raises(CorruptFile, match="800 bytes"):
        unpack(pack(np.zeros(100), FAST), 40)


def test_objects_are_refused():
    """Python objects are never pickled."""
    with pytest.raises(InvalidInput, match="never pickled"):
        as_frames(np.array([{}]))
