"""Motion capture in C3D: the same file again, and what damage says."""

from __future__ import annotations

import io
import os
import struct
import warnings
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import vdsc
from vdsc.api.units import in_units
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput, VdscError
from vdsc.io.c3d import c3d_sink, open_c3d
from vdsc.io.source import open_source

ezc3d = pytest.importorskip("ezc3d")
RNG = np.random.default_rng(9)
FILES = sorted((Path(os.environ.get("VDSC_DATA", "nowhere")) / "mocap" / "c3d").glob("*.c3d"))


def made(path, points=3, frames=20, analogs=2, each=4):
    """A file that ezc3d writes, with gaps."""
    c3d = ezc3d.c3d()
    c3d["parameters"]["POINT"]["RATE"]["value"] = [120.0]
    c3d["parameters"]["POINT"]["LABELS"]["value"] = [f"m{n}" for n in range(points)]
    c3d["parameters"]["ANALOG"]["LABELS"]["value"] = [f"a{n}" for n in range(analogs)]
    c3d["parameters"]["ANALOG"]["RATE"]["value"] = [120.0 * each]
    c3d.add_parameter("SUBJECT", "NAMES", ["Ann", "\x1b[2J"])
    values = np.ones((4, points, frames), np.float32)
    values[:3] = RNG.standard_normal((3, points, frames)).cumsum(axis=2) * 100
    values[:3, 1, 5:9] = np.nan
    c3d["data"]["points"] = values
    residuals = np.zeros((1, points, frames))
    residuals[:, 1, 5:9] = -1
    c3d["data"]["meta_points"]["residuals"] = residuals
    c3d["data"]["meta_points"]["camera_masks"] = np.zeros((7, points, frames), bool)
    c3d["data"]["analogs"] = RNG.standard_normal((1, analogs, frames * each)).astype(np.float32)
    c3d.write(str(path))
    return path.read_bytes()


def read(data):
    with open_c3d(io.BytesIO(data), "x.c3d", exact=True) as source:
        frames = source.shape[0]
        parts = [source.read(n, min(n + 7, frames)) for n in range(0, frames, 7)]
        return np.concatenate(parts), source


def write(values, source):
    stream = io.BytesIO()
    outline = Outline(values.shape, values.dtype, source.clock or Clock(Fraction(1)))
    with c3d_sink(stream, outline, source.meta) as sink:
        for n in range(0, len(values), 6):
            sink.write(values[n : n + 6])
    return stream.getvalue()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_of_six_makers_come_back_to_the_byte(path):
    """Points, analogs, rotations, events, in int16 and floats, whole or cut: nothing is lost."""
    data = path.read_bytes()
    values, source = read(data)
    assert write(values, source) == data
    found = vdsc.decompress(vdsc.compress(values[:50], lossless=True, codec="packed"))
    assert found.values.tobytes() == values[:50].tobytes()


def test_words_are_what_another_library_reads(tmp_path):
    """Places, residuals and analogs lie where ezc3d finds them, and so do labels and rate."""
    data = made(tmp_path / "x.c3d")
    values, source = read(data)
    c3d = ezc3d.c3d(str(tmp_path / "x.c3d"))
    words = values[:, :12].reshape(20, 3, 4)
    there = words[..., 3] >= 0
    assert (~there).sum() == 4
    points = np.moveaxis(c3d["data"]["points"][:3], 0, 2).transpose(1, 0, 2)
    np.testing.assert_array_equal(words[..., :3][there], points[there].astype(np.float32))
    assert np.isnan(points[~there]).all()
    analogs = values[:, 12:].reshape(80, 2)
    np.testing.assert_array_equal(analogs, c3d["data"]["analogs"][0].T.astype(np.float32))
    assert source.clock.rate == 120
    assert source.meta.fields["points"] == ["m0", "m1", "m2"]
    assert source.units == (1, 1, 1, 0) * 3 + (0,) * 8


