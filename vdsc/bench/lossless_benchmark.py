"""`python -m vdsc.bench lossless`: measure every lossless codec, write JSON, tables, a picture.

clips --Peer.encode--> files --Peer.decode--> the same bits, or the run stops
  '----------- Row: bytes, bits, seconds -----'
Rows --> lossless.json --> lossless.md, lossless.png       all domains that the JSON file holds
A run that was stopped goes on where it was: the same command again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vdsc.bench import lossless_picture, lossless_tables
from vdsc.bench.lossless_domains import DOMAINS, LosslessDomain
from vdsc.bench.lossless_rows import Row, rows, sizes
from vdsc.bench.runner import Journal, arguments, conditions, put, run_domains


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; without data say so in one line and succeed."""
    args = arguments("lossless", __doc__, list(DOMAINS)).parse_args(argv)
    return run_domains(args, list(DOMAINS), lambda name: run(name, args))


def run(name: str, args: argparse.Namespace) -> None:
    """Measure one domain and write its results."""
    domain = only(DOMAINS[name](args.clips), args.only)
    terms = {"clips": [clip.name for clip in domain.clips], "conditions": conditions()}
    journal = Journal(args.out / f"lossless_{name}.part.json", terms)
    write(name, record(domain, rows(domain, journal)), args.out)
    journal.close()


def only(domain: LosslessDomain, names: Sequence[str]) -> LosslessDomain:
    """Keep the codecs that are named, or all where none is."""
    own, peers = (
        tuple(peer for peer in group if not names or peer.name in names)
        for group in (domain.own, domain.peers)
    )
    if not own and not peers:
        raise SystemExit(f"no such codec in {domain.name}: {', '.join(names)}")
    return replace(domain, own=own, peers=peers)


def record(domain: LosslessDomain, found: list[Row]) -> dict[str, Any]:
    """All that lossless.json keeps of a domain."""
    made: dict[str, Any] = {
        "conditions": conditions(),
        "title": domain.title,
        "unit": domain.unit,
        "ask": asdict(domain.ask),
        "own": [peer.name for peer in domain.own],
        "peers": [peer.name for peer in domain.peers],
        "codecs": {peer.name: peer.note for peer in (*domain.own, *domain.peers)},
        "clips": sizes(domain),
        "rows": [asdict(row) for row in found],
    }
    return made | {
        "totals": lossless_tables.totals(made),
        "answer": lossless_tables.answer(made),
    }


def write(name: str, made: dict[str, Any], out: Path) -> None:
    """Put one domain into lossless.json, make tables and picture anew, and print the tables."""
    kept = put(out / "lossless.json", name, made)
    ordered = {key: kept[key] for key in DOMAINS if key in kept}
    (out / "lossless.md").write_text(lossless_tables.markdown(ordered), encoding="utf-8")
    (out / "lossless_summary.md").write_text(lossless_tables.summary(ordered), encoding="utf-8")
    lossless_picture.draw(ordered, out / "lossless.png")
    sys.stdout.write(lossless_tables.markdown({name: made}) + "\n")
