"""How far a checkpoint beats the codec that needs none, on data that it was not trained on."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from vdsc.api.jobs import LEARNED, dated, job
from vdsc.api.rival import at_equal_error
from vdsc.errors import InvalidInput
from vdsc.io.source import array_source

CLIPS, QUALITY = 5, 50
"""Clips that are coded, and how finely."""


def against_plain(out: Path, clips: list[NDArray[Any]], of_what: str) -> str:
    """Bytes of a checkpoint's files by those of the plain codec at equal error, in words."""
    learned = plain = count = 0
    for values in clips[:CLIPS]:
        source = array_source(values)
        outline = dated(source, str(out), None, None)
        asked = job(LEARNED, {"model": str(out), "quality": QUALITY}, verify=False)
        try:
            report = asked.write(source, outline, io.BytesIO())
        except InvalidInput:
            continue
        other = at_equal_error(source, outline, report)
        if other is not None:
            learned, plain = learned + report.file_bytes, plain + other.file_bytes
            count += 1
    if not count:
        return f"of {of_what} no clip could be compared with codec 'linear'"
    share = float(Fraction(learned, plain))
    return f"{count} clips of {of_what}: {share:.2f} of the bytes of codec 'linear' at equal error"
