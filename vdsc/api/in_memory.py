"""Arrays to bytes and back, all in memory."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from vdsc.api.facts import Info, inspect
from vdsc.api.report import Report
from vdsc.core import memory
from vdsc.core.crop import RegionLike, ScaleLike, as_region, as_scale
from vdsc.core.frame_times import as_seconds
from vdsc.core.plain_numbers import as_rate, as_whole
from vdsc.core.sequence import Sequence, Times

Rate = float | Fraction | str | None
Bound = float | str | ArrayLike | None


@overload
def compress(
    values: ArrayLike,
    *,
    fps: Rate = ...,
    times: ArrayLike | None = ...,
    codec: str = ...,
    lossless: bool = ...,
    max_error: Bound = ...,
    psnr: float | None = ...,
    target_size: int | None = ...,
    missing: str | None = ...,
    parts: float | None = ...,
    verify: bool = ...,
    report: Literal[False] = ...,
    **settings: Any,
) -> bytes: ...


@overload
def compress(
    values: ArrayLike,
    *,
    fps: Rate = ...,
    times: ArrayLike | None = ...,
    codec: str = ...,
    lossless: bool = ...,
    max_error: Bound = ...,
    psnr: float | None = ...,
    target_size: int | None = ...,
    missing: str | None = ...,
    parts: float | None = ...,
    verify: bool = ...,
    report: Literal[True],
    **settings: Any,
) -> tuple[bytes, Report]: ...


def compress(
    values: ArrayLike,
    *,
    fps: Rate = None,
    times: ArrayLike | None = None,
    codec: str = "",
    lossless: bool = False,
    max_error: Bound = None,
    psnr: float | None = None,
    target_size: int | None = None,
    missing: str | None = None,
    parts: float | None = None,
    verify: bool = True,
    report: bool = False,
    **settings: Any,
) -> bytes | tuple[bytes, Report]:
    """The .vds file of an array (T, ...), and with `report` what was achieved.

    fps frames per second (else the model's own), or times (T,) seconds. With `lossless` every bit
    of any numeric array comes back; with `max_error` no value is off by more (a number, "1%" of
    what each channel ranges over, or one number a channel); with `psnr` or `target_size` the
    quality is the one that reaches so many dB of the values' range, or fits into so many bytes.
    missing: "nan" if NaNs are gaps that come back where they were. parts: seconds of the parts
    that are decoded alone, so that any of it is read without the rest; a long sequence has such by
    itself, and 0 asks for none. `settings` are those of `vdsc.codecs.knots.settings.KnotSettings`
    (model, quality, knots, grid, seed, device, effort), or of the codec that is named. verify:
    decode each chunk as it is made. Raises VdscError.
    """
    from vdsc.api.requests import encode
    from vdsc.io.source import array_source

    for name in {"quality", "seed", "effort"} & settings.keys():
        settings[name] = as_whole(settings[name], name)
    stream = io.BytesIO()
    found = encode(
        array_source(values, exact=_exact(codec, settings, lossless=lossless)),
        stream,
        fps=_rate(fps),
        times=_seconds(times),
        codec=codec,
        lossless=lossless,
        max_error=_bound(max_error),
        psnr=psnr,
        target_size=target_size,
        missing=missing,
        parts=parts,
        verify=verify,
        **settings,
    )
    return (stream.getvalue(), found) if report else stream.getvalue()


def decompress(
    data: bytes,
    *,
    fps: Rate = None,
    times: ArrayLike | None = None,
    region: RegionLike | None = None,
    scale: ScaleLike = 1,
    memlimit: int = memory.DEFAULT,
) -> Sequence:
    """The sequence in a .vds file, at its own times, at `fps`, or at `times` (seconds).

    region: the part of each frame that is wanted, as text ("10:50,:") or slices over its axes.
    scale: how large frames are, such as 2 or "1/2" (codec `field`); the region is one at that
    scale. Raises VdscError.
    """
    from vdsc.api.decoding import decode

    decoding = decode(
        io.BytesIO(data),
        fps=_rate(fps),
        times=_seconds(times),
        region=() if region is None else as_region(region),
        scale=as_scale(scale),
        memlimit=memlimit,
    )
    values = np.concatenate(list(decoding), dtype=decoding.outline.dtype)
    return Sequence(values, decoding.outline.clock, decoding.meta)


def info(data: bytes, *, memlimit: int = memory.DEFAULT) -> Info:
    """What a .vds file says of itself; of a short file of knots its checkpoint is needed for that.

    Raises VdscError.
    """
    return inspect(io.BytesIO(data), memlimit=memlimit)


def inspect_knots(data: bytes) -> Times:
    """Times (K,) seconds of all knots of a .vds file, seams once; needs the file's checkpoint."""
    from vdsc.api.knots import knot_times

    return knot_times(data)


def _exact(codec: str, settings: dict[str, Any], *, lossless: bool) -> bool | None:
    """Whether values are taken as they are; None if that depends on what they are."""
    from vdsc.codecs.registry import ANY

    if lossless or codec in ANY:
        return True
    return False if codec or settings.get("model") else None


def _bound(error: Any) -> str | float | tuple[float, ...] | None:
    """An error as a number, as text, or as the numbers of all channels."""
    if error is None or isinstance(error, str):
        return error
    numbers = tuple(float(one) for one in np.ravel(np.asarray(error, dtype=np.float64)))
    return numbers[0] if np.ndim(error) == 0 else numbers


def _rate(fps: object | None) -> Fraction | None:
    return None if fps is None else as_rate(fps)


def _seconds(times: ArrayLike | None) -> Times | None:
    return None if times is None else as_seconds(times)
