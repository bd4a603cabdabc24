"""A single picture is a sequence of one frame, from a file or a pipe, and a .png again."""

from __future__ import annotations

import io
import os
import struct
import zlib
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image, features

from tests.io.test_inputs import piped
from tests.io.test_pictures import CLIPS, deep_png
from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.io.sink import open_sink
from vdsc.io.source import open_source

COLOUR = CLIPS["RGB"][0]
EXACT = ["png", "bmp", "tif", "TIFF"]


def read(path, **options):
    with open_source(str(path), **{"exact": True, **options}) as source:
        return source.read(0, source.shape[0]), source


def write(path, values, meta=None):
    outline = Outline(values.shape, values.dtype, Clock(Fraction(1)))
    with open_sink(str(path), outline, meta) as sink:
        sink.write(values)


def refused(path, words, *, error=InvalidInput, **options):
    with pytest.raises(error, match=words) as refusal:
        read(path, **options)
    assert str(refusal.value).isprintable()


def encoded(image, form, **options):
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


@pytest.mark.parametrize("kind", CLIPS)
def test_a_png_keeps_every_bit(tmp_path, kind):
    """What is written comes back, and Pillow, too, reads it."""
    values = CLIPS[kind][:1]
    write(tmp_path / "k.png", values)
    again, source = read(tmp_path / "k.png")
    assert again.dtype == values.dtype
    np.testing.assert_array_equal(again, values)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "k.png")), values[0])
    assert source.meta.format == "png"


@pytest.mark.parametrize("suffix", EXACT)
def test_pixels_are_those_that_pillow_reads(tmp_path, suffix):
    """The suffix of a picture may be in capitals; its values are known as its own kind."""
    Image.fromarray(COLOUR).save(tmp_path / f"k.{suffix}")
    values, source = read(tmp_path / f"k.{suffix}")
    np.testing.assert_array_equal(values, COLOUR[np.newaxis])
    assert source.meta == Meta(suffix.lower()[:3], {"mode": "RGB"})
    with open_source(str(tmp_path / f"k.{suffix}")) as source:
        assert (source.dtype, source.note) == (np.uint8, "")


@pytest.mark.parametrize("suffix", ["jpg", "jpeg"])
def test_a_photo_is_what_its_decoder_makes_of_it(tmp_path, suffix):
    """Both suffixes are of one kind."""
    Image.fromarray(COLOUR).save(tmp_path / f"k.{suffix}")
    values, source = read(tmp_path / f"k.{suffix}")
    np.testing.assert_array_equal(values[0], np.asarray(Image.open(tmp_path / f"k.{suffix}")))
    assert source.meta.format == "jpg"


@pytest.mark.skipif(not features.check("webp"), reason="Pillow was built without WebP")
def test_webp_is_read_where_pillow_can(tmp_path):
    """Alone, in a folder, and not as the sound whose files begin alike."""
    (tmp_path / "f").mkdir()
    Image.fromarray(COLOUR).save(tmp_path / "f" / "k.webp", lossless=True)
    for path in (tmp_path / "f" / "k.webp", tmp_path / "f"):
        np.testing.assert_array_equal(read(path)[0], COLOUR[np.newaxis])
    assert read(tmp_path / "f" / "k.webp")[1].meta.format == "webp"


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF"])
def test_pictures_come_through_pipes(form):
    """What a picture is, its content says; a compressed .tif is read by libtiff, from disk."""
    options = {"compression": "tiff_lzw"} if form == "TIFF" else {}
    with piped(encoded(Image.fromarray(COLOUR), form, **options)) as path:
        np.testing.assert_array_equal(read(path)[0], COLOUR[np.newaxis])


def test_content_counts_and_not_the_name(tmp_path):
    """A picture under a wrong suffix is read; a table that begins like one stays a table."""
    (tmp_path / "k.npy").write_bytes(encoded(Image.fromarray(COLOUR), "PNG"))
    np.testing.assert_array_equal(read(tmp_path / "k.npy")[0], COLOUR[np.newaxis])
    (tmp_path / "k.csv").write_text("BMI,age\n20,30\n21,31\n")
    assert read(tmp_path / "k.csv")[0].shape == (2, 2)


