"""Numbers that users give, of whatever type, as the exact numbers that are meant."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np

from vdsc.errors import InvalidInput

NTSC = 1001
"""The denominator of 24000/1001, 30000/1001 and 60000/1001 frames per second."""

FINEST = 10**9
"""The largest denominator of a rate that was given as a float."""

_TEXT = re.compile(r"\d{1,19}(\.\d{0,19})?|\.\d{1,19}|\d{1,19}/\d{1,19}")


def as_whole(number: object, name: str) -> int:
    """Return the integer `number`, which may be a NumPy scalar or an array of no axes.

    Raises:
        InvalidInput: it is no integer; True and False, and 7.0, are none.
    """
    plain = _plain(number)
    if type(plain) is not int:
        raise InvalidInput(f"{name} must be a whole number, not {plain!r:.60}")
    return plain


def as_rate(fps: object) -> Fraction:
    """Return the frames per second that `fps` means: 29.97 is 2997/100.

    `fps` is an int, Fraction, float, Decimal, NumPy scalar, array of no axes, or text such as
    "30000/1001". A float is the simplest ratio that prints as it does: 29.97002997002997, which is
    how 30000/1001 prints, is 30000/1001.

    Raises:
        InvalidInput: it is no number, or not above zero.
    """
    plain = _plain(fps)
    try:
        rate = _of_text(plain) if isinstance(plain, str) else _of_number(plain)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        rate = Fraction(0)
    if rate <= 0:
        raise InvalidInput(f"fps must be a number above zero, such as 29.97, not {plain!r:.60}")
    return rate


def _plain(number: object) -> object:
    """Return a NumPy scalar or an array of no axes as the Python number that prints the same."""
    if isinstance(number, np.floating):
        return float(str(number))  # np.float32(29.97) is meant to be 29.97, not 29.969999313
    if isinstance(number, np.generic):
        return number.item()
    if getattr(number, "shape", None) == () and hasattr(number, "item"):
        return _plain(number[()]) if isinstance(number, np.ndarray) else number.item()
    return number


def _of_number(number: Any) -> Fraction:
    if isinstance(number, bool):
        raise TypeError
    return _simplest(number) if isinstance(number, float) else Fraction(number)


def _of_text(text: str) -> Fraction:
    """Raises ValueError for what could be a number of a million digits, too."""
    if not _TEXT.fullmatch(text.strip()):
        raise ValueError(text)
    exact = Fraction(text.strip())
    if "." not in text:
        return exact
    ratio = exact.limit_denominator(NTSC)
    return ratio if float(ratio) == float(exact) else exact


def _simplest(number: float) -> Fraction:
    """Return the ratio with the smallest denominator among a few kinds that is this float."""
    exact = Fraction(number)
    for denominator in (NTSC, 1 << 20, FINEST):
        ratio = exact.limit_denominator(denominator)
        if float(ratio) == number:
            return ratio
    decimal = Fraction(repr(number))
    return decimal if decimal.denominator < 1 << 63 else decimal.limit_denominator(FINEST)
