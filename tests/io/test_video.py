"""Video files to frames: every kind of pixels, times, turns, and files that lie."""

from __future__ import annotations

import io
import struct
import sys
from fractions import Fraction

import av
import imageio.v3 as iio
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vdsc
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput, LimitExceeded
from vdsc.io.sink import open_sink
from vdsc.io.source import open_source
from vdsc.io.video_clock import clock_of
from vdsc.io.video_pixels import turned

RNG = np.random.default_rng(0)
SHOWN = {
    "gray": "gray", "gray16le": "gray16le", "gray10le": "gray16le", "yuv420p": "rgb24",
    "bgra": "rgba", "bgr0": "rgb24", "yuv420p10le": "rgb48le", "yuva420p": "rgba",
    "rgba64le": "rgba64le",
}  # fmt: skip


def film(path, pixels="bgr0", *, codec="ffv1", stamps=range(7), tick=Fraction(1, 30), size=(12, 16),
         sound=False, kind=None):  # fmt: skip
    """Write noise with PyAV, and return how an independent decoder reads it."""
    with av.open(str(path), "w", format=kind) as container:
        stream = container.add_stream(codec, rate=1 / tick)
        stream.height, stream.width, stream.pix_fmt = *size, pixels
        stream.codec_context.time_base = tick
        voice = container.add_stream("aac", rate=8000) if sound else None
        for stamp in stamps:
            noise = RNG.integers(0, 256, (*size, 4)).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(noise, format="rgba")
            frame.pts, frame.time_base = stamp, tick
            container.mux(stream.encode(frame))
        if voice is not None:
            quiet = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            quiet.rate, quiet.pts = 8000, 0
            container.mux([*voice.encode(quiet), *voice.encode(None)])
        container.mux(stream.encode(None))
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format=SHOWN[pixels]) for frame in container.decode(video=0)]


def read(path, **options):
    with open_source(str(path), exact=True, **options) as source:
        return source.read(0, source.shape[0]), source


def refused(path, words, *, error=InvalidInput, **options):
    with pytest.raises(error, match=words) as refusal, open_source(str(path), **options):
        pass
    assert str(refusal.value).isprintable()
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("pixels", [p for p in SHOWN if p != "yuva420p"])
def test_every_kind_of_pixels_is_what_another_reader_gives(tmp_path, pixels):
    """Grey stays grey, transparency is kept, more than 8 bits are uint16 over its range."""
    expected = film(tmp_path / "x.mkv", pixels)
    values, source = read(tmp_path / "x.mkv")
    np.testing.assert_array_equal(values, expected)
    assert values.ndim == (3 if "gray" in pixels else 4)
    assert source.clock == Clock(Fraction(30))
    assert ("10 bits scaled to uint16" in source.note) == ("10" in pixels)
    assert source.meta.format == "mkv"
    assert source.meta.fields["codec"] == "ffv1"
    assert source.meta.fields["pixels"] in {pixels, "gbrap16le"}  # FFmpeg's planes of RGBA


