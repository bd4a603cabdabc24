"""What codes a sequence where nobody names a codec, and the dials that find a quality."""

from __future__ import annotations

import re

import numpy as np
import pytest

import vdsc
from tests import tiny
from tests.forge import knots
from tests.tiny import PIXELS, VECTORS
from vdsc.errors import InvalidInput, ModelMissing

RNG = np.random.default_rng(4)


def walk(frames, channels):
    return RNG.normal(size=(frames, channels)).cumsum(axis=0)


@pytest.mark.parametrize(
    "values",
    [
        walk(60, 7), walk(60, 1)[:, 0], walk(30, 24).reshape(30, 4, 6),
        (walk(40, 3) * 99).astype(int),
        np.asfortranarray(walk(50, 5).astype(">f4")), walk(9, 192).reshape(9, 8, 8, 3),
    ],
)  # fmt: skip
def test_any_numbers_are_coded_where_no_model_fits(values):
    """By the codec that needs none, in their own shape and type, and that is said."""
    data, report = vdsc.compress(values, report=True)
    found = vdsc.decompress(data).values
    assert (found.shape, found.dtype.newbyteorder("=")) == (
        values.shape,
        values.dtype.newbyteorder("="),
    )
    plain = report.codec in {"linear", "bounded"} and "no model takes" in report.chosen
    assert report.lossless or plain


@pytest.mark.parametrize("dtype", [bool, complex, "M8[s]"])
def test_types_without_a_lossy_codec_are_kept_exactly(dtype):
    """Booleans, complex numbers and dates: no codec with loss takes them, and that is said."""
    values = RNG.integers(0, 2, (40, 3)).astype(dtype)
    data, report = vdsc.compress(values, report=True)
    assert report.lossless
    assert "no codec with loss takes" in report.chosen
    assert (vdsc.decompress(data).values == values).all()


def test_a_model_that_does_worse_is_not_used():
    """Tiny networks that were never trained are no match; the errors are those of its groups."""
    values = tiny.clip(VECTORS, 120)
    data, report = vdsc.compress(values, report=True, quality=60)
    assert report.codec == "linear"
    assert "tiny-vectors" in report.chosen
    assert [group.name for group in report.groups] == ["angles", "positions"]
    rival = vdsc.compress(values, codec="knots", quality=60, report=True)[1]
    if "equal error" in report.chosen:
        assert len(data) < rival.file_bytes
        pairs = zip(report.groups, rival.groups, strict=True)
        assert all(mine.mean <= 1.03 * other.mean for mine, other in pairs)


def test_a_model_does_not_make_of_a_sequence_what_it_knows():
    """Noise of the right shape is no motion: the file is close to it."""
    values = RNG.normal(size=(200, 6)) * 1e-3
    report = vdsc.compress(values, report=True)[1]
    assert report.codec in {"linear", "bounded", "lossless", "packed"}
    assert report.lossless or report.snr > 30


def test_noise_is_given_a_promise():
    """No path is worth it: the errors are the same in the mean, and the largest one is smaller."""
    values = RNG.random(size=(300, 30)).astype(np.float32)
    data, report = vdsc.compress(values, report=True)
    plain, path = vdsc.compress(values, codec="linear", report=True)
    assert report.codec == "bounded"
    assert "at equal mean error" in report.chosen
    assert len(data) < len(plain)
    assert report.mean_error <= 1.02 * path.mean_error
    assert report.max_error < path.max_error
    assert vdsc.compress(values, psnr=30, report=True)[1].codec == "linear"


def test_a_smaller_promise_is_named():
    """Where the largest error of the file would cost less; the words tell the truth."""
    at, rng = np.arange(600)[:, None], np.random.default_rng(3)
    values = 50 * np.sin(at / np.arange(9, 17))
    values += np.where(rng.random(values.shape) < 0.002, 40, 0)
    data, report = vdsc.compress(values, report=True)
    assert report.codec == "linear"
    words = next(words for words in report.warnings if "--max-error" in words)
    error, size = re.search(r"--max-error (\S+) takes about (\S+) bytes", words).groups()
    promised = vdsc.compress(values, max_error=float(error))
    assert len(promised) < len(data)
    assert abs(len(promised) / int(size.replace(",", "")) - 1) < 0.4


def test_a_model_that_is_named_is_used():
    """Whether or not it does better, and its settings ask for it, too."""
    values = tiny.clip(VECTORS, 60)
    for options in ({"model": "tiny-vectors"}, {"grid": "prior"}):
        assert vdsc.compress(values, **options) == knots(values, **options)
    assert vdsc.compress(tiny.clip(PIXELS, 12), model="tiny-pixels", report=True)[1].psnr


def test_settings_of_no_codec_are_refused():
    """Those of two codecs that exclude each other, too."""
    for settings in ({"colour": 1}, {"knots": "even", "grid": "prior"}):
        with pytest.raises(InvalidInput):
            vdsc.compress(walk(30, 6), **settings)


def test_a_damaged_model_is_not_passed_over(installed, monkeypatch, tmp_path):
    """It might have fitted."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.json").write_text("{")
    monkeypatch.setenv("VDSC_MODELS", f"{tmp_path}:{installed}")
    with pytest.raises(ModelMissing, match="broken"):
        vdsc.compress(walk(30, 7))


@pytest.mark.parametrize("decibels", [20.0, 45.0])
@pytest.mark.parametrize("options", [{}, {"codec": "linear"}])
def test_psnr_is_reached_and_not_much_more(decibels, options):
    """At the lowest quality that does; less than that does not."""
    values = tiny.clip(VECTORS, 80)
    report = vdsc.compress(values, psnr=decibels, report=True, **options)[1]
    assert report.snr >= decibels
    if options.get("codec"):
        assert report.snr < decibels + 4


def test_a_size_is_not_exceeded():
    """And it is made use of; what cannot be is said."""
    values = walk(300, 6)
    for size in (300, 2000):
        data = vdsc.compress(values, target_size=size)
        assert 0.7 * size < len(data) <= size
    with pytest.raises(InvalidInput, match="20 bytes"):
        vdsc.compress(values, target_size=20)
    with pytest.raises(InvalidInput, match="20 bytes"):
        vdsc.compress(values > 0, target_size=20)


def test_wishes_that_exclude_each_other():
    """One of them at a time, and of a codec what it can do."""
    for wishes in (
        {"psnr": 30, "target_size": 900}, {"max_error": 1, "psnr": 30},
        {"lossless": True, "psnr": 3},
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match="different things"):
            vdsc.compress(walk(30, 3), **wishes)
    with pytest.raises(InvalidInput, match="promises no error"):
        vdsc.compress(walk(30, 3), codec="linear", max_error=1)
    with pytest.raises(InvalidInput, match="no quality to turn"):
        vdsc.compress(walk(30, 3), codec="packed", psnr=30)
    for wish in ({"psnr": -1}, {"target_size": 0}, {"max_error": -1}, {"max_error": "much"}):
        with pytest.raises(InvalidInput):
            vdsc.compress(walk(30, 3), **wish)


def test_the_worst_value_is_named():
    """Channel and frame of the largest error are where it is."""
    values = walk(200, 9)
    data, report = vdsc.compress(values, codec="linear", quality=40, report=True)
    off = np.abs(vdsc.decompress(data).values - values)
    group = report.groups[0]
    assert np.unravel_index(off.argmax(), off.shape) == (group.frame, group.channel)
    assert group.max == off.max()
