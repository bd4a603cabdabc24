"""Arrays to bytes and back, all in memory."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vdsc.api.facts import Info, inspect
from vdsc.core.sequence import Sequence, Times
from vdsc.errors import InvalidInput


def compress(
    values: ArrayLike,
    *,
    fps: float | Fraction | None = None,
    times: ArrayLike | None = None,
    model: str | None = None,
    quality: int = 75,
    knots: str = "learned",
    grid: str = "prior",
    device: str = "auto",
    seed: int = 0,
    lossless: bool = False,
    verify: bool = True,
) -> bytes:
    """The .vds file of values (T, D) float or (T, H, W[, C]) uint8, or lossless of any numbers.

    fps frames per second (else the checkpoint's own), or times (T,) seconds; model a name or a
    folder (else picked by shape); quality 1..100; knots "learned" or "full", one at every frame;
    grid "prior" or "rec", how the times of learned knots are coded, or "auto" for the smaller.
    With `lossless` every bit of any numeric array (T, ...) comes back, and only fps, times and
    verify (decode each chunk as it is made) count. Raises VdscError.
    """
    from vdsc.io.source import array_source

    stream = io.BytesIO()
    if lossless and grid == "rec":
        raise InvalidInput("a lossless file has no grid 'rec'; its knots are coded by bits-back")
    if lossless:
        from vdsc.api.lossless import encode_exactly

        source = array_source(_array(values), exact=True)
        encode_exactly(source, stream, fps=_rate(fps), times=_seconds(times), verify=verify)
        return stream.getvalue()
    from vdsc.api.encoding import encode

    encode(
        array_source(_array(values)),
        stream,
        fps=_rate(fps),
        times=_seconds(times),
        model=model,
        quality=quality,
        knots=knots,
        grid=grid,
        device=device,
        seed=seed,
    )
    return stream.getvalue()


def decompress(
    data: bytes,
    *,
    fps: float | Fraction | None = None,
    times: ArrayLike | None = None,
    device: str = "auto",
) -> Sequence:
    """The sequence in a .vds file, at its own times, at `fps`, or at `times` (seconds).

    Raises VdscError.
    """
    from vdsc.api.decoding import decode

    decoding = decode(io.BytesIO(data), fps=_rate(fps), times=_seconds(times), device=device)
    values = np.concatenate(list(decoding), dtype=decoding.outline.dtype)
    return Sequence(values, decoding.outline.clock)


def info(data: bytes) -> Info:
    """What a .vds file says of itself; needs no checkpoint. Raises VdscError."""
    return inspect(io.BytesIO(data))


def inspect_knots(data: bytes) -> Times:
    """Times (K,) seconds of all knots of a .vds file, seams once; needs the file's checkpoint."""
    from vdsc.api.knots import knot_times

    return knot_times(data)


def _array(values: ArrayLike) -> NDArray[np.generic]:
    try:
        return np.asarray(values)
    except (TypeError, ValueError):
        raise InvalidInput("values must be one array: each frame as long as the others") from None


def _rate(fps: float | Fraction | None) -> Fraction | None:
    """Frames per second as a ratio of numbers that people mean: 29.97 is 2997/100."""
    if fps is None:
        return None
    try:
        return Fraction(fps).limit_denominator(1 << 20)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise InvalidInput(f"fps must be a number above zero, not {fps!r}") from None


def _seconds(times: ArrayLike | None) -> Times | None:
    if times is None:
        return None
    try:
        return np.array(times, np.float64)
    except (TypeError, ValueError):
        raise InvalidInput("times must be one list of numbers of seconds") from None
