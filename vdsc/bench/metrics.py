"""How wrong a decoded clip is, and how large its file: the only definitions of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pairs = Sequence[tuple[NDArray[Any], NDArray[Any]]]
"""Original and decoded values of each clip."""

ROOT = 3
"""The first three channels of the `cmu_mb` layout are the root's position, the others angles."""

CM_PER_UNIT = 2.54 / 0.45
"""Centimetres in one unit of a CMU position."""

LOSSLESS_DB = 99.0
"""What an exact clip counts as, so that means stay finite."""


def psnr(original: NDArray[Any], decoded: NDArray[Any]) -> float:
    """Peak signal to noise ratio of one clip on the scale 0..255, dB, at most `LOSSLESS_DB`."""
    noise = float(np.mean((original.astype(np.float64) - decoded) ** 2))
    return LOSSLESS_DB if noise == 0 else min(LOSSLESS_DB, 10 * float(np.log10(255**2 / noise)))


def mean_psnr(pairs: Pairs) -> float:
    """Mean over clips of each clip's PSNR, dB."""
    return float(np.mean([psnr(original, decoded) for original, decoded in pairs]))


def wrapped(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same angles in -180..180 degrees."""
    return (degrees + 180) % 360 - 180


def mean_angular_error(pairs: Pairs) -> float:
    """Mean absolute angle between original and decoded, all frames and angles alike, degrees."""
    errors = [np.abs(wrapped(_difference(pair)[:, ROOT:])) for pair in pairs]
    return float(np.concatenate(errors).mean())


def mean_root_error(pairs: Pairs) -> float:
    """Mean distance between the original and the decoded root position, cm."""
    errors = [np.linalg.norm(_difference(pair)[:, :ROOT], axis=1) for pair in pairs]
    return float(np.concatenate(errors).mean() * CM_PER_UNIT)


def _difference(pair: tuple[NDArray[Any], NDArray[Any]]) -> NDArray[np.float64]:
    """Original minus decoded, in float64."""
    return np.asarray(pair[0], np.float64) - np.asarray(pair[1], np.float64)
