"""Inputs of every kind: pipes, other suffixes, second arrays, archives that unpack to too much."""

from __future__ import annotations

import io
import os
import sys
import threading
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.io.npy import open_npy
from vdsc.io.source import array_source, open_source, split_key
from vdsc.io.spool import Spool, open_input

RNG = np.random.default_rng(0)
MOTION = RNG.standard_normal((50, 6)).astype(np.float32)


def packed(save, *arrays, **named):
    stream = io.BytesIO()
    save(stream, *arrays, **named)
    return stream.getvalue()


NPY = packed(np.save, MOTION)


@contextmanager
def piped(data):
    """Path of a pipe that gives `data`, as a shell's `<(process)` does."""
    out, into = os.pipe()

    def feed():
        with open(into, "wb") as pipe:
            try:
                pipe.write(data)
            except BrokenPipeError:
                pass  # the reader had enough

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield f"/dev/fd/{out}"
    finally:
        os.close(out)
        feeder.join()


def refused(path, words, *, kind=InvalidInput, **options):
    with pytest.raises(kind, match=words) as refusal, open_source(str(path), **options):
        pass
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("save", [np.save, np.savez, np.savez_compressed])
def test_pipes_are_known_by_content(save):
    """`<(process)` gives either format, in rows or in columns."""
    for values in (MOTION, np.asfortranarray(MOTION)):
        with piped(packed(save, values)) as path, open_source(path) as source:
            np.testing.assert_array_equal(source.read(0, 50), MOTION)
            np.testing.assert_array_equal(source.read(7, 9), MOTION[7:9])


def test_fifos_are_read(tmp_path):
    """A named pipe is an input like any other."""
    os.mkfifo(tmp_path / "x")
    feeder = threading.Thread(target=(tmp_path / "x").write_bytes, args=(NPY,))
    feeder.start()
    with open_source(str(tmp_path / "x")) as source:
        np.testing.assert_array_equal(source.read(0, 50), MOTION)
    feeder.join()


@pytest.mark.parametrize("name", ["x", "x.NPY", "x.bin", "x.npz", "\udcff.npy"])
def test_files_are_known_by_content(tmp_path, name):
    """The suffix does not matter, nor whether the name is UTF-8."""
    (tmp_path / name).write_bytes(NPY)
    with open_source(str(tmp_path / name)) as source:
        np.testing.assert_array_equal(source.read(0, 50), MOTION)
        assert source.name.isprintable()
    (tmp_path / name).write_bytes(packed(np.savez, MOTION))
    with open_source(f"{tmp_path / name}:arr_0") as source:
        np.testing.assert_array_equal(source.read(0, 50), MOTION)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "is empty, not an"),
        (b"\x89VDS\r\n\x1a\n", "decompress it first"),
        (b"\x89HDF\r\n\x1a\n", "h5py"),
        (b"\x80\x05\x95", "a pickle, which is never opened"),
        (b"\0\0\0\x20ftypisom", r"not a sound \.mp4 file \(Invalid data"),
        (b"GIF89a", r"not a sound \.gif file|holds no"),
        (b"1,2\n", r"not an \.npy, \.npz, .* file .*--format"),
    ],
)
def test_other_files_are_refused_by_their_first_bytes(tmp_path, head, words):
    """What is no array of NumPy is named, if it is known, with what to do."""
    (tmp_path / "x.npy").write_bytes(head)
    refused(tmp_path / "x.npy", words)
    with piped(head) as path:
        refused(path, words)


def test_an_endless_stream_is_refused_at_its_beginning():
    """/dev/zero is no array, and no more than a piece of it is copied."""
    refused("/dev/zero", r"not an \.npy")


def test_no_more_is_read_of_a_stream_than_its_header_promises():
    """An array that endless bytes follow is refused after the first of them."""
    asked = []

    def read(count):
        asked.append(count)
        return (NPY + bytes(2**22))[sum(asked) - count : sum(asked)]

    spool = Spool(read, "stdin", 2**20)
    with (
        pytest.raises(InvalidInput, match="stdin: more bytes follow its array"),
        open_npy(spool, "stdin"),
    ):
        pass
    assert sum(asked) <= len(NPY) + 8


def test_a_stream_is_copied_up_to_the_limit():
    """One byte more than the limit is LimitExceeded; the limit itself is read."""
    for limit in (len(NPY), len(NPY) + 1):
        with piped(NPY) as path, open_source(path, limit=limit) as source:
            assert source.shape == (50, 6)
    with piped(NPY) as path:
        refused(path, f"more than {len(NPY) - 1} bytes", kind=LimitExceeded, limit=len(NPY) - 1)


