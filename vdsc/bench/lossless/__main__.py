"""`python -m vdsc.bench.lossless`: measure every lossless codec, then write JSON, tables, picture.

clips --Peer.encode--> files --Peer.decode--> the same bits, or the run stops
  '----------- Row: bytes, bits, seconds -----'
Rows --> lossless.json --> lossless.md, lossless.png       all domains that the JSON file holds
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vdsc.bench.data import NoData
from vdsc.bench.lossless import measure, plot, report
from vdsc.bench.lossless.domains import DOMAINS, Domain
from vdsc.bench.measure import to_stderr
from vdsc.bench.run import conditions, merge

LIBRARIES = (
    "vdsc",
    "numpy",
    "torch",
    "constriction",
    "av",
    "zstandard",
    "blosc2",
    "pcodec",
    "fpzip",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; without data say so in one line and succeed."""
    args = arguments().parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        for name in DOMAINS if args.domain == "all" else [args.domain]:
            domain = only(DOMAINS[name](args.clips), args.only)
            write(name, record(domain, measure.rows(domain, to_stderr)), args.out)
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")
    return 0


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m vdsc.bench.lossless", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--domain", choices=[*DOMAINS, "all"], default="all")
    parser.add_argument("--clips", type=int, help="how many clips (default: all, 32 of digits)")
    parser.add_argument("--only", action="append", default=[], help="a codec by name; repeatable")
    parser.add_argument("--out", type=Path, default=Path("benchmarks"), help="where results go")
    return parser


def only(domain: Domain, names: Sequence[str]) -> Domain:
    """Keep the codecs that are named, without the study, or all where none is."""
    own, peers = (
        tuple(peer for peer in group if not names or peer.name in names)
        for group in (domain.own, domain.peers)
    )
    if not own and not peers:
        raise SystemExit(f"no such codec in {domain.name}: {', '.join(names)}")
    return replace(domain, own=own, peers=peers, study=None if names else domain.study)


def record(domain: Domain, rows: list[measure.Row]) -> dict[str, Any]:
    """All that lossless.json keeps of a domain."""
    made: dict[str, Any] = {
        "conditions": conditions(LIBRARIES),
        "title": domain.title,
        "unit": domain.unit,
        "ask": asdict(domain.ask),
        "own": [peer.name for peer in domain.own],
        "peers": [peer.name for peer in domain.peers],
        "codecs": {peer.name: peer.note for peer in (*domain.own, *domain.peers)},
        "clips": measure.sizes(domain),
        "rows": [asdict(row) for row in rows],
    }
    made |= {"totals": report.totals(made), "answer": report.answer(made)}
    if domain.study:
        made["latents"] = domain.study(domain.clips)
    return made


def write(name: str, made: dict[str, Any], out: Path) -> None:
    """Put one domain into lossless.json, make tables and picture anew, and print the tables."""
    kept = merge(out / "lossless.json", name, made)
    ordered = {key: kept[key] for key in DOMAINS if key in kept}
    (out / "lossless.md").write_text(report.markdown(ordered), encoding="utf-8")
    (out / "lossless_summary.md").write_text(report.summary(ordered), encoding="utf-8")
    plot.draw(ordered, out / "lossless.png")
    sys.stdout.write(report.markdown({name: made}) + "\n")


if __name__ == "__main__":
    sys.exit(main())
