"""`vdsc bench`: every codec that is asked for, run for real on a user's own array.

array --Contestant--> file --decode--> values      one Entry: bytes, seconds each way, error
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vdsc.bench.contestants import Contestant, Run, contestant
from vdsc.bench.peers.peer import Values
from vdsc.bench.runner import timed
from vdsc.errors import InvalidInput, VdscError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one codec did: its file's bytes, seconds, and the largest error of any value.

    error: None where every bit came back. kept: whether it did what it was asked for. A codec that
    did not run has `note` alone, which says why.
    """

    codec: str
    note: str
    size: int | None = None
    ratio: float | None = None
    encode_seconds: float | None = None
    decode_seconds: float | None = None
    error: float | None = None
    kept: bool = False

    def as_dict(self) -> dict[str, Any]:
        """All of it for JSON."""
        return asdict(self)


def entries(
    values: Values,
    codecs: Sequence[str],
    error: float | None,
    tick: Callable[[int, int, str], None] | None = None,
) -> Iterator[Entry]:
    """Run each codec on values (T, ...), without loss or within an error.

    tick: is told how many codecs are done, of how many, and the name of the next one.
    """
    for done, name in enumerate(codecs):
        if tick:
            tick(done, len(codecs), name)
        yield entry(name, values, error)


def entry(name: str, values: Values, error: float | None) -> Entry:
    """Run one codec; what it does not take, and what it lacks, is said in the note."""
    try:
        found = contestant(name, values, error)
        tried = [_tried(name, found, run, values, error) for run in found.runs]
    except ModuleNotFoundError as missing:
        words = f"skipped: {missing.name} is not installed: pip install 'vdsc[bench]'"
        return Entry(codec=name, note=words)
    except VdscError as refusal:
        return Entry(codec=name, note=f"skipped: {refusal}")
    except Exception as fault:  # whatever a peer's library raises for what it does not take
        words = " ".join(str(fault).split())[:100] or type(fault).__name__
        return Entry(codec=name, note=f"failed: {words}")
    return min(tried, key=lambda one: (not one.kept, one.size))


def share_of(values: Values, text: str) -> float:
    """An error as a number: "0.01", or "1%" of what all finite values range over.

    Raises InvalidInput for other words.
    """
    from vdsc.codecs.bounded.bounded_settings import BoundedSettings

    settings = BoundedSettings(text)
    if not settings.share:
        return settings.numbers[0]
    finite = values[np.isfinite(values)] if values.dtype.kind in "fc" else values
    if values.dtype.kind not in "fiu" or not finite.size:
        raise InvalidInput("a share of a range needs finite integers or floats; give a number")
    return settings.numbers[0] * (float(finite.max()) - float(finite.min()))


def _tried(name: str, found: Contestant, run: Run, values: Values, error: float | None) -> Entry:
    """Encode and decode once; the largest difference of any value is measured, not believed."""
    (made, decode), encoding = timed(run)
    decoded, decoding = timed(decode)
    size = found.size(made)
    same = decoded.dtype == values.dtype and decoded.tobytes() == values.tobytes()
    off = None if same else _largest_difference(values, decoded)
    return Entry(
        codec=name,
        note=found.note,
        size=size,
        ratio=values.nbytes / size,
        encode_seconds=encoding,
        decode_seconds=decoding,
        error=off,
        kept=same or (error is not None and off is not None and off <= error),
    )


def _largest_difference(values: Values, decoded: Values) -> float:
    """The largest difference; infinite where a NaN or an infinity is not where it was."""
    if decoded.shape != values.shape or values.dtype.kind not in "fiu":
        return float("inf")
    ours, theirs = (array.astype(np.longdouble) for array in (values, decoded))
    finite = np.isfinite(ours)
    if not np.array_equal(ours[~finite], theirs[~finite], equal_nan=True):
        return float("inf")
    if not np.isfinite(theirs[finite]).all():
        return float("inf")
    return float(np.abs(ours[finite] - theirs[finite]).max(initial=0))
