"""Frames on demand from .npy, .npz and stdin."""

from __future__ import annotations

import io
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.errors import InvalidInput
from vdsc.io.npy import read_header
from vdsc.io.source import array_source, open_source, split_key

RNG = np.random.default_rng(0)
MOTION = RNG.standard_normal((50, 6)).astype(np.float32)
ARRAYS = {
    "float16": MOTION.astype(np.float16),
    "float32": MOTION,
    "float64": MOTION.astype(np.float64),
    "big endian": MOTION.astype(">f8"),
    "fortran": np.asfortranarray(MOTION),
    "one frame": MOTION[:1],
    "grey": RNG.integers(0, 256, (9, 5, 4)).astype(np.uint8),
    "fortran rgb": np.asfortranarray(RNG.integers(0, 256, (9, 5, 4, 3)).astype(np.uint8)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_windows_are_the_arrays_frames(tmp_path, name):
    """Any window of any layout, byte order and memory order is what numpy says it is."""
    values = ARRAYS[name]
    np.save(tmp_path / "x.npy", values)
    with open_source(str(tmp_path / "x.npy")) as source:
        assert source.shape == values.shape
        assert source.dtype == values.dtype.newbyteorder("=")
        assert source.dtype.isnative
        window = source.read(1, 7)
    np.testing.assert_array_equal(window, values[1:7])
    assert window.dtype == source.dtype
    assert window.flags.c_contiguous
    np.testing.assert_array_equal(array_source(values).read(1, 7), window)


def test_memory_does_not_grow_with_the_length(tmp_path):
    """Reading 64 MB window by window takes a few hundred kilobytes."""
    np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float32, (1_000_000, 16)).flush()
    tracemalloc.start()
    with open_source(str(tmp_path / "x.npy")) as source:
        for begin in range(0, 1_000_000, 1000):
            source.read(begin, begin + 1000)
        _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("save", [np.save, np.savez, np.savez_compressed])
def test_stdin_may_be_either_format(monkeypatch, save):
    """`-` tells .npy from .npz by its first bytes."""
    stream = io.BytesIO()
    save(stream, MOTION)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stream.getvalue())))
    with open_source("-") as source:
        assert source.name == "stdin"
        np.testing.assert_array_equal(source.read(0, 50), MOTION)


def test_npz_members_are_found_by_key(tmp_path):
    """FILE.npz:KEY opens one array; one that is alone needs no key; bzip2 is read too."""
    np.savez(tmp_path / "two.npz", a=MOTION, b=2 * MOTION)
    with open_source(f"{tmp_path}/two.npz:b") as source:
        np.testing.assert_array_equal(source.read(0, 2), 2 * MOTION[:2])
        assert source.name.endswith("two.npz:b")
    np.save(tmp_path / "x.npy", MOTION)
    with zipfile.ZipFile(tmp_path / "one.npz", "w", zipfile.ZIP_BZIP2) as archive:
        archive.write(tmp_path / "x.npy", "x.npy")
    with open_source(str(tmp_path / "one.npz")) as source:
        np.testing.assert_array_equal(source.read(0, 50), MOTION)


def test_a_colon_in_a_file_name_is_no_key(tmp_path, monkeypatch):
    """Where the whole path exists it is a file."""
    monkeypatch.chdir(tmp_path)
    assert split_key("a.npz:b") == ("a.npz", "b")
    Path("a.npz:b").touch()
    assert split_key("a.npz:b") == ("a.npz:b", None)


def write(path, content):
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.save(path, content, allow_pickle=True)
    return path


def npy(values):
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not an .npy"),
        (b"hello, world", "not an .npy"),
        (npy(MOTION)[:60], "not an .npy"),
        (npy(MOTION)[:-1], "truncated"),
        (b"\x93NUMPY\x09\x00" + bytes(100), "unknown .npy version"),
        (np.array([[None]], dtype=object), "never unpickled"),
        (np.array([(1, 2.0)], dtype="i4,f4"), "can be compressed"),
        (np.zeros((0, 4)), "no frames"),
        (np.zeros((4, 0)), "empty"),
        (np.zeros(()), "no frames"),
        (np.zeros((4, 2), np.longdouble), "float32"),
        (np.zeros((4, 2), complex), "can be compressed"),
        (np.zeros((4, 4), np.uint8), "float32"),
    ],
)
def test_bad_files_are_refused_with_advice(tmp_path, content, words):
    """Whatever is not an array that vdsc takes is InvalidInput that says why."""
    path = write(tmp_path / "x.npy", content)
    with pytest.raises(InvalidInput, match=words), open_source(str(path)):
        pass


def test_bad_paths_are_refused_with_advice(tmp_path):
    """A missing file, a folder, and an unknown suffix are told apart."""
    write(tmp_path / "x.txt", b"1,2")
    for path, words in (
        ("no.npy", "no such file"),
        ("", "directory"),
        ("x.txt", r"\.npy, \.npz"),
    ):
        with pytest.raises(InvalidInput, match=words), open_source(str(tmp_path / path)):
            pass


def test_bad_archives_are_refused_with_advice(tmp_path):
    """Several arrays, a wrong key, no arrays, damage: each has its words."""
    np.savez(tmp_path / "two.npz", a=MOTION, b=MOTION)
    np.savez(tmp_path / "none.npz")
    sound = (tmp_path / "two.npz").read_bytes()
    write(tmp_path / "cut.npz", sound[:-30])
    write(tmp_path / "flip.npz", sound[:300] + bytes([sound[300] ^ 1]) + sound[301:])
    np.save(tmp_path / "x.npy", MOTION)
    for path, words in (
        ("two.npz", "of a, b"),
        ("two.npz:c", "it has a, b"),
        ("none.npz", "no arrays"),
        ("cut.npz", "not a sound .npz"),
        ("flip.npz:a", "not a sound .npz"),
    ):
        with pytest.raises(InvalidInput, match=words), open_source(str(tmp_path / path)):
            pass


@given(st.binary(max_size=200), st.integers(0, 128), st.integers(1, 255))
def test_damaged_headers_never_raise_anything_else(noise, position, flip):
    """Noise after the magic, and any flipped byte of a header, are read or are InvalidInput."""
    damaged = bytearray(npy(MOTION))
    damaged[position] ^= flip
    for data in (bytes(damaged), b"\x93NUMPY\x01\x00" + noise):
        try:
            read_header(io.BytesIO(data), "x")
        except InvalidInput:
            pass


def test_the_first_nonfinite_value_is_named(tmp_path):
    """The index counts from the first frame of the file, not of the window."""
    values = MOTION.copy()
    values[33, 2], values[40] = np.inf, np.nan
    np.save(tmp_path / "x.npy", values)
    with open_source(str(tmp_path / "x.npy")) as source:
        source.read(0, 33)
        with pytest.raises(InvalidInput, match=r"\[33, 2\] is inf"):
            source.read(30, 50)