def test_a_header_that_promises_too_much_is_refused_early():
    """A stream whose header names 4 TB is truncated or over the limit, whatever follows."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (2**40, 1)}
    )
    with piped(header.getvalue()) as path:
        refused(path, "truncated: 0 of")
    with piped(header.getvalue() + bytes(5000)) as path:
        refused(path, "more than 1000 bytes", kind=LimitExceeded, limit=1000)


@pytest.mark.parametrize("count", [1, 7, len(NPY)])
def test_bytes_behind_an_array_are_not_dropped(tmp_path, count):
    """Whatever follows the array is counted and refused; a second array is called so."""
    (tmp_path / "x.npy").write_bytes(NPY + NPY[:count])
    refused(tmp_path / "x.npy", f"{count} byte")
    refused(tmp_path / "x.npy", "second array" if count >= 6 else "would be lost", exact=True)
    with piped(NPY + NPY[:count]) as path:
        refused(path, "more bytes follow")


def test_bytes_behind_an_array_in_an_archive_are_not_dropped(tmp_path):
    """The size of an archive's member must be that of its array, and is checked unread."""
    for data, words in ((NPY + b"?", "1 byte follows"), (NPY[:-1], "truncated: 1199 of 1200")):
        with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
            archive.writestr("x.npy", data)
        refused(tmp_path / "x.npz", words)


def test_archives_are_not_unpacked_beyond_the_limit(tmp_path):
    """A member is refused by the size that it states, one byte above the limit."""
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", NPY)
    sizes = {"limit": len(NPY) - 1}
    words = f"unpacks to {len(NPY)} bytes, above the limit of {len(NPY) - 1}; unzip it"
    refused(tmp_path / "x.npz", words, kind=LimitExceeded, **sizes)
    with open_source(str(tmp_path / "x.npz"), limit=len(NPY)) as source:
        np.testing.assert_array_equal(source.read(0, 50), MOTION)


def test_a_forged_size_unpacks_no_more_than_it_says(tmp_path):
    """A member whose header promises more than the archive says is truncated, before unpacking."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (2**36, 9)}
    )
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("x.npy", header.getvalue())
    refused(tmp_path / "x.npz", "truncated: 0 of")


def test_damage_in_an_archive_is_found(tmp_path):
    """A flipped bit in a stored member breaks its checksum."""
    data = bytearray(packed(np.savez, MOTION))
    data[data.index(MOTION.tobytes()[:64]) + 9] ^= 1
    (tmp_path / "x.npz").write_bytes(data)
    refused(tmp_path / "x.npz", "not a sound .npz file")


def test_keys_may_have_slashes_and_colons(tmp_path, monkeypatch):
    """Everything behind the archive's name is the key."""
    monkeypatch.chdir(tmp_path)
    np.savez("x.npz", **{"walk/a": MOTION, "b:c": 2 * MOTION, "d.npz:e": 3 * MOTION})
    for key, factor in (("walk/a", 1), ("b:c", 2), ("d.npz:e", 3)):
        with open_source(f"x.npz:{key}") as source:
            np.testing.assert_array_equal(source.read(0, 50), factor * MOTION)
            assert source.name == f"x.npz:{key}"
    refused("x.npz:walk", "has no array 'walk'; it has walk/a, b:c")
    refused("x.npz", "holds several arrays")
    refused("no.npz:walk/a", r"no\.npz: no such file")


@given(st.text(max_size=30), st.text(st.characters(exclude_characters="\0"), min_size=1))
def test_the_archive_of_a_key_is_the_first_that_can_be(name, key):
    """A path that no file has is split behind the first .npz or .npy."""
    path = f"/nowhere/{name.replace(':', '')}.NpZ:{key}".replace("\0", "")
    file, found = split_key(path)
    assert f"{file}:{found}" == path
    assert not {".npz:", ".npy:"} & {file.lower()[i : i + 5] for i in range(len(file))}


