"""How different two sounds are to an ear, roughly: the levels of bands as wide as an ear's.

The log-spectral distance is the mean, over frames of 32 ms that lie at most 40 dB below the loudest
one, of the root mean squared difference, in dB, of the levels of bands 1 Bark wide.
"""

from __future__ import annotations

import numpy as np

from vdsc.bench.metrics import Pairs
from vdsc.core.types import Floats

FRAME = 0.032
"""Seconds of a frame; each next one begins half a frame later."""

QUIET = 40.0
"""Frames so many dB below the loudest one do not count."""

FLOOR = 1.0
"""Mean power of a band, in squared steps of 16 bits, that is heard as silence."""


def distance(pairs: Pairs, rate: float) -> float:
    """Log-spectral distance, dB: the mean over pairs of original and decoded samples (T, 1)."""
    return float(np.mean([_distance(one[:, 0], other[:, 0], rate) for one, other in pairs]))


def _distance(one: Floats, other: Floats, rate: float) -> float:
    size = round(FRAME * rate)
    levels = [_levels(samples.astype(np.float64), size, rate) for samples in (one, other)]
    loud = _loudness(one.astype(np.float64), size)
    some = loud > loud.max() - QUIET
    off = np.sqrt(np.square(levels[0] - levels[1]).mean(axis=1))
    return float(off[some].mean())


def _levels(samples: Floats, size: int, rate: float) -> Floats:
    """Levels (frames, bands) in dB."""
    spectra = np.fft.rfft(_frames(samples, size) * np.hanning(size))
    power = np.square(np.abs(spectra)) * (2 / size / np.square(np.hanning(size)).sum())
    hertz = np.fft.rfftfreq(size, 1 / rate)
    bark = np.floor(26.81 * hertz / (1960 + hertz) - 0.53).clip(0).astype(np.int64)
    bands = np.stack([power[:, bark == band].sum(axis=1) for band in np.unique(bark)], axis=1)
    found: Floats = 10 * np.log10(bands + FLOOR)
    return found


def _loudness(samples: Floats, size: int) -> Floats:
    """Levels (frames,) in dB of all bands together."""
    found: Floats = 10 * np.log10(np.square(_frames(samples, size)).mean(axis=1) + FLOOR)
    return found


def _frames(samples: Floats, size: int) -> Floats:
    """Frames (n, size), of which each begins in the middle of the one before."""
    if len(samples) < size:
        samples = np.pad(samples, (0, size - len(samples)))
    windows = np.lib.stride_tricks.sliding_window_view(samples, size)
    return windows[:: size // 2]
