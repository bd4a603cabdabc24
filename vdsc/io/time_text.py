"""The text of a time column <-> a clock, and what the clock does not say."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from vdsc.core.sequence import Clock, Times
from vdsc.errors import InvalidInput
from vdsc.io.iso_dates import MARK, iso_texts, mark_of
from vdsc.io.number_text import Spelling, best
from vdsc.io.odd_cells import OddCells, unpack
from vdsc.io.regular_times import rate_of
from vdsc.io.spooled_texts import SpooledTexts
from vdsc.io.time_names import UNITS

MOST_BYTES = 1 << 22
"""Text of times that is kept where no clock gives it."""

_SPOOLED = 8 * MOST_BYTES
_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")
Fields = dict[str, Any]


def clock_of(times: Times, texts: SpooledTexts, unit: str) -> tuple[Clock, Fields, bool]:
    """The clock of a time column, the fields of metadata that give its text, and whether they do.

    times: (T,) seconds. The clock has a rate where that gives the text but for a few cells.
    """
    _, first = next(texts.blocks())
    places = max(len(re.split("[eE]", text)[0].partition(".")[2]) for text in first)
    rate = rate_of(times, 0.51 * 10.0**-places / UNITS[unit])
    regular = None if rate is None else Clock(rate, start=float(times[0]))
    listed = Clock(times=times)
    for clock, share in ((regular, 0.01), (listed, 0.05)):
        if clock is not None:
            how, odd = _spelled(clock, texts, unit)
            if len(odd.lines) <= share * len(times) + 2 and not odd.lost:
                return clock, {"format": how, **({"odd": odd.pack()} if odd.lines else {})}, True
    clock = regular or listed
    how, _ = _spelled(clock, texts, unit)
    verbatim = _steps(texts) if texts.size <= _SPOOLED else b""
    if 0 < len(verbatim) <= MOST_BYTES:
        return clock, {"format": how, "texts": verbatim}, True
    return clock, {"format": how}, False


def texts_of(clock: Clock, begin: int, end: int, unit: str, how: str) -> list[str]:
    """The texts of frames begin..end-1."""
    seconds = clock.seconds(begin, end)
    if unit == "date":
        return iso_texts(seconds, how if MARK.fullmatch(how) else "T6")
    return Spelling(how).texts(seconds * UNITS[unit])


class TimeTexts:
    """Writes a time column as it was: `fields` are those of `clock_of`, where they still hold."""

    def __init__(self, clock: Clock, unit: str, fields: Fields) -> None:
        self._clock, self._unit = clock, unit
        self._how = _sound(str(fields.get("format", "%r")), unit)
        self._odd = {row: text for row, _, text in unpack(fields.get("odd"))}
        self._verbatim = _unstepped(fields.get("texts"))

    def texts(self, begin: int, end: int) -> list[str]:
        """The cells of rows begin..end-1."""
        if end <= len(self._verbatim):
            return self._verbatim[begin:end]
        made = texts_of(self._clock, begin, end, self._unit, self._how)
        return [self._odd.get(begin + row, text) for row, text in enumerate(made)]


def _sound(how: str, unit: str) -> str:
    """A format of metadata, or where it is none a plain one."""
    try:
        return how if unit == "date" else Spelling(how).spec
    except InvalidInput:
        return "%r"


def _spelled(clock: Clock, texts: SpooledTexts, unit: str) -> tuple[str, OddCells]:
    """How the times of a clock are spelled best, and the cells that this does not give."""
    odd, how = OddCells(), ""
    for begin, cells in texts.blocks():
        how = how or _format(clock, cells, unit)
        made = texts_of(clock, begin, begin + len(cells), unit, how)
        for row, (cell, other) in enumerate(zip(cells, made, strict=True)):
            if cell != other:
                odd.add(begin + row, 0, cell)
    return how, odd


def _format(clock: Clock, cells: list[str], unit: str) -> str:
    """How the first cells are spelled."""
    if unit == "date":
        return mark_of(cells[0])
    return best(cells, clock.seconds(0, len(cells)) * UNITS[unit]).spec


def _steps(texts: SpooledTexts) -> bytes:
    """Texts as one: of integers the changes of their differences, which are short."""
    cells = [cell for _, block in texts.blocks() for cell in block]
    if not all(map(_WHOLE.fullmatch, cells)):
        return "\n".join(["texts", *cells]).encode()
    step, last, made = 0, 0, ["steps"]
    for number in map(int, cells):
        made.append(str(number - last - step))
        step, last = number - last, number
    return "\n".join(made).encode()


def _unstepped(data: object) -> list[str]:
    """The texts that `_steps` kept; none of what is not ours."""
    kind, *lines = data.decode("utf-8", "replace").split("\n") if isinstance(data, bytes) else [""]
    if kind == "steps" and all(re.fullmatch(r"-?\d{1,20}", line) for line in lines):
        numbers = np.cumsum(np.cumsum(np.array(list(map(int, lines)), object)))
        return [str(number) for number in numbers]
    return lines if kind == "texts" else []