def test_another_reader_agrees(tmp_path):
    """The package c3d, which shares no code with ezc3d, finds the same words in what is written."""
    c3d = pytest.importorskip("c3d")
    values, source = read(made(tmp_path / "x.c3d"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frames = list(c3d.Reader(io.BytesIO(write(values, source))).read_frames())
    points = np.stack([points[:, :3] for _, points, _ in frames])
    there = values[:, :12].reshape(20, 3, 4)[..., 3] >= 0
    np.testing.assert_array_equal(
        points[there].astype(np.float32), values[:, :12].reshape(20, 3, 4)[..., :3][there]
    )


def test_a_promised_error_is_in_the_unit_of_the_points(tmp_path):
    """Places are off by no more; residuals and gaps are exact, analogs fine, as ezc3d sees it."""
    made(tmp_path / "x.c3d")
    from vdsc.api import decode, encode

    stream = io.BytesIO()
    with open_source(str(tmp_path / "x.c3d"), exact=True) as source:
        report = encode(source, stream, max_error=0.5)
        values = source.read(0, 20)
        stream.seek(0)
        decoding = decode(stream)
        found = np.concatenate(list(decoding))
        (tmp_path / "y.c3d").write_bytes(write(found, source))
    one, other = (ezc3d.c3d(str(tmp_path / f"{n}.c3d"))["data"] for n in "xy")
    places = np.array(source.units) > 0
    assert 0 < np.abs(found - values)[:, places].max() <= 0.5
    assert "8 channels that are no places" in report.warnings[0]
    for key in ("residuals", "camera_masks"):
        np.testing.assert_array_equal(one["meta_points"][key], other["meta_points"][key])
    np.testing.assert_array_equal(np.isnan(one["points"]), np.isnan(other["points"]))
    np.testing.assert_allclose(one["analogs"], other["analogs"], atol=1e-4)


def test_loss_without_a_promise_is_refused(tmp_path):
    """Codes of cameras are no numbers to be near to; a share has no unit."""
    made(tmp_path / "x.c3d")
    from vdsc.api import encode

    with open_source(str(tmp_path / "x.c3d"), exact=None) as source:
        with pytest.raises(InvalidInput, match=r"--lossless, or --max-error in the unit"):
            encode(source, io.BytesIO())
        with pytest.raises(InvalidInput, match=r"several units"):
            in_units(source, "1%")
        assert in_units(source, (1.0, 2.0)) == ((1.0, 2.0), "")


def test_other_frames_are_no_c3d(tmp_path):
    """What is resampled, or was no .c3d, is sent to other formats."""
    values, source = read(made(tmp_path / "x.c3d"))
    with pytest.raises(InvalidInput, match=r"header of this \.c3d is that of 20 frames"):
        write(values[:5], source)
    with (
        pytest.raises(InvalidInput, match=r"only what a \.c3d was made of"),
        c3d_sink(io.BytesIO(), Outline((2, 3), np.dtype("f4"), Clock(Fraction(1)))),
    ):
        pass


def test_a_cut_file_says_how_many_frames_it_has(tmp_path):
    """Whole frames that are there are kept, with a note; without any the file is refused."""
    data = made(tmp_path / "x.c3d")
    _, source = read(data)
    begin = len(source.meta.fields["head"])
    cut = data[: begin + 5 * 20 * 4 + 3]
    values, source = read(cut)
    assert values.shape == (5, 20)
    assert "promises 20 frames, of which 5 are there" in source.note
    assert write(values, source) == cut
    for count, words in ((begin, "none of its 20 frames"), (600, "truncated"), (40, "no header")):
        with pytest.raises(InvalidInput, match=words):
            read(data[:count])


def test_junk_is_never_another_error(tmp_path):
    """Changed bytes of the header and the parameters are other files, or refused in one line."""
    data = made(tmp_path / "x.c3d")
    for at in [*range(30), *range(512, 1500, 3)]:
        for value in (0, 1, 127, 255):
            with suppress(VdscError):
                read(data[:at] + bytes([value]) + data[at + 1 :])


def test_machines_of_the_past(tmp_path):
    """Big-endian files are read as they are; floats of DEC are refused with advice."""
    head = struct.pack(">BBHHHHHfHHf", 2, 0x50, 1, 0, 1, 4, 10, -1.0, 3, 0, 50.0).ljust(512, b"\0")
    section = bytes([1, 0x50, 1, 86]).ljust(512, b"\0")
    words = RNG.standard_normal((4, 4)).astype(">f4")
    data = head + section + words.tobytes()
    values, source = read(data)
    np.testing.assert_array_equal(values, words)
    assert source.clock.rate == 50
    assert write(values, source) == data
    for processor, says in ((85, "floats of DEC"), (7, "processor 7")):
        head = struct.pack("<BBHHHHHfHHf", 2, 0x50, 1, 0, 1, 4, 10, -1.0, 3, 0, 50.0)
        other = bytes([1, 0x50, 1, processor]).ljust(512, b"\0")
        swapped = head[:12] + struct.pack("<HH", 0xC080, 0) + head[16:]
        with pytest.raises(InvalidInput, match=says):
            read(swapped.ljust(512, b"\0") + other + words.tobytes())
