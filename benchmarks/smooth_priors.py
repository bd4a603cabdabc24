"""Priors smoother than OU: files whose paths are the mean of integrated OU or of Matern 3/2.

    VDSC_DATA=... python -m benchmarks.smooth_priors [--clips N] [SET]...

Sets are walks, daz and bursty, as in `motion_study.py`, refitted and digits. Files of motion are
made and read with the shipped checkpoints, their paths alone being another (`smooth_paths.py`);
bytes are compared with the cubic spline's at equal error of the angles, clip by clip:

    own knots     each prior's search finds the knots that suit its paths
    same knots    those of the knot process, which asks for no path

Networks, learned law and the search's settings are those made for the spline. So `refitted` says of
walks with the same knots what their values cost under a simple law of their own (`simple_law.py`).
Of digits only the posterior's path is fitted (`digit_paths.py`). Resumable; writes
benchmarks/smooth_priors.json and .md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import vdsc
from benchmarks.digit_paths import digits, digits_part
from benchmarks.motion_study import BURSTY
from benchmarks.motion_study import SETS as CORPORA
from benchmarks.simple_law import ONE, KnotSteps, cross_bits, recorded
from benchmarks.smooth_paths import SMOOTH, SPLINE, SmoothPrior, paths_of
from vdsc.bench.clips import Clip, NoData, motion
from vdsc.bench.curves import bd_rate, front, interval
from vdsc.bench.lossy_tables import table
from vdsc.bench.metrics import mean_angular_error
from vdsc.bench.runner import Journal, conditions, each, put, to_stderr
from vdsc.codecs.knots import checkpoints, coding
from vdsc.model.store import by_name

OUT = Path(__file__).with_suffix(".json")
QUALITIES = (20, 30, 42, 56)
ALIKE = "same knots"
EFFORTS = {"own knots": 5, ALIKE: 0}
HALVES = {"all": slice(0, 4), "coarse": slice(0, 2), "fine": slice(2, 4)}
OU = SmoothPrior("OU", 0.2)
"""The rate is that of the median dimension of `cmu`: in effect straight lines."""

NOTE = (
    "Paths between knots that are the mean of other priors, made and read with networks, law and "
    "search as they are for the cubic spline. Brackets hold 95 of 100 means of clips drawn again. "
    "No rate was chosen on other clips: the best of a column is flattered. Coarse are qualities "
    f"{QUALITIES[0]} to {QUALITIES[1]}, fine {QUALITIES[2]} to {QUALITIES[3]}; a clip counts where "
    "both curves reach common errors."
)

SETS = ("walks", "daz", "bursty", "refitted", "digits")


def main(words: Sequence[str]) -> None:
    """Measure the sets that are asked for; without data say so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.smooth_priors")
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--clips", type=int, help="how many clips of each set")
    args = parser.parse_args(words)
    try:
        for name in args.sets or SETS:
            found = OTHERS[name](args.clips) if name in OTHERS else files(name, args.clips)
            together = put(OUT, name, {"conditions": conditions(), **found})
            OUT.with_suffix(".md").write_text(page(together), encoding="utf-8")
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")


def files(name: str, most: int | None) -> dict[str, Any]:
    """Bytes and degrees of each clip under each prior, and how they compare with the spline's."""
    corpus, model = CORPORA[name]
    split = "train" if name == "bursty" else "val"
    clips = [c for c in motion(split, corpus) if name != "bursty" or c.name in BURSTY][:most]
    priors = _priors()
    names = [clip.name for clip in clips]
    terms = {"clips": names, "model": by_name(model).digest.hex(), "at": QUALITIES}
    journal = Journal(OUT.with_name(f"smooth_priors_{name}.part.json"), terms)
    jobs = {
        f"{knots}, {label}": partial(_coded, clips, model, prior, effort)
        for knots, effort in EFFORTS.items()
        for label, prior in priors.items()
    }
    found = iter(each(name, jobs, journal, to_stderr))
    rows = {knots: {label: next(found) for label in priors} for knots in EFFORTS}
    journal.close()
    return {**terms, "rows": rows, "against": {k: against(r) for k, r in rows.items()}}


def _priors() -> dict[str, SmoothPrior | None]:
    return {SPLINE: None, **{prior.name: prior for prior in (OU, *SMOOTH)}}


def _coded(clips: Sequence[Clip], model: str, prior: SmoothPrior | None, effort: int) -> Any:
    """Bytes, knots and degrees of each clip at each quality."""
    with paths_of(prior):
        return [[_trial(clip, model, quality, effort) for clip in clips] for quality in QUALITIES]


