"""Sound: what comes back, and headers that lie."""

from __future__ import annotations

import io
import os
import struct
import wave
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vdsc.core.meta import Meta
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import InvalidInput, VdscError
from vdsc.io.source import open_source
from vdsc.io.wav import KEPT_BYTES, open_wav, wav_sink

RNG = np.random.default_rng(3)
KINDS = {"u1": (1, 8), "i2": (1, 16), "i4": (1, 32), "f4": (3, 32), "f8": (3, 64)}


def read(data):
    """Samples, clock, metadata and note of a recording."""
    with open_wav(io.BytesIO(data), "x.wav", exact=True) as source:
        frames = source.shape[0]
        parts = [source.read(n, min(n + 9, frames)) for n in range(0, frames, 9)]
        return np.concatenate(parts), source.clock, source.meta, source.note


def write(values, rate=8000, meta=None):
    """The recording that the sink makes."""
    stream = io.BytesIO()
    with wav_sink(stream, Outline(values.shape, values.dtype, Clock(Fraction(rate))), meta) as out:
        for n in range(0, len(values), 4):
            out.write(values[n : n + 4])
    return stream.getvalue()


def riff(form, samples, *, before=b"", after=b"", size=None):
    """A file of these chunks; size: what the header says that the samples have."""
    body = b"WAVE" + before + struct.pack("<4sI", b"fmt ", len(form)) + form
    body += struct.pack("<4sI", b"data", len(samples) if size is None else size) + samples + after
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def form(kind=1, channels=2, rate=8000, bits=16, block=None):
    block = channels * bits // 8 if block is None else block
    return struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, bits)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_samples_of_all_types_come_back(kind, channels):
    """Any type and number of channels is written, read as it was, and the same file again."""
    bits = RNG.integers(0, 256, (25, channels, np.dtype(kind).itemsize)).astype(np.uint8)
    values = (
        bits.view(kind)[..., 0]
        if kind[0] != "f"
        else RNG.standard_normal((25, channels)).astype(kind)
    )
    data = write(values)
    found, clock, meta, _ = read(data)
    np.testing.assert_array_equal(found, values)
    assert found.dtype == values.dtype
    assert clock.rate == 8000
    assert write(found, 8000, meta) == data


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_what_the_standard_library_writes_comes_back_to_the_byte(width):
    """Of 8, 16, 24 and 32 bits; the library reads what the sink writes, too."""
    stream = io.BytesIO()
    samples = RNG.bytes(3 * 101 * width)
    with wave.open(stream, "wb") as out:
        out.setparams((3, width, 44100, 101, "NONE", ""))
        out.writeframes(samples)
    values, _, meta, _ = read(stream.getvalue())
    assert values.shape == (101, 3)
    assert write(values, 44100, meta) == stream.getvalue()
    if width == 3:
        low = np.frombuffer(samples, np.uint8).reshape(-1, 3).astype(np.int32)
        wanted = (low[:, 0] | low[:, 1] << 8 | low[:, 2] << 16) << 8 >> 8
        np.testing.assert_array_equal(values.ravel(), wanted)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("container", ["WAV", "WAVEX"])
def test_another_library_reads_the_same(tmp_path, subtype, container):
    """What libsndfile writes, of WAVE_FORMAT_EXTENSIBLE, too, is the same file again, and back."""
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / "x.wav"
    soundfile.write(path, RNG.uniform(-1, 1, (50, 3)), 48000, subtype, format=container)
    values, _, meta, _ = read(path.read_bytes())
    assert write(values, 48000, meta) == path.read_bytes()
    (tmp_path / "y.wav").write_bytes(
        write(values, 48000, Meta("wav", {"bits": meta.fields["bits"]}))
    )
    one, other = (soundfile.read(tmp_path / name)[0] for name in ("x.wav", "y.wav"))
    np.testing.assert_array_equal(one, other)


def test_other_chunks_are_kept_up_to_a_bound():
    """Chunks before and behind the samples come back; very long ones are said to be left out."""
    samples = RNG.bytes(40)
    short = riff(form(), samples, before=b"JUNK\4\0\0\0abcd", after=b"LIST\3\0\0\0xyz\0")
    values, _, meta, note = read(short)
    assert (write(values, 8000, meta), note) == (short, "")
    long = riff(form(), samples, after=b"x" * (KEPT_BYTES + 1))
    values, _, meta, note = read(long)
    assert "left out" in note
    assert read(write(values, 8000, meta))[0].tobytes() == samples


