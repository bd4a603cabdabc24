"""Lists of frame times."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from vdsc.core.sequence import Times, check_times
from vdsc.errors import InvalidInput
from vdsc.io.npy import PARSE_ERRORS
from vdsc.io.spool import open_input


def read_times(path: str) -> Times:
    """(T,) float64 seconds, strictly increasing, from an `.npy` or a text of one number a line."""
    with open_input(path) as stream:
        data = stream.read()
    times = _from_npy(data, path) if data.startswith(b"\x93NUMPY") else _from_text(data, path)
    check_times(times)
    return times


def _from_npy(data: bytes, path: str) -> Times:
    try:
        values: NDArray[np.generic] = np.load(io.BytesIO(data), allow_pickle=False)
    except (*PARSE_ERRORS, EOFError):
        raise InvalidInput(f"{path} is not a sound .npy file; write it with numpy.save") from None
    if values.dtype.kind not in "fiu":
        raise InvalidInput(f"{path} holds {values.dtype.name}; times are numbers of seconds")
    return values.astype(np.float64)


def _from_text(data: bytes, path: str) -> Times:
    """Times of a text; empty lines are skipped."""
    lines = enumerate(data.decode("utf-8", errors="replace").splitlines(), start=1)
    return np.array([_number(line, f"{path}, line {n}") for n, line in lines if line.strip()])


def _number(line: str, where: str) -> float:
    try:
        return float(line)
    except ValueError:
        text = line.strip()[:20]
        raise InvalidInput(f"{where}: {text!r} is not a number; write one a line") from None
