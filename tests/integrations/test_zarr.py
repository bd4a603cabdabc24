"""The zarr codec: every type, order, fill value, shards, filters, and chunks that are damaged."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
import zarr
from zarr.codecs import BytesCodec, Crc32cCodec, ShardingCodec, TransposeCodec, ZstdCodec
from zarr.codecs.numcodecs import Delta
from zarr.storage import MemoryStore

from vdsc.errors import CorruptFile, InvalidInput
from vdsc.integrations import NumcodecsVdsc, ZarrVdsc

RNG = np.random.default_rng(7)
VALUES = np.cumsum(RNG.normal(size=(20, 9, 5)), 0).astype("f4")
CODECS = [ZarrVdsc(), ZarrVdsc(fast=True), ZarrVdsc(max_error=0.05), ZarrVdsc(max_error="1%")]


def stored(array, **options):
    """The array read back from a store that it was written to, and the store."""
    store = MemoryStore()
    options = {"compressors": None, "serializer": ZarrVdsc(fast=True)} | options
    made = zarr.create_array(store, shape=array.shape, dtype=array.dtype, **options)
    made[...] = array
    return zarr.open_array(store, mode="r")[...], store


def metadata(store):
    """What the store says of its array."""
    return json.loads(store._store_dict["zarr.json"].to_bytes())


@pytest.mark.parametrize("codec", CODECS, ids=repr)
def test_metadata(codec):
    """Configurations are JSON, make the same codec again, and say what differs from the usual."""
    said = json.loads(json.dumps(codec.to_dict()))
    assert ZarrVdsc.from_dict(said) == codec
    assert pickle.loads(pickle.dumps(codec)) == codec
    _, store = stored(VALUES, chunks=(5, 9, 5), serializer=said)
    assert metadata(store)["codecs"] == [said]
    assert ZarrVdsc(max_error=0.0).to_dict()["configuration"] == {"max_error": 0.0}


@pytest.mark.parametrize("codec", CODECS[:3], ids=repr)
@pytest.mark.parametrize(
    ("dtype", "shards"),
    [(dtype, None) for dtype in (">f8", "i2", ">u4", "bool", "c8")] + [("f4", (20, 9, 5))],
)
def test_every_type_whole_and_in_shards(codec, shards, dtype):
    """Values come back in native order, every bit of them or within the error."""
    array = VALUES > 0 if dtype == "bool" else np.abs(100 * VALUES).astype(dtype)
    found, _ = stored(array, chunks=(10, 9, 5), shards=shards, serializer=codec)
    assert found.dtype == array.dtype.newbyteorder("=")
    if codec.max_error is None:
        assert np.array_equal(found, array)
    else:
        wide = "c16" if dtype == "c8" else "f8"
        assert np.abs(found.astype(wide) - array.astype(wide)).max() <= codec.max_error


@pytest.mark.parametrize("array", [np.array(3.5), np.array(-7, "i1"), np.float32([np.nan, np.inf])])
def test_scalars_and_what_is_not_finite(array):
    """Arrays without axes are stored, and so are values that have no neighbours."""
    for codec in (CODECS[0], CODECS[2]):
        found, _ = stored(array, serializer=codec, fill_value=1)
        assert np.allclose(found, array, rtol=0, atol=codec.max_error or 0, equal_nan=True)


@pytest.mark.parametrize("fill", [0.0, -9999.0, np.nan])
def test_fill_values_and_missing_ones(fill):
    """Chunks of the fill value are not stored; missing values stay missing under an error."""
    array = VALUES.copy()
    array[:5], array[7, 3] = fill, np.nan
    found, store = stored(array, chunks=(5, 9, 5), serializer=CODECS[2], fill_value=fill)
    assert "c/0/0/0" not in store._store_dict
    assert np.array_equal(np.isnan(found), np.isnan(array))
    assert np.array_equal(found[:5], array[:5], equal_nan=True)
    assert np.nanmax(np.abs(found - array)) <= 0.05


def test_chunks_that_reach_beyond_the_array():
    """Padding does no harm, but to shares of ranges, which are refused then."""
    found, _ = stored(VALUES, chunks=(7, 4, 5), serializer=CODECS[2])
    assert np.abs(found - VALUES).max() <= 0.05
    with pytest.raises(InvalidInput, match="do not divide"):
        stored(VALUES, chunks=(7, 9, 5), serializer=CODECS[3])


def test_between_other_codecs():
    """Filters before it and compressors behind it, and shards whose index has a checksum."""
    others = {"compressors": [ZstdCodec(), Crc32cCodec()], "chunks": (7, 9, 5)}
    filters = [TransposeCodec(order=(2, 0, 1))]
    assert np.array_equal(stored(VALUES, filters=filters, **others)[0], VALUES)
    inner = ShardingCodec(
        chunk_shape=(5, 3, 5), codecs=[ZarrVdsc(fast=True)], index_codecs=[BytesCodec()]
    )
    found, store = stored(VALUES, chunks=(10, 9, 5), serializer=inner)
    assert np.array_equal(found, VALUES)
    part = zarr.open_array(store, mode="r")[6:7, 1:3]
    assert np.array_equal(part, VALUES[6:7, 1:3])


@pytest.mark.filterwarnings("ignore:Numcodecs codecs are not in the Zarr version 3")
def test_behind_a_filter_that_flattens():
    """A filter's values are kept as it gives them; under an error it must give the array's type."""
    whole = (100 * VALUES).astype("i4")
    filters = [Delta(dtype="i4")]
    assert np.array_equal(stored(whole, chunks=(5, 9, 5), filters=filters)[0], whole)


def test_written_in_parts_and_by_threads():
    """Chunks are written in parts, too, and several at a time."""
    store = MemoryStore()
    made = zarr.create_array(
        store, shape=(64, 9, 5), dtype="f4", chunks=(1, 9, 5), serializer=ZarrVdsc(fast=True)
    )
    rows = np.tile(VALUES, (4, 1, 1))[:64]
    made[:] = rows
    made[3:9, 2:4] = 5.0
    rows[3:9, 2:4] = 5.0
    assert np.array_equal(zarr.open_array(store, mode="r")[:], rows)


@pytest.mark.parametrize("order", ["C", "F"])
def test_zarr_of_version_2(order):
    """The numcodecs codec compresses arrays of zarr's old format in both orders."""
    for codec in (NumcodecsVdsc(fast=True), NumcodecsVdsc(max_error=0.05)):
        store = MemoryStore()
        made = zarr.create_array(
            store, shape=VALUES.shape, dtype="f4", chunks=(7, 9, 5), zarr_format=2,
            order=order, compressors=codec,
        )  # fmt: skip
        made[...] = VALUES
        off = np.abs(zarr.open_array(store, mode="r")[...] - VALUES).max()
        assert off <= (codec.max_error or 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "vdsc", "configuration": {"level": 3}}, "no setting level"),
        ({"name": "zstd"}, "no 'zstd'"),
        ({"name": "vdsc", "configuration": {"max_error": "x"}}, "max_error cannot be 'x'"),
    ],
)
def test_metadata_of_something_else(data, words):
    """Settings that this version does not know are refused before a chunk is touched."""
    with pytest.raises(InvalidInput, match=words):
        ZarrVdsc.from_dict(data)


def test_objects_are_refused():
    """Text of any length is an array of objects, which other codecs are for."""
    with pytest.raises(InvalidInput, match="fixed length"):
        zarr.create_array(MemoryStore(), shape=(3,), dtype="str", serializer=ZarrVdsc())


def test_chunks_of_another_array():
    """A damaged chunk, and one of another type or shape, fail with words and before much memory."""
    _, store = stored(VALUES[:5])
    chunk = store._store_dict["c/0/0/0"]
    for array in (VALUES[:4], VALUES[:5].astype("f8"), VALUES[:5].view("i4"), VALUES):
        store._store_dict["c/0/0/0"] = stored(array)[1]._store_dict["c/0/0/0"]
        with pytest.raises(CorruptFile):
            zarr.open_array(store, mode="r")[...]
    broken = bytearray(chunk.to_bytes())
    broken[len(broken) // 2] ^= 1
    store._store_dict["c/0/0/0"] = type(chunk).from_bytes(bytes(broken))
    with pytest.raises(CorruptFile):
        zarr.open_array(store, mode="r")[...]
