"""What each part of the lossy codec of motion is worth: whole files of clips that nothing saw.

    VDSC_DATA=... python -m benchmarks.motion_study [--untrained FOLDER] [--clips N] [SET]...

Sets are walks (cmu val), bursty (ten clips of stillness and sudden moves that `cmu` was not trained
on) and daz (cmu_daz val). Each contestant lacks one part (`motion_contestants.py`); bytes are
compared at equal error of the angles, clip by clip. Resumable; writes benchmarks/motion_study.json
and .md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import vdsc
from benchmarks.made_motion import made_clips
from benchmarks.motion_contestants import SEARCHED, Contestant, contestants
from benchmarks.motion_errors import errors, skeleton
from vdsc.bench.clips import Clip, NoData, motion, root
from vdsc.bench.curves import bd_rate, bytes_at, front, interval
from vdsc.bench.lossy_tables import table
from vdsc.bench.metrics import CM_PER_UNIT
from vdsc.bench.runner import Journal, conditions, each, put, to_stderr
from vdsc.model.store import by_name

OUT = Path(__file__).with_suffix(".json")
QUALITIES = (20, 30, 42, 56)
ASKED = (0.5, 1.0)
BURSTY = (
    "05_18", "05_19", "05_20", "06_13", "06_14", "06_15", "01_05", "01_14", "03_04", "09_12",
)  # fmt: skip
SETS = {"walks": ("cmu_mb", "cmu"), "bursty": ("cmu_mb", "cmu"), "daz": ("cmu_daz", "cmu_daz")}
"""Corpus and checkpoint of each set of clips."""


def main(words: Sequence[str]) -> None:
    """Measure the sets that are asked for; without data say so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.motion_study")
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--untrained", type=Path, help="a checkpoint of cmu without training")
    parser.add_argument("--clips", type=int, help="how many clips of each set")
    args = parser.parse_args(words)
    try:
        for name in args.sets or SETS:
            run(name, args.clips, args.untrained if SETS[name][1] == "cmu" else None)
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")


def run(name: str, most: int | None, untrained: Path | None) -> None:
    """Measure one set and put its tables beside those of the others."""
    clips, model = _clips(name)[:most], SETS[name][1]
    digest = by_name(model).digest.hex()
    terms = {"clips": [clip.name for clip in clips], "model": digest, "at": QUALITIES}
    journal = Journal(OUT.with_name(f"motion_study_{name}.part.json"), terms)
    with TemporaryDirectory() as scratch:
        who = contestants(model, Path(scratch), untrained)
        jobs = {
            f"{label}, {quality}": partial(_coded, clips, contestant, quality, SETS[name][0])
            for label, contestant in who.items()
            for quality in QUALITIES
        }
        found = iter(each(name, jobs, journal, to_stderr))
        rows = {label: [next(found) for _ in QUALITIES] for label in who}
        made = journal.once("made", lambda: made_clips(clips)) if name == "bursty" else None
    record = {"conditions": conditions(), **terms, "rows": rows, "made": made}
    together = put(OUT, name, {**record, "against": _against(rows)})
    OUT.with_suffix(".md").write_text("\n\n".join(map(_page, together.items())) + "\n")
    journal.close()


def _clips(name: str) -> list[Clip]:
    corpus = SETS[name][0]
    if name == "bursty":
        return [clip for clip in motion("train", corpus) if clip.name in BURSTY]
    return motion("val", corpus)


def _coded(clips: Sequence[Clip], who: Contestant, quality: int, corpus: str) -> list[Any]:
    """Bytes, knots, seconds and errors of each clip."""
    rows = []
    for clip in clips:
        with who.around():
            file = vdsc.compress(
                clip.values, fps=clip.fps, codec="knots", model=str(who.model),
                quality=quality, effort=who.effort, verify=False,
            )  # fmt: skip
        decoded = np.asarray(vdsc.decompress(file).values)
        off = errors(clip.values, decoded, _skeleton(corpus, clip.name), _unit(corpus))
        seconds = len(clip.values) / (clip.fps or 1)
        knots = len(vdsc.inspect_knots(file)) / seconds
        exact = {"bytes": len(file), "knots_a_second": knots, **off}
        rows.append({key: round(value, 4) for key, value in exact.items()})
    return rows


def _skeleton(corpus: str, clip: str) -> Any:
    folder = root() / "mocap" / corpus / "hierarchy"
    own = folder / f"{clip[:2]}.txt"
    return skeleton(own if own.is_file() else folder / "all_subjects.txt")


def _unit(corpus: str) -> float:
    return CM_PER_UNIT if corpus == "cmu_mb" else 1.0


def _against(rows: dict[str, list[Any]]) -> dict[str, Any]:
    """How much larger files are than `SEARCHED`'s at equal error: the mean of clips, and where."""
    out = {}
    for label, tried in rows.items():
        rates = [bd_rate(*(_curve(r, clip) for r in (tried, rows[SEARCHED])))
                 for clip in range(len(tried[0]))]  # fmt: skip
        known = [rate for rate in rates if rate is not None]
        out[label] = {"mean": float(np.mean(known)), "interval": interval(known)}
    return out


def _curve(tried: list[Any], clip: int) -> list[tuple[float, float]]:
    return front((row[clip]["bytes"], row[clip]["degrees"]) for row in tried)


def _page(entry: tuple[str, dict[str, Any]]) -> str:
    """The tables of one set."""
    name, found = entry
    head = ["contestant", "bytes at equal error", "95 of 100"]
    head += [f"B/clip at {asked:g} deg" for asked in ASKED]
    lines = [_line(label, found) for label in found["rows"]]
    count = len(found["clips"])
    parts = [f"## {name}: {count} clips, checkpoint {found['model'][:8]}", table(head, lines)]
    parts += ["Searched, all clips:", _measured(found["rows"][SEARCHED])]
    if found["made"]:
        rows = found["made"]
        parts.append(table(list(rows[0]), [list(map(str, row.values())) for row in rows]))
    return "\n\n".join(parts)


def _line(label: str, found: dict[str, Any]) -> list[str]:
    against = found["against"][label]
    low, high = against["interval"]
    whole = front(
        (np.mean([c["bytes"] for c in row]), np.mean([c["degrees"] for c in row]))
        for row in found["rows"][label]
    )
    at = [bytes_at(whole, asked) for asked in ASKED]
    sizes = [f"{size:,.0f}" if size else "-" for size in at]
    return [label, f"{against['mean']:+.1%}", f"{low:+.1%} to {high:+.1%}", *sizes]


def _measured(rows: list[Any]) -> str:
    """Means over clips at each quality."""
    keys = list(rows[0][0])
    lines = [
        [str(quality), *(f"{np.mean([clip[key] for clip in row]):.3f}" for key in keys)]
        for quality, row in zip(QUALITIES, rows, strict=True)
    ]
    return table(["quality", *keys], lines)


if __name__ == "__main__":
    main(sys.argv[1:])
