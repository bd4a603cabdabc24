"""`python -m vdsc.bench lossy`: measure every codec, then write JSON, tables and pictures.

clips --Peer.encode--> files --Peer.decode--> values     every peer, setting and clip
  '----------- Point: bytes, error, seconds ----'
Points --> results.json, <domain>.md, <domain>.png
A run that was stopped goes on where it was: the same command again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from vdsc.bench import lossy_picture, lossy_tables
from vdsc.bench.lossy_domains import DOMAINS, LossyDomain
from vdsc.bench.lossy_points import Point, points
from vdsc.bench.peers import ours
from vdsc.bench.runner import Journal, arguments, conditions, put, run_domains


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; without data say so in one line and succeed."""
    parser = arguments("lossy", __doc__, list(DOMAINS))
    parser.add_argument("--quality", type=qualities, default=ours.QUALITIES, help="5,15,..,95")
    args = parser.parse_args(argv)
    return run_domains(args, list(DOMAINS), lambda name: run(name, args))


def run(name: str, args: argparse.Namespace) -> None:
    """Measure one domain and write its results."""
    domain = only(DOMAINS[name](args.clips, args.quality), args.only)
    terms = {"clips": [clip.name for clip in domain.clips], "conditions": conditions()}
    journal = Journal(args.out / f"{name}.part.json", terms)
    write(domain, points(domain, journal), args.out)
    journal.close()


def qualities(text: str) -> tuple[int, ...]:
    """Read whole numbers between commas."""
    return tuple(int(part) for part in text.split(","))


def only(domain: LossyDomain, names: Sequence[str]) -> LossyDomain:
    """Keep the peers that are named, or all where none is."""
    kept = tuple(peer for peer in domain.peers if not names or peer.name in names)
    if not kept:
        raise SystemExit(f"no such codec in {domain.name}: {', '.join(names)}")
    return replace(domain, peers=kept)


def write(domain: LossyDomain, found: list[Point], out: Path) -> None:
    """Put one domain's results into results.json, its tables and its picture, and print them."""
    record = {
        "conditions": conditions(),
        "unit": domain.unit,
        "codecs": {peer.name: peer.note for peer in domain.peers},
        "answers": lossy_tables.answers(domain, found),
        "points": [asdict(point) for point in found],
    }
    put(out / "results.json", domain.name, record)
    tables = lossy_tables.markdown(domain, found)
    (out / f"{domain.name}.md").write_text(tables, encoding="utf-8")
    lossy_picture.draw(domain, found, out / f"{domain.name}.png")
    sys.stdout.write(tables + "\n")