def test_palettes_turns_and_what_is_left_out(tmp_path):
    """A palette is RGB, see-through RGBA; turns are applied; profiles and EXIF are left out."""
    few = Image.fromarray(COLOUR).quantize(4)
    few.save(tmp_path / "few.png")
    few.save(tmp_path / "seen.png", transparency=0)
    assert read(tmp_path / "few.png")[0].shape == (1, 6, 7, 3)
    assert read(tmp_path / "seen.png")[0].shape == (1, 6, 7, 4)
    exif = Image.Exif()
    exif[274], exif[271] = 6, "a camera"
    Image.fromarray(COLOUR).save(tmp_path / "t.png", exif=exif, icc_profile=b"x" * 200)
    values, source = read(tmp_path / "t.png")
    np.testing.assert_array_equal(values[0], np.rot90(COLOUR, -1))
    said = "turned as the files ask; left out: colour profiles; left out: what a camera wrote"
    assert source.note == f"{said} (EXIF)"


def test_what_would_not_come_back_is_refused(tmp_path):
    """CMYK, floats, several pages, 16 bits a colour, keys: in the words of the folders."""
    Image.new("CMYK", (7, 6)).save(tmp_path / "c.jpg")
    refused(tmp_path / "c.jpg", "c.jpg has pixels of the kind CMYK;I, which are not read; convert")
    Image.fromarray(np.ones((6, 7), np.float32)).save(tmp_path / "f.tif")
    refused(tmp_path / "f.tif", "pixels of the kind F")
    pages = [Image.fromarray(frame) for frame in CLIPS["grey"]]
    for name in ("p.tif", "p.png"):
        pages[0].save(tmp_path / name, save_all=True, append_images=pages[1:])
        refused(tmp_path / name, "holds 5 pictures; save each in a file of its own")
    deep_png(tmp_path / "in" / "d.png", "rgb48be")
    refused(tmp_path / "in" / "d.png", "pixels of the kind .*16B, which are not read")
    refused(f"{tmp_path / 'c.jpg'}:0", "holds one picture; leave out ':0'")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "TIFF", "WEBP"])
def test_damage_is_said_in_one_line(tmp_path, form):
    """Cuts and flipped bytes are read or refused, and nothing else happens."""
    if form == "WEBP" and not features.check("webp"):
        pytest.skip("Pillow was built without WebP")
    path = tmp_path / "k\x1b[2J.png"
    whole = encoded(Image.fromarray(COLOUR), form)
    cuts = [whole[:size] for size in range(0, len(whole), 7)]
    flips = [
        whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in range(0, len(whole), 2)
    ]
    said = []
    for data in cuts + flips:
        path.write_bytes(data)
        try:
            read(path)
        except (InvalidInput, LimitExceeded) as error:
            said.append(str(error))
    assert all(words.isprintable() for words in said)
    assert any("is not a sound picture" in words and "copy it again" in words for words in said)


def test_huge_pictures_are_refused_before_they_are_read(tmp_path):
    """A few bytes that ask for gigabytes do not get them; a limit holds for smaller ones."""

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    for side, error in ((60000, InvalidInput), (12000, LimitExceeded)):
        head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000)))
        (tmp_path / "k.png").write_bytes(data + chunk(b"IEND", b""))
        refused(tmp_path / "k.png", "not a sound picture|--memlimit", error=error)
    Image.fromarray(COLOUR).save(tmp_path / "k.png")
    refused(tmp_path / "k.png", "the picture .* raise the limit", error=LimitExceeded, limit=600)


def test_only_one_picture_goes_into_a_png(tmp_path):
    """Several frames are for a folder, which the refusal names; so are values of other kinds."""
    for values, words in (
        (CLIPS["RGB"], "a .png holds one picture, and these are 5 frames; name a folder"),
        (CLIPS["RGB"][:0], "these are 0 frames"),
        (np.zeros((1, 3, 4), np.float32), r"is what \.png holds; write it to \.npy"),
        (np.zeros((1, 3, 4, 3), np.uint16), r"write it to \.npy"),
    ):
        with pytest.raises(InvalidInput, match=words):
            write(tmp_path / "k.png", values)
    with pytest.raises(InvalidInput, match=r"cannot write '\.jpg' files; use one of \.npy"):
        write(tmp_path / "k.jpg", CLIPS["RGB"][:1])
    assert os.listdir(tmp_path) == []