def test_other_samples_have_a_header_of_their_own():
    """Where the rate or the length has changed, the old header is not written."""
    values, _, meta, _ = read(riff(form(), RNG.bytes(40), after=b"LIST\0\0\0\0"))
    for changed, rate in ((values[:3], 8000), (values, 4000)):
        found, clock, *_ = read(write(changed, rate, meta))
        np.testing.assert_array_equal(found, changed)
        assert clock.rate == rate


def test_samples_beyond_24_bits_become_the_nearest():
    """Loss may lead beyond what 24 bits hold; nothing wraps around."""
    values = np.array([[2**23 + 5], [-(2**23) - 5], [7]], np.int32)
    found, *_ = read(write(values, 8000, Meta("wav", {"bits": 24})))
    assert found.ravel().tolist() == [2**23 - 1, -(2**23), 7]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"RIFF\0\0\0\0AVI ", "no RIFF WAVE header"),
        (b"RIFF", "is truncated: its header"),
        (b"RF64\0\0\0\0WAVE", "more than 4 GiB"),
        (riff(form(), b"x" * 40)[:-1], "is truncated: 39 of 40 bytes"),
        (riff(form(), b"x" * 40, size=2**31), "is truncated: 40 of 2147483648 bytes"),
        (riff(form(channels=0), b"x" * 40), "no channels"),
        (riff(form(rate=0), b"x" * 40), "a rate of 0"),
        (riff(form(block=5), b"x" * 40), "a frame has 5 bytes"),
        (riff(form(), b"x" * 41), "no whole frames of 4"),
        (riff(form(), b""), "holds no samples"),
        (riff(form(kind=6, bits=8), b"x" * 40), "8-bit A-law"),
        (riff(form(bits=12), b"x" * 40), "12-bit format 1"),
        (riff(form()[:8], b"x" * 40), "a format of 8 bytes"),
        (riff(form(), b"x" * 40, before=b"JUNK\xff\xff\xff\x7f"), "chunk of 2147483647 bytes"),
        (b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd", "samples before its format"),
    ],
)
def test_lying_headers_are_one_line(data, words):
    """Sizes too large, no channels, no rate, cut files: each is said, and nothing is allocated."""
    with pytest.raises(VdscError, match=words):
        read(data)


def test_a_length_that_was_not_known_goes_to_the_end():
    """A file that was written to a pipe says 2**32 - 1 bytes; its samples are all that follow."""
    data = riff(form(), RNG.bytes(80), size=0xFFFFFFFF)
    values, _, meta, _ = read(data)
    assert values.shape == (20, 2)
    assert write(values, 8000, meta) == data


def test_junk_is_never_another_error():
    """Changed bytes anywhere are other sound, or refused."""
    data = riff(form(), RNG.bytes(40), before=b"JUNK\4\0\0\0abcd", after=b"LIST\0\0\0\0")
    for at in range(len(data)):
        for value in (0, 1, 127, 255):
            with suppress(VdscError):
                read(data[:at] + bytes([value]) + data[at + 1 :])
        with suppress(VdscError):
            read(data[:at])


@pytest.mark.parametrize(
    ("values", "rate", "words"),
    [
        (np.zeros((4, 2), np.int64), 8000, "no sound"),
        (np.zeros((4, 2, 2), np.int16), 8000, "no sound"),
        (np.zeros((4, 2), np.int16), Fraction(1, 3), "whole number of frames a second"),
        (np.zeros((1, 40000), np.int16), 8000, "65535 bytes a frame"),
    ],
)
def test_what_is_no_sound_is_refused(values, rate, words):
    """Types, shapes and rates that a .wav cannot have are sent to .npy."""
    with pytest.raises(InvalidInput, match=words):
        write(values, rate)


@pytest.mark.parametrize("name", ["pocketsphinx_001.wav", "pocketsphinx_005.wav"])
def test_recordings_come_back_to_the_byte(name):
    """Speech of 16 kHz."""
    path = Path(os.environ.get("VDSC_DATA", "")) / "audio" / name
    if not path.is_file():
        pytest.skip("VDSC_DATA names no folder with recordings")
    with open_source(str(path), exact=True) as source:
        values = source.read(0, source.shape[0])
        assert write(values, 16000, source.meta) == path.read_bytes()
