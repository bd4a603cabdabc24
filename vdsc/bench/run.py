"""`python -m vdsc.bench.run`: measure every codec, then write JSON, tables and pictures.

clips --Peer.encode--> files --Peer.decode--> values     every peer, setting and clip
  '----------- Point: bytes, error, seconds ----'
Points --> results.json, <domain>.md, <domain>.png, knots.png
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sys
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import vdsc
from vdsc.bench import knots, measure, plot, report
from vdsc.bench.data import NoData
from vdsc.bench.domains import DOMAINS, Domain
from vdsc.bench.peers import ours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vdsc.bench.measure import Point

LIBRARIES = ("vdsc", "numpy", "torch", "constriction", "av", "zstandard", "zfpy")
KNOT_QUALITY = 25


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; without data say so in one line and succeed."""
    args = arguments().parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        for name in DOMAINS if args.domain == "all" else [args.domain]:
            domain = only(DOMAINS[name](args.clips, args.quality), args.only)
            write(domain, measure.points(domain, measure.to_stderr), args.out)
    except NoData as missing:
        measure.to_stderr(f"benchmark skipped: {missing}")
    return 0


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m vdsc.bench.run", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--domain", choices=[*DOMAINS, "all"], default="all")
    parser.add_argument(
        "--clips", type=int, help="how many clips (default: all of cmu, 32 of digits)"
    )
    parser.add_argument("--quality", type=qualities, default=ours.QUALITIES, help="5,15,..,95")
    parser.add_argument("--only", action="append", default=[], help="a codec by name; repeatable")
    parser.add_argument("--out", type=Path, default=Path("benchmarks"), help="where results go")
    return parser


def qualities(text: str) -> tuple[int, ...]:
    """Read whole numbers between commas."""
    return tuple(int(part) for part in text.split(","))


def only(domain: Domain, names: Sequence[str]) -> Domain:
    """Keep the peers that are named, or all where none is."""
    kept = tuple(peer for peer in domain.peers if not names or peer.name in names)
    if not kept:
        raise SystemExit(f"no such codec in {domain.name}: {', '.join(names)}")
    return replace(domain, peers=kept)


def write(domain: Domain, points: list[Point], out: Path) -> None:
    """Put one domain's results into results.json, its tables and its picture, and print them."""
    record = {
        "conditions": conditions(),
        "unit": domain.unit,
        "codecs": {peer.name: peer.note for peer in domain.peers},
        "answers": report.answers(domain, points),
        "points": [asdict(point) for point in points],
    }
    if domain.name == "cmu" and any(peer.name == ours.LEARNED for peer in domain.peers):
        record["knots"] = study(domain, out)
    merge(out / "results.json", domain.name, record)
    tables = report.markdown(domain, points)
    (out / f"{domain.name}.md").write_text(tables, encoding="utf-8")
    plot.draw(domain, points, out / f"{domain.name}.png")
    sys.stdout.write(tables + "\n")


def study(domain: Domain, out: Path) -> dict[str, Any]:
    """Look at the knots of every clip, and draw those of the longest one."""
    peer = next(peer for peer in domain.peers if peer.name == ours.LEARNED)
    traces = []
    for clip in domain.clips:
        times = vdsc.inspect_knots(peer.encode(clip.values, (KNOT_QUALITY,)))
        traces.append(knots.trace(clip, np.asarray(times, np.float64)))
    knots.draw(max(traces, key=lambda one: len(one.times)), out / "knots.png")
    found = {"quality": KNOT_QUALITY, **knots.study(traces)}
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return found


def merge(path: Path, name: str, record: dict[str, Any]) -> dict[str, Any]:
    """Replace one domain in a file of results, keep the others, and return all of them."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    together = {**kept, name: record}
    text = json.dumps(together, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return together


def conditions(libraries: Sequence[str] = LIBRARIES) -> dict[str, Any]:
    """When and on what this ran."""
    return {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "cores": len(os.sched_getaffinity(0)),
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in libraries},
    }


def _version(name: str) -> str | None:
    """The installed version of a library, if any."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
