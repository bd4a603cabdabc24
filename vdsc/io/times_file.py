"""Lists of frame times, and of other numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.core.frame_times import as_seconds
from vdsc.core.sequence import Times
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.npy import MAGIC, rows_of
from vdsc.io.spool import open_input, spoken

TEXT_BYTES = 2**30
"""How long a list of times may be."""

_LIST = re.compile(r"[-+.0-9eE]+(\s*,\s*[-+.0-9eE]+)*")
_WHOLE = re.compile(r"[+-]?\d{1,18}")


def times_of(text: str) -> Times:
    """Times that are written as 0,0.5,1 or that the file of this name lists; see `read_times`.

    A file that is there under such a name is meant.
    """
    if not _LIST.fullmatch(text) or text == "-" or Path(text).exists():
        return read_times(text)
    parts = text.split(",")
    return as_seconds(np.array([_number(part.strip(), "the times") for part in parts]))


def read_times(path: str) -> Times:
    """Return (T,) float64 seconds, strictly increasing, of a file.

    The file is an `.npy` of seconds, of timedelta64 or of datetime64, or a text (UTF-8, with or
    without a byte order mark) of one number of seconds a line.
    """
    try:
        return as_seconds(_listed(path))
    except InvalidInput as error:
        raise InvalidInput(f"{spoken(path)}: {error}") from None


def read_numbers(path: str) -> tuple[float, ...]:
    """The numbers of a file: an `.npy`, or a text of one number a line."""
    numbers = _listed(path)
    if numbers.dtype.kind not in "fiu":
        raise InvalidInput(f"{spoken(path)} holds {numbers.dtype}; write numbers")
    return tuple(numbers.astype(np.float64).ravel().tolist())


def _listed(path: str) -> NDArray[Any]:
    """What a file lists, in the type that it has there."""
    name = spoken(path)
    with open_input(path, limit=TEXT_BYTES) as stream:
        binary = stream.read(len(MAGIC)) == MAGIC
        stream.seek(0)
        return rows_of(stream, name) if binary else _from_text(stream.read(), name)


def _from_text(data: bytes, name: str) -> NDArray[Any]:
    """Times of a text; empty lines are skipped. They are int64 if all are whole numbers."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        words = f"{name}, line {line} is not UTF-8 text; write one number of seconds a line"
        raise InvalidInput(words) from None
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), start=1)]
    numbers = [_number(line, f"{name}, line {n}") for n, line in lines if line]
    whole = all(_WHOLE.fullmatch(line) for _, line in lines if line)
    return np.array(numbers, np.float64).astype(np.int64 if whole and numbers else np.float64)


def _number(line: str, where: str) -> float:
    try:
        return float(line)
    except ValueError:
        text = printable(line[:20])
        raise InvalidInput(f"{where}: '{text}' is not a number of seconds") from None
