"""The log-spectral distance is 0 of equal sounds, and what it should be of simple ones."""

from __future__ import annotations

import numpy as np

from vdsc.bench.sound_distance import distance

RATE = 16_000
NOISE = np.random.default_rng(0).normal(scale=3000, size=(RATE, 1))


def test_equal_sounds_are_at_no_distance():
    """Of any length."""
    assert distance([(NOISE, NOISE)], RATE) == 0
    assert distance([(NOISE[:100], NOISE[:100])], RATE) == 0


def test_a_louder_sound_is_as_far_away_as_it_is_louder():
    """6 dB in all bands, whatever the waveform's error is."""
    assert abs(distance([(NOISE, 2 * NOISE)], RATE) - 20 * np.log10(2)) < 0.01
    assert distance([(NOISE, -NOISE)], RATE) < 1e-9


def test_a_missing_band_counts():
    """The upper half of the spectrum left out is far away, and silence does not count."""
    spectrum = np.fft.rfft(NOISE[:, 0])
    spectrum[len(spectrum) // 2 :] = 0
    low = np.fft.irfft(spectrum)[:, None]
    far = distance([(NOISE, low)], RATE)
    assert far > 5
    silent = np.zeros_like(NOISE)
    pairs = [(np.concatenate([NOISE, silent]), np.concatenate([low, silent]))]
    assert abs(distance(pairs, RATE) - far) < 0.5