@pytest.mark.parametrize("order", ["C", "F"])
def test_one_sequence_of_a_batch(tmp_path, order):
    """FILE.npy:NUMBER is one of (N, T, D), in either order of memory; others are refused."""
    batch = RNG.standard_normal((3, 20, 6)).astype(np.float32)
    np.save(tmp_path / "x.npy", np.array(batch, order=order))
    for number in range(3):
        with open_source(f"{tmp_path}/x.npy:{number}") as source:
            assert source.shape == (20, 6)
            assert source.name.endswith(f"x.npy:{number}")
            np.testing.assert_array_equal(source.read(0, 7), batch[number, :7])
            np.testing.assert_array_equal(source.read(7, 20), batch[number, 7:])
    for key in ("3", "-1", "x\x1b", "0x1", "٢"):
        refused(f"{tmp_path}/x.npy:{key}", r"leave out ':.*', or name one of 3 sequences")
    np.save(tmp_path / "y.npy", batch[0, :, 0])
    refused(f"{tmp_path}/y.npy:0", "holds one array; leave out ':0'", exact=True)


def test_keys_of_stdin(monkeypatch):
    """`-:KEY` is an array of the archive that is piped in."""
    data = packed(np.savez, a=MOTION, b=2 * MOTION)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    with open_source("-:b") as source:
        np.testing.assert_array_equal(source.read(0, 50), 2 * MOTION)
        assert source.name == "stdin:b"


def test_names_in_archives_are_shown_safely(tmp_path):
    """Escape sequences in the names of members do not reach the terminal."""
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        for name in ("a\x1b[2J.npy", "b.npy"):
            archive.writestr(name, NPY)
    refused(tmp_path / "x.npz", r"of a\\x1b\[2J, b")
    refused(f"{tmp_path / 'x.npz'}:\x1b", r"no array '\\x1b'; it has a\\x1b\[2J, b")


def test_zip_archives_without_arrays(tmp_path):
    """A PyTorch file is a zip archive, too, and holds no arrays."""
    with zipfile.ZipFile(tmp_path / "x.pt", "w") as archive:
        archive.writestr("archive/data.pkl", b"no")
    refused(tmp_path / "x.pt", "holds no arrays")


def test_npy_of_version_3(tmp_path):
    """The version with UTF-8 field names is read; an array with fields is refused with advice."""
    with open(tmp_path / "x.npy", "wb") as file:
        np.lib.format.write_array(file, MOTION, version=(3, 0))
    with open_source(str(tmp_path / "x.npy")) as source:
        np.testing.assert_array_equal(source.read(0, 50), MOTION)
    with open(tmp_path / "y.npy", "wb") as file:
        np.lib.format.write_array(file, np.zeros(3, [("é\x1b", "f4"), ("ß漢", "i4")]), (3, 0))
    refused(tmp_path / "y.npy", r"one field at a time, such as values\['", exact=True)


def test_a_file_that_shrinks_is_noticed(tmp_path):
    """What is cut off after it was opened is InvalidInput, not garbage."""
    (tmp_path / "x.npy").write_bytes(NPY)
    with open_source(str(tmp_path / "x.npy")) as source:
        os.truncate(tmp_path / "x.npy", len(NPY) - 100)
        with pytest.raises(InvalidInput, match="became shorter"):
            source.read(0, 50)


def test_empty_and_odd_paths():
    """An empty name, and one with a NUL, are refused in words."""
    refused("", "name is empty")
    refused("a\0b", r"a\\x00b cannot be read")
    refused("\x1b[2J", r"\\x1b\[2J: no such file")


def test_a_redirected_file_is_not_copied(tmp_path, monkeypatch):
    """`vdsc ... - < file` reads the file itself, however large."""
    (tmp_path / "x.npy").write_bytes(NPY)
    with open(tmp_path / "x.npy") as file:
        monkeypatch.setattr(sys, "stdin", file)
        with open_input("-", limit=10) as stream:
            assert not isinstance(stream, Spool)
            assert stream.read() == NPY


@given(st.binary(max_size=300), st.data())
def test_a_spool_reads_like_a_file(content, data):
    """Any seeks and reads give what a file in memory gives."""
    source, plain = io.BytesIO(content), io.BytesIO(content)
    with Spool(source.read, "x", 1000) as spool:
        for _ in range(data.draw(st.integers(0, 6))):
            offset, count = data.draw(st.integers(0, 400)), data.draw(st.integers(0, 400))
            whence = data.draw(st.sampled_from([0, 1, 2]))
            assert spool.seek(offset, whence) == plain.seek(offset, whence)
            assert spool.read(count) == plain.read(count)
            assert spool.tell() == plain.tell()


def test_masked_values_are_not_lost():
    """A mask is not dropped in silence."""
    values = np.ma.array(MOTION, mask=MOTION > 2)
    for exact in (False, True):
        with pytest.raises(InvalidInput, match=r"masked values; fill it in with \.filled"):
            array_source(values, exact=exact)
