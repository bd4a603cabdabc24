"""Errors of decoded clips."""

from __future__ import annotations

import numpy as np
import pytest

from vdsc.bench import metrics


def test_psnr_of_a_known_error() -> None:
    """An error of 255 everywhere is 0 dB, of 25.5 it is 20 dB."""
    black = np.zeros((2, 4, 4, 1), np.uint8)
    assert metrics.psnr(black, black + np.uint8(255)) == pytest.approx(0)
    assert metrics.psnr(black, black + 25.5) == pytest.approx(20)


def test_psnr_does_not_wrap_around() -> None:
    """A decoded value above the original counts like one below it."""
    low, high = np.full((1, 2, 2, 1), 10, np.uint8), np.full((1, 2, 2, 1), 20, np.uint8)
    assert metrics.psnr(low, high) == metrics.psnr(high, low)


def test_mean_psnr_is_over_clips() -> None:
    """PSNR is averaged clip by clip, an exact clip at 99 dB."""
    black = np.zeros((1, 2, 2, 1), np.uint8)
    pairs = [(black, black), (black, black + 25.5)]
    assert metrics.mean_psnr(pairs) == pytest.approx((99 + 20) / 2)


def test_full_turns_cost_nothing() -> None:
    """Angles are compared modulo 360 degrees."""
    motion = np.zeros((5, 96), np.float32)
    turned = motion.copy()
    turned[:, 3:] = 359 - 720
    assert metrics.mean_angular_error([(motion, turned)]) == pytest.approx(1)


def test_all_frames_weigh_alike() -> None:
    """A clip of three frames counts three times a clip of one."""
    short, long = np.zeros((1, 96)), np.zeros((3, 96))
    pairs = [(short, short + 4), (long, long)]
    assert metrics.mean_angular_error(pairs) == pytest.approx(1)


def test_root_error_is_a_distance_in_centimetres() -> None:
    """One unit of displacement is 5.644 cm, and angles do not count."""
    motion = np.zeros((4, 96))
    moved = motion + 7
    moved[:, :3] = (0, 0, 1)
    assert metrics.mean_root_error([(motion, moved)]) == pytest.approx(5.644, abs=1e-3)
