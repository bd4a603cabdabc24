"""The numcodecs codec, under the tests that numcodecs has for all of its own."""

from __future__ import annotations

import pickle
from pathlib import Path

import numcodecs
import numpy as np
import pytest
from numcodecs.tests import common

from vdsc.errors import CorruptFile, InvalidInput
from vdsc.integrations import NumcodecsVdsc

HERE = Path(__file__).parent
RNG = np.random.default_rng(11)
LOSSLESS = [NumcodecsVdsc(), NumcodecsVdsc(fast=True)]
CODECS = [*LOSSLESS, NumcodecsVdsc(max_error=0.25), NumcodecsVdsc(max_error="1%", fast=True)]

ARRAYS = [  # the kinds that numcodecs tests its compressors with
    np.arange(1000, dtype="i4"),
    np.linspace(1000, 1001, 1000, dtype="f8"),
    RNG.normal(1000, 1, (100, 10)),
    RNG.integers(0, 2, 1000, dtype=bool).reshape(100, 10, order="F"),
    RNG.choice([b"a", b"bb", b"ccc"], 1000).reshape(10, 10, 10),
    RNG.integers(0, 2**60, 1000, dtype="u8").view("M8[ns]"),
    RNG.integers(0, 2**60, 1000, dtype="u8").view("m8[ns]"),
    RNG.integers(0, 2**25, 1000, dtype="u8").view("M8[m]"),
    RNG.integers(-(2**63), -(2**63) + 20, 1000, dtype="i8").view("M8[ns]"),
    np.asfortranarray(RNG.normal(1000, 1, (5, 10, 20))),
    np.arange(1000, dtype=">i2")[::2],
]

FIXTURES = [  # what tests/integrations/fixture/vdsc holds; never written by a test
    np.arange(24, dtype="i2").reshape(6, 4),
    np.asfortranarray(np.arange(24, dtype="f8").reshape(6, 4) ** 2),
    np.array([[b"ab", b"c"], [b"", b"def"]]),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
@pytest.mark.parametrize("codec", LOSSLESS, ids=repr)
def test_encode_decode(array, codec):
    """Arrays and all kinds of buffers come back, into buffers that are given, too."""
    some = (
        array if codec.fast else array[:20].copy("K")
    )  # of a thousand rows, one way takes a while
    common.check_encode_decode(some, codec)
    common.check_encode_decode_array(some, codec)


@pytest.mark.parametrize("codec", CODECS, ids=repr)
def test_config(codec):
    """The configuration is JSON and makes the same codec again; so do `repr` and pickle."""
    common.check_config(codec)
    assert pickle.loads(pickle.dumps(codec)) == codec
    assert eval(repr(codec)) == codec
    assert codec != NumcodecsVdsc(max_error=3)


def test_repr():
    """`repr` is the call that makes the codec."""
    assert repr(CODECS[-1]) == "NumcodecsVdsc(fast=True, max_error='1%')"


def test_backwards_compatibility(monkeypatch):
    """Chunks that are in the repository decode as ever, and no fixture is made anew."""
    folder = HERE / "fixture" / "vdsc"
    before = sorted(folder.rglob("*"))
    assert len(before) == len(FIXTURES) + len(LOSSLESS) * (2 + len(FIXTURES))
    monkeypatch.chdir(HERE)
    common.check_backwards_compatibility("vdsc", FIXTURES, LOSSLESS)
    assert sorted(folder.rglob("*")) == before
    for i, array in enumerate(FIXTURES):
        assert np.array_equal(np.load(folder / f"array.{i:02d}.npy"), array)


@pytest.mark.parametrize("codec", CODECS, ids=repr)
def test_objects_are_refused(codec):
    """Python objects are neither read nor written."""
    common.check_err_decode_object_buffer(codec)
    common.check_err_encode_object_buffer(codec)
    with pytest.raises(TypeError):
        codec.encode(["foo", "bar"])


@pytest.mark.parametrize("array", [ARRAYS[2][:30], ARRAYS[9].astype("f4")])
def test_values_within_the_error(array):
    """No value is off by more, in either order of axes, and fewer bytes are stored."""
    codec = NumcodecsVdsc(max_error=0.25)
    data = codec.encode(array)
    out = np.empty_like(array)
    codec.decode(data, out=out)
    assert 0 < np.abs(out - array).max() <= 0.25
    assert np.array_equal(codec.decode(data), out)
    assert len(data) < len(LOSSLESS[0].encode(array)) / 2


def test_bytes_that_do_not_say_what_they_mean():
    """With an error only arrays are taken: other bytes would be off by something else."""
    with pytest.raises(TypeError, match="array"):
        NumcodecsVdsc(max_error=1).encode(b"1234")


def test_an_out_of_another_size():
    """A buffer that is too small or too large is refused, and left as it was."""
    codec = NumcodecsVdsc()
    data = codec.encode(np.arange(6, dtype="u1"))
    with pytest.raises(CorruptFile):
        codec.decode(data, out=bytearray(5))
    with pytest.raises(ValueError, match="out has 7 bytes"):
        codec.decode(data, out=bytearray(7))


@pytest.mark.parametrize("config", [{"max_error": -1}, {"max_error": [1]}, {"fast": 1}])
def test_a_config_that_is_none(config):
    """Settings that mean nothing are refused with words."""
    with pytest.raises(InvalidInput):
        numcodecs.get_codec({"id": "vdsc", **config})