@pytest.mark.parametrize(
    ("name", "codec"), [("x.mp4", "libx264"), ("x.mov", "libx264"), ("x.webm", "libvpx-vp9")]
)
def test_files_are_known_by_content(tmp_path, name, codec, monkeypatch):
    """A file of any suffix, and stdin, is read as what its first bytes say."""
    expected = film(tmp_path / name, "yuv420p", codec=codec)
    (tmp_path / name).rename(tmp_path / "x")
    values, source = read(tmp_path / "x")
    np.testing.assert_array_equal(values, expected)
    assert source.meta.format == name[2:]
    stdin = io.TextIOWrapper(io.BytesIO((tmp_path / "x").read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    np.testing.assert_array_equal(read("-")[0], expected)


def test_frames_may_be_asked_for_in_any_order(tmp_path):
    """Windows are the frames that they name, again and backwards, and none beyond the end."""
    expected = np.array(film(tmp_path / "x.mkv", stamps=range(20)))
    with open_source(str(tmp_path / "x.mkv")) as source:
        for begin, end in ((15, 20), (0, 3), (7, 8), (0, 20), (18, 30), (5, 5)):
            np.testing.assert_array_equal(source.fetch(begin, end), expected[begin:end])


def test_transparency_of_webm_is_not_lost(tmp_path):
    """VP9 keeps it beside the film, where FFmpeg's own decoder does not look."""
    film(tmp_path / "x.webm", "yuva420p", codec="libvpx-vp9")
    values, _ = read(tmp_path / "x.webm")
    assert values.shape == (7, 12, 16, 4)
    assert np.ptp(values[..., 3]) > 100


def test_gifs_are_what_pillow_reads(tmp_path):
    """Opaque ones are RGB; with see-through pixels RGBA; the rate is the file's."""
    clip = RNG.integers(0, 2, (6, 9, 8, 3)).astype(np.uint8) * 255
    with open_sink(
        str(tmp_path / "x.gif"), Outline(clip.shape, clip.dtype, Clock(Fraction(25)))
    ) as sink:
        sink.write(clip)
    values, source = read(tmp_path / "x.gif")
    np.testing.assert_array_equal(values, iio.imread(tmp_path / "x.gif", plugin="pillow"))
    np.testing.assert_array_equal(values, clip)
    assert source.clock == Clock(Fraction(25))
    clear = np.zeros((4, 9, 8, 4), np.uint8)
    clear[:, :5] = (200, 10, 10, 255)
    iio.imwrite(tmp_path / "y.gif", clear, plugin="pillow", mode="RGBA", disposal=2)
    values, _ = read(tmp_path / "y.gif")
    assert values.shape[3] == 4
    assert (values[..., 3] == clear[0, :, :, 3]).all()


def test_irregular_times_are_listed_and_come_back(tmp_path):
    """A film of changing rate has the times of its frames, and so has what is written of it."""
    stamps = [0, 40, 80, 200, 210, 900]
    film(tmp_path / "x.mkv", stamps=stamps, tick=Fraction(1, 1000))
    values, source = read(tmp_path / "x.mkv")
    np.testing.assert_allclose(source.clock.times, np.array(stamps) / 1000, atol=1e-12)
    outline = Outline(values.shape, values.dtype, source.clock)
    for name in ("y.mkv", "y.mp4", "y.mov", "y.webm"):
        with open_sink(str(tmp_path / name), outline) as sink:
            sink.write(values)
        again = read(tmp_path / name)[1].clock
        np.testing.assert_allclose(again.times, source.clock.times, atol=6e-4)
    slow = Clock(times=np.array([0.0, 0.1, 0.15, 0.5, 1.5, 1.6]))
    with open_sink(str(tmp_path / "y.gif"), Outline(values.shape, values.dtype, slow)) as sink:
        sink.write(values)
    np.testing.assert_allclose(read(tmp_path / "y.gif")[1].clock.times, slow.times, atol=1e-9)


@given(
    st.sampled_from([Fraction(24000, 1001), Fraction(25), Fraction(30), Fraction(50), Fraction(9)]),
    st.integers(1, 400),
    st.integers(0, 90000),
)
def test_rounded_stamps_still_have_their_rate(rate, frames, first):
    """Times in whole milliseconds are the rate they were made from, wherever they begin."""
    stamps = [first + round(1000 * i / rate) for i in range(frames)]
    clock, said = clock_of(stamps, Fraction(1, 1000), [rate])
    assert clock == Clock(rate, first / 1000)
    assert not said


def test_times_out_of_order_are_said():
    """The rate that the file claims is taken with a word, and nothing where it claims none."""
    assert clock_of([0, 5, 5], Fraction(1, 100), [Fraction(20)])[0] == Clock(Fraction(20))
    assert "taken as 20/s" in clock_of([0, 5, 5], Fraction(1, 100), [Fraction(20)])[1]
    assert clock_of([0, 5, 5], Fraction(1, 100), [None])[0] is None


TURNS = [(1, 0, 0, 1), (-1, 0, 0, -1), (0, 1, -1, 0), (0, -1, 1, 0), (-1, 0, 0, 1), (0, 1, 1, 0)]


def with_matrix(data, matrix):
    """An .mp4 whose track has another display matrix, a b c d as reals."""
    at = data.index(b"tkhd") + 44
    a, b, c, d = (round(x * 65536) for x in matrix)
    return data[:at] + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30) + data[at + 36 :]


@pytest.mark.parametrize("turn", TURNS)
def test_turns_are_applied(tmp_path, turn):
    """A pixel at (x, y) of the file is at a x + c y, b x + d y, moved into the picture."""
    expected = np.array(film(tmp_path / "x.mp4", "yuv420p", codec="libx264"))
    (tmp_path / "x.mp4").write_bytes(with_matrix((tmp_path / "x.mp4").read_bytes(), turn))
    values, source = read(tmp_path / "x.mp4")
    a, b, c, d = turn
    y, x = np.mgrid[0:12, 0:16]
    right, down = a * x + c * y, b * x + d * y
    np.testing.assert_array_equal(
        values[:, down - down.min(), right - right.min()], expected[:, y, x]
    )
    assert ("turned" in source.note) == (turn != TURNS[0])


def test_other_turns_are_refused(tmp_path):
    """Half of a quarter turn, and stretching, would need pixels that are not there."""
    film(tmp_path / "x.mp4", "yuv420p", codec="libx264")
    data = (tmp_path / "x.mp4").read_bytes()
    for matrix in ((0.7, 0.7, -0.7, 0.7), (2, 0, 0, 2), (1, 1, 0, 1)):
        (tmp_path / "x.mp4").write_bytes(with_matrix(data, matrix))
        refused(tmp_path / "x.mp4", "no quarter turn; apply it first")
    assert turned(np.arange(6).reshape(2, 3), (0, 1, -1, 0)).tolist() == [[3, 0], [4, 1], [5, 2]]


def test_sound_is_left_out_with_a_word(tmp_path):
    """The note and the metadata say so, and the frames are whole."""
    expected = film(tmp_path / "x.mp4", "yuv420p", codec="libx264", sound=True)
    values, source = read(tmp_path / "x.mp4")
    np.testing.assert_array_equal(values, expected)
    assert source.note == "left out: audio (aac)"
    assert source.meta.fields["left out"] == ["audio (aac)"]


def test_a_file_of_sound_alone_holds_no_video(tmp_path):
    """It is refused with what it holds."""
    with av.open(str(tmp_path / "x.mp4"), "w") as container:
        voice = container.add_stream("aac", rate=8000)
        quiet = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        quiet.rate, quiet.pts = 8000, 0
        container.mux([*voice.encode(quiet), *voice.encode(None)])
    refused(tmp_path / "x.mp4", r"holds no video that can be decoded, but audio \(aac\)")


def test_a_size_that_changes_is_one_line(tmp_path):
    """Two films of two sizes, one behind the other in one stream, are cut apart by their owner."""
    with av.open(str(tmp_path / "x.mkv"), "w") as container:
        stream = container.add_stream("mjpeg", rate=30)
        stream.height, stream.width, stream.pix_fmt = 16, 16, "yuvj420p"
        for number, side in enumerate((16, 16, 32)):
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.height = encoder.width = side
            encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 30)
            frame = av.VideoFrame(side, side, "yuvj420p")
            frame.pts = number
            for packet in encoder.encode(frame) + encoder.encode(None):
                packet.stream = stream
                container.mux(packet)
    refused(tmp_path / "x.mkv", "size changes from 16 x 16 to 32 x 32 at frame 2; cut it there")


