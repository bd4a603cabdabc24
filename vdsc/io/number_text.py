"""How the numbers of a column are spelled, so that the same text can be written again.

1.50, -0.25      %.2f        1.5, 1e-05   %r, the shortest that reads back
 1.5,  10.25     %6.2f       "7", "12"    "%.0f"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.errors import InvalidInput

MISSING = frozenset({"", "nan", "na", "n/a", "null", "none"})
"""How a missing number is spelled, in lower case."""

_SPEC = re.compile(r"([ \"']{0,8})%(\+?\d{0,2})((?:\.\d{1,2})?[feEgG]|[rRsS])([ \"']{0,8})")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_NAMED = re.compile(r"[+-]?(?:inf|infinity)", re.IGNORECASE)
_AROUND = " \"'"
_SAMPLE = 256


@dataclass(frozen=True, slots=True)
class Spelling:
    """One format of a column: a specification as above, and the word for a missing number.

    The letters are those of Python's `%`; r is the shortest text that gives back the number in
    the type that it has, s the same without `.0`, R and S with a capital E. Raises InvalidInput for
    any other specification.
    """

    spec: str = "%r"
    missing: str = ""

    def __post_init__(self) -> None:
        if not _SPEC.fullmatch(self.spec) or self.missing.strip(_AROUND).lower() not in MISSING:
            raise InvalidInput(f"{self.spec!r:.40} spells no number")

    @property
    def whole(self) -> bool:
        """Whether it spells integers."""
        return self.spec.strip(_AROUND).endswith(".0f")

    def texts(self, values: NDArray[Any]) -> list[str]:
        """The texts of numbers (n,), floats or integers."""
        left, flags, letter, right = _parts(self.spec)
        if letter in "rRsS":
            made = [f"{left}{text}{right}" for text in _shortest(values, letter, flags)]
        else:
            made = list(map(f"{left}%{flags}{letter}{right}".__mod__, values.tolist()))
        if values.dtype.kind == "f":
            for row in np.flatnonzero(np.isnan(values)).tolist():
                made[row] = self.missing
        return made


def number(cell: str) -> float | None:
    """The number in a cell, NaN where it is missing, or None where the cell holds other text."""
    text = cell.strip().strip("\"'").strip()
    if _NUMBER.fullmatch(text) or _NAMED.fullmatch(text):
        return float(text)
    return float("nan") if text.lower() in MISSING else None


def significant(cell: str) -> int:
    """How many significant digits the text of a number has."""
    return sum(map(str.isdigit, re.split("[eE]", cell)[0].lstrip(" \"'+-0.")))


def best(cells: Sequence[str], values: NDArray[Any]) -> Spelling:
    """The spelling that gives most of the cells (n,) of one column from their numbers (n,)."""
    there = [n for n in np.flatnonzero(~np.isnan(values)).tolist() if cells[n]]
    missing = _usual([cells[n] for n in np.flatnonzero(np.isnan(values))[:_SAMPLE].tolist()])
    sample = there[:: len(there) // _SAMPLE + 1]
    texts, numbers = [cells[n] for n in sample], values[sample]
    tried = [Spelling(spec, missing) for spec in _candidates(texts)]
    return min(tried, key=lambda one: _misses(one, texts, numbers), default=Spelling("%r", missing))


def _misses(spelling: Spelling, texts: list[str], numbers: NDArray[Any]) -> int:
    """How many texts a spelling does not give."""
    made = spelling.texts(numbers)
    return sum(one != other for one, other in zip(made, texts, strict=True))


def _usual(words: list[str]) -> str:
    """The word that occurs most often; nothing where there is none that can be kept."""
    known = [word for word in words if word.strip(_AROUND).lower() in MISSING and len(word) < 16]
    return max(set(known), key=known.count, default="")


def _candidates(texts: list[str]) -> list[str]:
    """Specifications that may fit, the plainest first."""
    if not texts:
        return []
    cores = [text.strip(_AROUND) for text in texts]
    first = texts[0]
    left = first[: len(first) - len(first.lstrip(_AROUND))]
    right = first[len(first.rstrip(_AROUND)) :]
    lengths, flags = set(map(len, texts)), "+" if cores[0].startswith("+") else ""
    if len(lengths) == 1 and any(text.startswith(" ") for text in texts):
        left, flags = "", f"{flags}{min(len(first) - len(right), 99)}"
    specs = [f"{left}%{flags}{letter}{right}" for letter in _letters(cores)]
    return [spec for spec in specs if _SPEC.fullmatch(spec)]


def _letters(cores: list[str]) -> list[str]:
    """Precisions and letters that may give texts without what is around them."""
    mantissas = [re.split("[eE]", core)[0] for core in cores]
    places = sorted({len(one.partition(".")[2]) for one in mantissas})
    digits = max(map(significant, cores))
    upper = any("E" in core for core in cores)
    scientific = all("e" in core.lower() for core in cores)
    most = min(max(places), 99)
    fixed = [f".{most}{'E' if upper else 'e'}"] if scientific else [f".{most}f"]
    wanted = sorted({6, 15, 17, max(1, min(digits, 17))})
    general = [f".{count}{'G' if upper else 'g'}" for count in wanted]
    return [*fixed, *("RS" if upper else "rs"), *general]


def _shortest(values: NDArray[Any], letter: str, flags: str) -> list[str]:
    """The shortest texts that read back as the numbers (n,) in their own type."""
    numbers: list[Any] = values.tolist()
    if values.dtype.kind == "f" and values.itemsize < 8:
        numbers = list(map(float, values.astype(str).tolist()))
    texts = list(map(repr, numbers))
    if letter in "sS":
        texts = [text.removesuffix(".0") for text in texts]
    if letter in "RS":
        texts = [text.upper() for text in texts]
    if "+" in flags:
        texts = [text if text.startswith("-") else f"+{text}" for text in texts]
    width = int(flags.lstrip("+") or 0)
    return [text.rjust(width) for text in texts] if width else texts


def _parts(spec: str) -> tuple[str, str, str, str]:
    """What is left of the number, flags and width, precision and letter, what is right of it."""
    match = _SPEC.fullmatch(spec)
    assert match is not None
    return match[1], match[2], match[3], match[4]
