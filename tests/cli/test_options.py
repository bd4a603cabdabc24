"""How the words of an option become a value."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from tests.cli import fake_api
from vdsc.cli.options import check_codec, parse_fps, parse_size, whole

SIZES = {
    "1": 1,
    "1B": 1,
    "1000000": 1_000_000,
    "256M": 256 << 20,
    "256m": 256 << 20,
    "256MB": 256 << 20,
    "2GiB": 2 << 30,
    "2 GiB": 2 << 30,
    "1.5k": 1536,
    "0.001K": 1,
    "4TiB": 4 << 40,
    "9223372036854775807": None,
    "999999999999999999": 10**18 - 1,
    "8388607T": 8388607 << 40,
    "8388608T": None,
    "0": None,
    "0M": None,
    "0.0001K": None,
    "-1": None,
    "": None,
    "M": None,
    "1iB": None,
    "1X": None,
    "1e9": None,
    "nan": None,
    "1.M": None,
    " 1M": None,
    "1M\n": None,
    "٣M": None,
}


@pytest.mark.parametrize("text", SIZES)
def test_sizes_are_bytes(text):
    """K, M, G and T are powers of 1024; what is no size above zero and below 2**63 is refused."""
    if SIZES[text] is None:
        with pytest.raises(typer.BadParameter):
            parse_size(text)
    else:
        assert parse_size(text) == SIZES[text]


def test_a_bad_memory_limit_is_a_usage_error(vdsc, motion):
    """Every command that takes --memlimit says what a size looks like."""
    for command in ("compress", "decompress", "info"):
        result = vdsc(command, "clip.npy", "--memlimit", "much")
        assert result.exit_code == 2
        assert "write 256M, 2GiB" in result.stderr


@given(st.integers(1, 10**6), st.sampled_from([1, 1001, 1000, 7]))
def test_rates_come_back_as_info_prints_them(numerator, denominator):
    """Whatever rate `info --json` prints as a float, --fps reads as the same ratio."""
    rate = Fraction(numerator, denominator)
    text = f"{float(rate)!r}"
    if "e" not in text:
        assert parse_fps(text) == rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("29.97002997002997", Fraction(30000, 1001)),
        ("23.976023976023978", Fraction(24000, 1001)),
        ("29.97", Fraction(2997, 100)),
        ("30000/1001", Fraction(30000, 1001)),
        (".5", Fraction(1, 2)),
        ("60.", Fraction(60)),
        ("1000000", Fraction(10**6)),
        ("0.000000001", Fraction(1, 10**9)),
    ],
)
def test_rates_are_the_ratios_that_are_meant(text, rate):
    """Decimals are exact unless they are how a ratio with a small denominator prints."""
    assert parse_fps(text) == rate


@pytest.mark.parametrize(
    ("text", "least", "most", "number"),
    [("1", 1, 100, 1), ("100", 1, 100, 100), ("0", 1, 100, None), ("101", 1, 100, None),
     ("-1", 0, None, None), ("0", 0, None, 0), ("7.0", 0, None, None), ("", 0, None, None)],
)  # fmt: skip
def test_whole_numbers_stay_within_their_limits(text, least, most, number):
    """Both limits are included; what is not a whole number is refused."""
    if number is None:
        with pytest.raises(typer.BadParameter):
            whole(least, most)(text)
    else:
        assert whole(least, most)(text) == number


@pytest.mark.parametrize(
    ("codec", "lossless", "quality", "words"),
    [
        (None, False, 5, None),
        ("knots", False, 5, None),
        (None, True, None, None),
        ("lossless", True, None, None),
        ("packed", True, None, None),
        ("packed", False, None, None),
        ("knots", True, None, "--lossless and --codec knots differ"),
        ("lossless", False, 5, "--codec or --quality"),
        ("packed", False, 5, "--codec or --quality"),
        (None, True, 5, "--lossless or --quality"),
    ],
)
def test_codec_and_lossless_agree(codec, lossless, quality, words):
    """--lossless goes with an exact codec only; lossy settings belong to no exact one."""
    if words is None:
        check_codec(codec, lossless=lossless, quality=quality)
    else:
        with pytest.raises(typer.BadParameter, match=words):
            check_codec(codec, lossless=lossless, quality=quality)


@pytest.mark.parametrize("codec", ["lossless", "packed"])
def test_exact_codecs_are_chosen_by_name(vdsc, codec):
    """An exact codec that is named takes any numbers as they are, like --lossless."""
    np.save("clip.npy", np.array([1, np.nan, 3], ">f8"))
    assert "lossless, verified" in vdsc("compress", "clip.npy", "--codec", codec).stderr
    call = fake_api.calls[-1]
    assert (call["codec"], call["lossless"], call["dtype"]) == (codec, False, np.dtype(">f8"))


def test_codecs_that_nobody_writes_are_usage_errors(vdsc, motion):
    """A codec that is not known, or only read, is refused by listing those that write."""
    for codec in ("zip", "vdsde"):
        result = vdsc("compress", "clip.npy", "--codec", codec)
        assert result.exit_code == 2
        assert "knots, lossless, packed" in result.stderr
    assert vdsc("compress", "clip.npy", "--codec", "knots").exit_code == 0
    assert fake_api.calls[-1]["codec"] == "knots"


def test_compress_copies_no_more_than_the_limit(vdsc, motion):
    """--memlimit holds to the byte for a pipe and for an archive's member."""
    np.savez_compressed("clips.npz", walk=motion)
    piped = Path("clip.npy").read_bytes()
    for size, line, stdin in (
        (len(piped), "compress - -o a.vds", piped),
        (len(piped), "compress clips.npz -o b.vds", None),
    ):
        below = vdsc(*line.split(), "--memlimit", str(size - 1), stdin=stdin)
        assert below.exit_code == 6
        assert str(size - 1) in below.stderr
        assert vdsc(*line.split(), "--memlimit", str(size), stdin=stdin).exit_code == 0
    assert sorted(os.listdir()) == ["a.vds", "b.vds", "clip.npy", "clips.npz"]


def test_the_memory_limit_reaches_every_reader(vdsc, motion):
    """Both commands that read .vds files pass it on; without it it is 2 GiB."""
    vdsc("compress", "clip.npy")
    for line in ("decompress clip.vds -f", "info clip.vds"):
        for more, limit in (("", 2 << 30), (" --memlimit 5000", 5000)):
            assert vdsc(*(line + more).split()).exit_code == 0
            assert fake_api.calls[-1]["memlimit"] == limit