@pytest.mark.parametrize(
    ("name", "codec", "cut"), [("x.mkv", "ffv1", 1), ("x.mp4", "libx264", 300)]
)
def test_cut_files_are_refused(tmp_path, name, codec, cut):
    """A film that ends early is never taken for a shorter one."""
    film(tmp_path / name, "yuv420p", codec=codec, stamps=range(12))
    data = (tmp_path / name).read_bytes()
    for end in (40, len(data) // 2, len(data) - cut):
        (tmp_path / name).write_bytes(data[:end])
        refused(tmp_path / name, r"truncated|not a sound|no frames|cannot be decoded")


def test_an_index_that_promises_more_is_refused(tmp_path):
    """An .mp4 whose index stands first and whose last frames are gone is truncated."""
    with av.open(str(tmp_path / "x.mp4"), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("mjpeg", rate=30)
        stream.height, stream.width, stream.pix_fmt = 64, 64, "yuvj420p"
        for _ in range(12):
            noise = RNG.integers(0, 256, (64, 64, 3)).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        container.mux(stream.encode(None))
    data = (tmp_path / "x.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    (tmp_path / "x.mp4").write_bytes(data[: -len(data) // 3])
    refused(tmp_path / "x.mp4", r"truncated: \d of 12 frames|cannot be decoded")


def test_frames_beyond_the_limit_are_refused(tmp_path):
    """The limit counts the bytes of all frames; one byte more than they have is enough."""
    film(tmp_path / "x.mkv", stamps=range(40))
    size = 40 * 12 * 16 * 3
    assert read(tmp_path / "x.mkv", limit=size)[0].nbytes == size
    refused(tmp_path / "x.mkv", "--memlimit", error=LimitExceeded, limit=size - 1)
    refused(tmp_path / "x.mkv", "--memlimit", error=LimitExceeded, limit=100)


@pytest.mark.parametrize("pixels", ["bgra", "gray", "gray16le", "yuv420p"])
def test_lossless_files_give_the_decoded_frames(tmp_path, pixels):
    """From .mkv to .vds and back to .mkv every bit is the same, and so is the rate."""
    expected = film(tmp_path / "x.mkv", pixels, tick=Fraction(1001, 30000))
    with open_source(str(tmp_path / "x.mkv"), exact=True) as source:
        data = io.BytesIO()
        from vdsc.api import encode

        encode(source, data, lossless=True)
    found = vdsc.decompress(data.getvalue())
    np.testing.assert_array_equal(found.values, expected)
    with open_sink(str(tmp_path / "y.mkv"), found.outline, found.meta) as sink:
        for frame in found.values:
            sink.write(frame[None])
    values, source = read(tmp_path / "y.mkv")
    np.testing.assert_array_equal(values, expected)
    assert source.clock == found.clock == Clock(Fraction(30000, 1001))


def test_webm_looks_like_the_video(tmp_path):
    """A smooth clip, also one with transparency, comes back within a few levels."""
    ramp = np.add.outer(np.arange(6) * 3, np.add.outer(np.arange(33) * 2, np.arange(31)))
    clip = np.stack([ramp, ramp, ramp, 255 - ramp], axis=-1).astype(np.uint8)
    for values in (clip, clip[..., :3]):
        outline = Outline(values.shape, values.dtype, Clock(Fraction(30)))
        with open_sink(str(tmp_path / "x.webm"), outline, force=True) as sink:
            sink.write(values)
        again = read(tmp_path / "x.webm")[0]
        assert again.shape == values.shape
        assert np.abs(again.astype(int) - values).mean() < 6


def test_keys_are_refused(tmp_path):
    """A video has no parts that could be named."""
    film(tmp_path / "x.mkv")
    refused(f"{tmp_path / 'x.mkv'}:0", "holds one video; leave out ':0'")


def test_damage_is_never_covered_up_in_silence(tmp_path):
    """A flipped byte in a film that vdsc wrote is refused or said, unless no frame is another."""
    clip = RNG.integers(0, 256, (5, 40, 48, 3)).astype(np.uint8)
    with open_sink(
        str(tmp_path / "x.mkv"), Outline(clip.shape, clip.dtype, Clock(Fraction(25)))
    ) as sink:
        sink.write(clip)
    data, said = (tmp_path / "x.mkv").read_bytes(), 0
    for at in range(600, len(data), len(data) // 40):
        (tmp_path / "x.mkv").write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        try:
            values, source = read(tmp_path / "x.mkv")
        except InvalidInput:
            continue
        said += "damaged, and filled in" in source.note
        assert "damaged" in source.note or np.array_equal(values, clip)
    assert said > 10
