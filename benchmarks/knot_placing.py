"""What placing knots is worth: whole files with knots by the process or by search, and even ones.

    VDSC_DATA=... python -m benchmarks.knot_placing [clips]        all clips if nothing else is said

Bytes are compared at equal error with files that have as many knots, evenly spaced, in each window
and the same effort for their values. Writes benchmarks/knot_placing.json.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import vdsc
from benchmarks.knots import angular_speed, local_mean
from vdsc.bench.clips import Clip, NoData, motion
from vdsc.bench.metrics import mean_angular_error
from vdsc.bench.peers.even_knots import evenly
from vdsc.bench.runner import conditions, to_stderr, write_json

OUT = Path(__file__).with_suffix(".json")
BURSTY = (
    "05_18", "05_19", "05_20", "06_13", "06_14", "06_15", "01_05", "01_14", "03_04", "09_12",
)  # fmt: skip
"""Clips of the training folder that the knot process does not see."""

EVEN_AT, ASKED_AT = (25, 34, 44, 53), (30, 40)
"""Qualities of even knots, which make a curve, and of the others, which are set against it."""

STILL, FAST = 180, 180
"""Frames of the made clip that stand still, and then those of the fastest three seconds."""


def main(words: Sequence[str]) -> None:
    """Measure both sets of clips and the made ones; without data say so."""
    most = int(words[0]) if words else None
    try:
        walks = motion("val")[:most]
        bursty = [clip for clip in motion("train") if clip.name in BURSTY][:most]
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")
        return
    sets = {"walks": walks, "bursty": bursty}
    rows = [row for name, clips in sets.items() for row in _rows(name, clips)]
    made = _made(next(clip for clip in bursty if clip.name == "05_18"))
    write_json(OUT, {"conditions": conditions(), "sets": rows, "made": made})


def _rows(name: str, clips: Sequence[Clip]) -> Iterator[dict[str, Any]]:
    """Each effort beside even knots."""
    for effort in (0, 5, 9):
        with evenly():
            curve = [_coded(clips, quality, effort) for quality in EVEN_AT]
        for quality in ASKED_AT:
            found = _coded(clips, quality, effort)
            more = found["bytes"] / _bytes_at(found["degrees"], curve) - 1
            yield {"set": name, "effort": effort, "quality": quality, **found, "against_even": more}
            to_stderr(f"{name}, effort {effort}, quality {quality}: {found} {more:+.1%}")


def _coded(clips: Sequence[Clip], quality: int, effort: int) -> dict[str, float]:
    """Bytes a clip, error in degrees, and knots a second."""
    files = [_file(clip.values, quality, effort) for clip in clips]
    pairs = [(c.values, vdsc.decompress(f).values) for c, f in zip(clips, files, strict=True)]
    seconds = sum(len(clip.values) for clip in clips) / 60
    return {
        "bytes": sum(map(len, files)) / len(files),
        "degrees": mean_angular_error(pairs),
        "knots_a_second": sum(len(vdsc.inspect_knots(file)) for file in files) / seconds,
    }


def _file(values: NDArray[Any], quality: int, effort: int) -> bytes:
    return vdsc.compress(
        values, fps=60, codec="knots", model="cmu", quality=quality, effort=effort, verify=False
    )


def _bytes_at(degrees: float, curve: Sequence[dict[str, float]]) -> float:
    """Bytes of a curve at an error, between its points on a log scale."""
    errors, sizes = (np.log([point[k] for point in curve[::-1]]) for k in ("degrees", "bytes"))
    return float(np.exp(np.interp(np.log(degrees), errors, sizes)))


def _made(clip: Clip) -> list[dict[str, Any]]:
    """Knots in three seconds of stillness and of the fastest motion, and what a minute costs."""
    speed = local_mean(angular_speed(clip.values, 60.0), FAST)
    begin = int(speed.argmax()) - FAST // 2
    fast = clip.values[begin : begin + FAST]
    still = np.repeat(fast[:1], STILL, axis=0)
    made, rows = np.concatenate([still, fast]), []
    minute = np.concatenate([np.repeat(fast[:1], 3600, axis=0), fast])
    for effort in (0, 5, 9):
        for quality in (34, 75):
            knots = vdsc.inspect_knots(_file(made, quality, effort))
            calm = int((knots < STILL / 60).sum())
            cost = len(_file(minute, quality, effort)) - len(_file(fast, quality, effort))
            rows.append(
                {
                    "effort": effort,
                    "quality": quality,
                    "still_knots": calm,
                    "fast_knots": len(knots) - calm,
                    "still_minute_bytes": cost,
                }
            )
            to_stderr(str(rows[-1]))
    return rows


if __name__ == "__main__":
    main(sys.argv[1:])
