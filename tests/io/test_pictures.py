"""Folders of pictures to frames and back: order, colours, names, and what is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.io import temporary
from vdsc.io.picture_sink import _names
from vdsc.io.pictures import natural
from vdsc.io.sink import check_place, open_sink
from vdsc.io.source import open_source

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (5, 6, 7)).astype(np.uint8)
CLIPS = {
    "grey": GREY,
    "RGB": RNG.integers(0, 256, (5, 6, 7, 3)).astype(np.uint8),
    "RGBA": RNG.integers(0, 256, (5, 6, 7, 4)).astype(np.uint8),
    "grey of 16 bits": RNG.integers(0, 65536, (5, 6, 7)).astype(np.uint16),
}


def write(path, values, meta=None):
    outline = Outline(values.shape, values.dtype, Clock(Fraction(30)))
    with open_sink(f"{path}/", outline, meta) as sink:
        for begin in range(0, len(values), 2):
            sink.write(values[begin : begin + 2])


def save(path, array, **options):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(array).save(path, **options)


def read(path, **options):
    with open_source(str(path), exact=True, **options) as source:
        return source.read(0, source.shape[0]), source


def refused(path, words, *, error=InvalidInput, **options):
    with pytest.raises(error, match=words) as refusal:
        read(path, **options)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("kind", CLIPS)
def test_folders_keep_every_bit(tmp_path, kind):
    """What is written comes back, and Pillow, too, reads it from the files."""
    write(tmp_path / "f", CLIPS[kind])
    values, source = read(tmp_path / "f")
    np.testing.assert_array_equal(values, CLIPS[kind])
    assert values.dtype == CLIPS[kind].dtype
    np.testing.assert_array_equal(source.read(3, 5), CLIPS[kind][3:])
    names = sorted(os.listdir(tmp_path / "f"))
    assert source.meta.fields["names"] == names
    np.testing.assert_array_equal(
        [np.asarray(Image.open(tmp_path / "f" / name)) for name in names], CLIPS[kind]
    )


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "TIFF"])
def test_names_and_numbers_give_the_order(tmp_path, suffix):
    """F2 comes before f10; the names come back, as .png."""
    for number in (10, 9, 1, 2, 100):
        save(tmp_path / "in" / f"take 1 f{number}.{suffix}", np.full((3, 4), number, np.uint8))
    values, source = read(tmp_path / "in")
    assert values[:, 0, 0].tolist() == [1, 2, 9, 10, 100]
    write(tmp_path / "out", values, source.meta)
    assert sorted(os.listdir(tmp_path / "out"), key=natural) == [
        f"take 1 f{number}.png" for number in (1, 2, 9, 10, 100)
    ]


@given(st.lists(st.text("ab0123.-_", max_size=8), unique=True))
def test_any_names_have_one_order(names):
    """Sorting by numbers never fails, and does not depend on how the names came."""
    backwards = names[::-1]
    assert sorted(names, key=natural) == sorted(backwards, key=natural)


def test_the_richest_colours_are_those_of_all(tmp_path):
    """Grey, palettes, and RGB in one folder are RGB; one see-through picture makes all RGBA."""
    colour = CLIPS["RGB"][0]
    few = Image.fromarray(colour // 128 * 128).quantize(8)
    save(tmp_path / "f" / "1.png", GREY[0])
    save(tmp_path / "f" / "2.png", colour)
    few.save(tmp_path / "f" / "3.png")
    Image.fromarray(GREY[0] > 128).save(tmp_path / "f" / "4.png")
    values, _ = read(tmp_path / "f")
    np.testing.assert_array_equal(values[0], np.stack([GREY[0]] * 3, axis=-1))
    np.testing.assert_array_equal(values[1], colour)
    np.testing.assert_array_equal(values[2], np.asarray(few.convert("RGB")))
    assert set(np.unique(values[3])) == {0, 255}
    few.save(tmp_path / "f" / "5.png", transparency=0)
    values, _ = read(tmp_path / "f")
    assert values.shape == (5, 6, 7, 4)
    assert (values[:4, ..., 3] == 255).all()
    np.testing.assert_array_equal(values[4, ..., 3] == 0, np.asarray(few) == 0)


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_orientation_is_applied_with_a_word(tmp_path, suffix):
    """A picture that a camera marks as lying on its side is turned upright, and that is said."""
    exif = Image.Exif()
    exif[274] = 6
    ramp = np.add.outer(np.arange(16) * 9, np.arange(24) * 4).astype(np.uint8)
    save(tmp_path / "f" / f"1.{suffix}", ramp, exif=exif)
    values, source = read(tmp_path / "f")
    assert values.shape == (1, 24, 16)
    assert np.abs(values[0].astype(int) - np.rot90(ramp, -1)).max() < 12
    assert source.note == "turned as the files ask"
    save(tmp_path / "f" / "2.tif", ramp, exif=exif)
    refused(tmp_path / "f", "asks to be shown turned; apply that first")


def test_other_files_are_left_out_with_a_word(tmp_path):
    """Texts and folders are counted; hidden files, which systems lay there, are not."""
    save(tmp_path / "f" / "1.png", GREY[0], icc_profile=b"x" * 200)
    for name in ("notes.txt", ".DS_Store"):
        (tmp_path / "f" / name).write_text("")
    (tmp_path / "f" / "deep.png").mkdir()
    note = "left out: colour profiles; left out: 2 other files in the folder"
    assert read(tmp_path / "f")[1].note == note


def test_what_would_not_come_back_is_refused(tmp_path):
    """Several sizes or depths, several pages, CMYK, floats, and files that are no pictures."""
    folder = tmp_path / "f"
    save(folder / "1.png", GREY[0])
    for name, array, words in (
        ("2.png", GREY[0, :5], "1.png has 7 x 6 pixels and 2.png 7 x 5"),
        ("2.png", CLIPS["grey of 16 bits"][0], "some pictures have 16 bits and others 8"),
        ("2.tif", np.ones((6, 7), np.float32), "pixels of the kind F"),
        ("2.jpg", None, "pixels of the kind CMYK"),
    ):
        if array is None:
            Image.new("CMYK", (7, 6)).save(folder / name)
        else:
            save(folder / name, array)
        refused(folder, words)
        (folder / name).unlink()
    pages = [Image.fromarray(frame) for frame in GREY]
    pages[0].save(folder / "2.tif", save_all=True, append_images=pages[1:])
    refused(folder, "holds 5 pictures; save each")
    (folder / "2.tif").unlink()
    whole = (folder / "1.png").read_bytes()
    for data in (b"", b"junk", whole[:40], whole[:-60]):
        (folder / "\x1b[2J.png").write_bytes(data)
        refused(folder, "is not a sound picture")
    (folder / "\x1b[2J.png").unlink()
    refused(folder, "raise the limit with --memlimit", error=LimitExceeded, limit=100)


def deep_png(path, pixels):
    """A picture of 16 bits a colour, which Pillow reads as 8."""
    import av

    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 4, 4, pixels
    encoder.time_base = Fraction(1, 30)
    frame = av.VideoFrame(4, 4, pixels)
    frame.pts = 0
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(map(bytes, encoder.encode(frame))))


@pytest.mark.parametrize("pixels", ["rgb48be", "rgba64be", "ya16be"])
def test_colours_of_16_bits_are_not_halved_in_silence(tmp_path, pixels):
    """What Pillow would read as 8 bits is refused."""
    deep_png(tmp_path / "f" / "1.png", pixels)
    refused(tmp_path / "f", "pixels of the kind .*16B, which are not read")


def test_folders_that_are_there(tmp_path):
    """An empty one is filled, one that is not is never touched, and a file is no folder."""
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty", GREY)
    assert len(os.listdir(tmp_path / "empty")) == 5
    for name, words in (("empty", "not empty"), ("file", "is a file"), ("no/f", "no such dir")):
        (tmp_path / "file").write_text("mine")
        with pytest.raises(InvalidInput, match=words):
            write(tmp_path / name, GREY)
        with pytest.raises(InvalidInput, match=words):
            check_place(f"{tmp_path / name}/", force=True)
    assert sorted(os.listdir(tmp_path)) == ["empty", "file"]


def interrupted(path):
    """Write two pictures of five, and stop."""
    with open_sink(f"{path}/", Outline(GREY.shape, GREY.dtype, Clock(Fraction(1)))) as sink:
        sink.write(GREY[:2])
        assert not path.exists()
        raise KeyboardInterrupt


def test_what_fails_leaves_no_folder(tmp_path):
    """Neither half of the pictures nor a temporary folder stays."""
    for values in (np.zeros((3, 4), np.float32), np.zeros((2, 3, 4, 3), np.uint16)):
        with pytest.raises(InvalidInput, match=r"write it to \.npy"):
            write(tmp_path / "f", values)
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "f")
    assert os.listdir(tmp_path) == []


def test_what_a_killed_process_leaves_is_removed_by_the_next(tmp_path):
    """A temporary folder of a process that is gone goes; one that is being written stays."""
    story = f"""