def _trial(clip: Clip, model: str, quality: int, effort: int) -> dict[str, float]:
    file = _file(clip, model, quality, effort)
    knots = len(vdsc.inspect_knots(file))
    return {"bytes": len(file), "knots": knots, "degrees": _degrees(clip, file)}


def _file(clip: Clip, model: str, quality: int, effort: int) -> bytes:
    return vdsc.compress(
        clip.values, fps=clip.fps, codec="knots", model=model, quality=quality, effort=effort,
        verify=False,
    )  # fmt: skip


def _degrees(clip: Clip, file: bytes) -> float:
    decoded = np.asarray(vdsc.decompress(file).values)
    return round(mean_angular_error([(clip.values, decoded)]), 4)


def refitted(most: int | None) -> dict[str, Any]:
    """Bytes of the values of walks on the same knots under a law that is fitted to them."""
    corpus, model = CORPORA["walks"]
    clips = motion("val", corpus)[:most]
    rows = {label: _under_own_law(clips, model, prior) for label, prior in _priors().items()}
    terms = {"clips": [clip.name for clip in clips], "model": by_name(model).digest.hex()}
    return {**terms, "at": QUALITIES, "rows": {ALIKE: rows}, "against": {ALIKE: against(rows)}}


def _under_own_law(clips: Sequence[Clip], model: str, prior: SmoothPrior | None) -> list[Any]:
    """Bytes and degrees of each clip at each quality."""
    tables, rows = checkpoints.tables(by_name(model)), []
    for quality in QUALITIES:
        cell = coding.grid(tables, tables.row(quality), is_open=True).steps / ONE
        steps: list[KnotSteps] = []
        off = []
        for clip in clips:
            drawn: list[KnotSteps] = []
            with paths_of(prior):
                with recorded(drawn):
                    file = _file(clip, model, quality, EFFORTS[ALIKE])
                off.append(_degrees(clip, file))
            steps.append(KnotSteps.joined(drawn))
        sizes = [b / 8 for b in cross_bits(steps, cell)]
        rows.append([{"bytes": b, "degrees": d} for b, d in zip(sizes, off, strict=True)])
    return rows


def against(rows: dict[str, Any]) -> dict[str, Any]:
    """How much larger files are than the spline's at equal error: mean over clips, and where."""
    return {
        label: {half: _rate(tried[some], rows[SPLINE][some]) for half, some in HALVES.items()}
        for label, tried in rows.items()
    }


def _rate(tried: list[Any], usual: list[Any]) -> dict[str, Any]:
    """Clips whose errors have nothing in common do not count; `clips` says how many do."""
    rates = [bd_rate(_curve(tried, i), _curve(usual, i)) for i in range(len(usual[0]))]
    known = [rate for rate in rates if rate is not None]
    if not known:
        return {"mean": None, "interval": None, "clips": 0}
    return {"mean": float(np.mean(known)), "interval": interval(known), "clips": len(known)}


def _curve(rows: list[Any], clip: int) -> list[tuple[float, float]]:
    return front((row[clip]["bytes"], row[clip]["degrees"]) for row in rows)


def page(found: dict[str, Any]) -> str:
    """The tables of all sets."""
    parts = [digits_part(f) if name == "digits" else _part(name, f) for name, f in found.items()]
    return "\n\n".join([NOTE, *parts]) + "\n"


def _part(name: str, found: dict[str, Any]) -> str:
    rates = found["against"]
    head = ["path", *(f"{knots}, {half}" for knots in rates for half in HALVES)]
    lines = [
        [label, *(_cell(rates[knots][label][half]) for knots in rates for half in HALVES)]
        for label in rates[ALIKE]
        if label != SPLINE
    ]
    title = f"## {name}: {len(found['clips'])} clips, checkpoint {found['model'][:8]}"
    said = "Values under a simple law fitted to them: bytes" if name == "refitted" else "Bytes"
    return f"{title}\n\n{said} at equal error, beside the cubic spline's.\n\n{table(head, lines)}"


def _cell(rate: dict[str, Any]) -> str:
    if rate["mean"] is None:
        return "-"
    low, high = rate["interval"]
    return f"{rate['mean']:+.1%} ({low:+.1%} to {high:+.1%})"


OTHERS = {"refitted": refitted, "digits": digits}
"""What measures sets that are no whole files."""


if __name__ == "__main__":
    main(sys.argv[1:])
