"""Opus and MP3 through PyAV, as waveforms: what comes back is laid over the original first.

Both are made for ears and not for the squared error; the tables say so.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import av
import numpy as np
from av.audio.stream import AudioStream

from vdsc.bench.peers.peer import Peer, Setting, Values


@dataclass(frozen=True, slots=True)
class SoundRecipe:
    """How one codec is called: FFmpeg's name, file, options of codec and file, kbit/s to ask."""

    codec: str
    file: str
    options: tuple[tuple[str, str], ...]
    file_options: tuple[tuple[str, str], ...]
    kbps: tuple[float, ...]


RECIPES = {
    "Opus": SoundRecipe(
        "libopus", "ogg", (("application", "audio"), ("frame_duration", "60")), (),
        (6, 8, 12, 16, 24, 40),
    ),
    "MP3": SoundRecipe(
        "libmp3lame", "mp3", (("compression_level", "0"),),
        (("write_xing", "0"), ("id3v2_version", "0")), (8, 16, 24, 32, 48, 64),
    ),
}  # fmt: skip
"""Opus as for music, which follows the waveform more closely here than as for speech."""


def peers(rate: int, levels: int | None = None) -> tuple[Peer, ...]:
    """Give Opus and MP3 for clips (T, 1) int16 of `rate` samples a second.

    Their files do not say how long a clip is to the sample, nor where it begins: eight bytes
    that do not count say it. levels: how many of the rates of each.
    """
    return tuple(
        Peer(
            name, ("kbit/s",), tuple((kbps,) for kbps in recipe.kbps[:levels]),
            encode=partial(_encoded, recipe, rate),
            decode=partial(_decoded, recipe, rate),
            note=f"{recipe.codec}, .{recipe.file} file",
            size=lambda file: len(file) - 8,
        )
        for name, recipe in RECIPES.items()
    )  # fmt: skip


def _encoded(recipe: SoundRecipe, rate: int, values: Values, setting: Setting) -> bytes:
    """The file, behind the clip's length and the lag of what is decoded from it."""
    made = _file(recipe, rate, values[:, 0], round(1000 * setting[0]))
    lag = _lag(values[:, 0], _samples(recipe, rate, made))
    return len(values).to_bytes(4, "big") + lag.to_bytes(4, "big", signed=True) + made


def _decoded(recipe: SoundRecipe, rate: int, file: bytes) -> Values:
    count = int.from_bytes(file[:4], "big")
    lag = int.from_bytes(file[4:8], "big", signed=True)
    found, values = _samples(recipe, rate, file[8:]), np.zeros((count, 1), np.int16)
    there = found[max(lag, 0) :][: count - max(-lag, 0)]
    values[max(-lag, 0) :][: len(there), 0] = there
    return values


def _file(recipe: SoundRecipe, rate: int, samples: Values, bits: int) -> bytes:
    """The whole file of samples (T,) int16."""
    file = io.BytesIO()
    with av.open(file, "w", format=recipe.file, options=dict(recipe.file_options)) as container:
        stream = container.add_stream(recipe.codec, rate=rate, options=dict(recipe.options))
        assert isinstance(stream, AudioStream)
        stream.layout, stream.bit_rate = "mono", bits
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        for one in (frame, None):
            for packet in stream.encode(one):
                container.mux(packet)
    return file.getvalue()


def _samples(recipe: SoundRecipe, rate: int, file: bytes) -> Values:
    """All samples of a file, int16 at `rate`."""
    made = []
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    with av.open(io.BytesIO(file), "r", format=recipe.file) as container:
        for frame in container.decode(audio=0):
            made += [one.to_ndarray()[0] for one in resampler.resample(frame)]
        made += [one.to_ndarray()[0] for one in resampler.resample(None)]
    return np.concatenate(made)


def _lag(one: Values, other: Values) -> int:
    """How many samples later `other` says what `one` does."""
    size = len(one) + len(other)
    spectra = [np.fft.rfft(part.astype(np.float64), size) for part in (one, other)]
    alike = np.fft.irfft(spectra[0].conj() * spectra[1], size)
    found = int(np.argmax(alike))
    return found if found < size // 2 else found - size
