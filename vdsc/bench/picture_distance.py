"""How different two videos are to an eye, roughly: SSIM, and the distance of their textures.

SSIM is that of Wang et al. 2004 of brightness, with a Gaussian window of 11 x 11. The distance of
textures stands in for learned ones (LPIPS), for which nothing need be downloaded: at three scales
and in four directions, local energies of differences are compared, whatever their signs, so that a
texture that lies a pixel aside counts as nearly the same, and one that is blurred away does not.
"""

from __future__ import annotations

import numpy as np

from vdsc.core.types import Floats, Values

SIGMA, REACH = 1.5, 5
"""Of the window of SSIM."""

STEADY = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""What keeps the ratios of SSIM from 0 / 0."""

SCALES, FLOOR = 3, 4.0
"""Halvings of the sides; the energy, in squared levels, below which there is no texture."""

BRIGHTNESS = np.array([0.299, 0.587, 0.114])


def ssim(one: Values, other: Values) -> float:
    """Mean structural similarity of two videos (T, H, W, 3) of uint8: 1 for the same."""
    x, y = one @ BRIGHTNESS, other @ BRIGHTNESS
    mean_x, mean_y = _blurred(x), _blurred(y)
    var_x, var_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    both = _blurred(x * y) - mean_x * mean_y
    light, contrast = STEADY
    high = (2 * mean_x * mean_y + light) * (2 * both + contrast)
    return float((high / ((mean_x**2 + mean_y**2 + light) * (var_x + var_y + contrast))).mean())


def texture_distance(one: Values, other: Values) -> float:
    """Distance of textures of two videos (T, H, W, 3): 0 for the same, about 1 for none."""
    x, y = one @ BRIGHTNESS, other @ BRIGHTNESS
    found = []
    for _ in range(SCALES):
        for a, b in zip(_energies(x), _energies(y), strict=True):
            found.append(np.abs(np.sqrt(a) - np.sqrt(b)).mean() / np.sqrt(a + FLOOR).mean())
        x, y = _half(x), _half(y)
    return float(np.mean(found))


def _energies(x: Floats) -> list[Floats]:
    """Local energies of differences along rows, columns and both diagonals."""
    core = x[:, 1:, 1:]
    off = core - x[:, 1:, :-1], core - x[:, :-1, 1:], core - x[:, :-1, :-1]
    other = x[:, 1:, :-1] - x[:, :-1, 1:]
    return [_blurred(np.square(part)) for part in (*off, other)]


def _half(x: Floats) -> Floats:
    rows, columns = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    some = x[:, :rows, :columns]
    return (some[:, ::2, ::2] + some[:, 1::2, ::2] + some[:, ::2, 1::2] + some[:, 1::2, 1::2]) / 4


def _blurred(x: Floats) -> Floats:
    """Frames under the window, which ends where they do."""
    offsets = np.arange(-REACH, REACH + 1)
    window = np.exp(-(offsets**2) / (2 * SIGMA**2))
    for axis in (1, 2):
        whole = np.moveaxis(x, axis, -1)
        padded = np.pad(whole, [(0, 0), (0, 0), (REACH, REACH)], mode="reflect")
        size = whole.shape[-1]
        total = sum(w * padded[..., i : i + size] for i, w in enumerate(window / window.sum()))
        x = np.moveaxis(np.asarray(total), -1, axis)
    return x