import os, signal
from pathlib import Path
from vdsc.io.temporary import new_folder
with new_folder(Path({str(tmp_path / "f")!r})) as folder:
    (folder / "1.png").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", story], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(os.listdir(tmp_path)) == 1
    with temporary.new_folder(tmp_path / "f") as mine:
        write(tmp_path / "f", GREY)
        assert sorted(os.listdir(tmp_path)) == sorted([mine.name, "f"])
    assert os.listdir(tmp_path) == ["f"]


HOSTILE = [
    "../x.png", "/etc/x.png", "a/b.png", "..", "", ".x.png", "a\0.png", "x" * 300, "a\\b.png",
    "\x1b[2J.png", "c:x.png",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_not_used(tmp_path, name):
    """A name that would lead elsewhere gives way to numbers, and so do all others."""
    meta = Meta("pictures", {"names": ["1.png", "2.png", "3.png", "4.png", name]})
    write(tmp_path / "f", GREY, meta)
    assert sorted(os.listdir(tmp_path / "f")) == [f"frame000{i}.png" for i in range(1, 6)]
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize(
    "meta",
    [None, Meta("pictures"), Meta("pictures", {"names": 3}), Meta("pictures", {"names": [1, 2]}),
     Meta("pictures", {"names": ["a.png"]}), Meta("pictures", {"names": ["a.png", "A.jpg"]}),
     Meta("bvh", {"names": ["a.png", "b.png"]})],
)  # fmt: skip
def test_names_that_do_not_fit_are_numbers(meta):
    """There must be one name a frame, each another on every file system."""
    assert _names(meta, 2) == ["frame0001.png", "frame0002.png"]


def test_folders_without_pictures(tmp_path):
    """They are refused as an input, with what to do."""
    refused(tmp_path, "is a directory without pictures; name a file in it, or add -r")
