"""`python -m vdsc.bench field`: arrays over coordinates, beside the codecs of each kind.

clips --Peer.encode--> files --Peer.decode--> values     every peer, setting and clip
  '----------- row: bytes, quality, seconds ----'
rows --> field.json --> field.md, field_summary.md       all domains that the JSON file holds
Pictures, tiles, video and speech at equal quality, climate at a promised error, voxels without
loss. A run that was stopped goes on where it was: the same command again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from vdsc.bench import field_tables
from vdsc.bench.clips import NoData
from vdsc.bench.field_domains import DOMAINS, FieldDomain
from vdsc.bench.peers.peer import Peer, Setting
from vdsc.bench.runner import LIBRARIES, Journal, conditions, each, put, to_stderr, trials

QUICK = Path("runs/field-quick")
"""Where results of a quick run go, which are not those to keep."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; of domains without data say so in one line, and succeed."""
    parser = argparse.ArgumentParser(prog="python -m vdsc.bench field", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--domain", choices=[*DOMAINS, "all"], default="all")
    parser.add_argument("--quick", action="store_true", help=f"a few items, to {QUICK}")
    parser.add_argument("--out", type=Path, help="where results go (default: benchmarks)")
    args = parser.parse_args(argv)
    out = args.out or (QUICK if args.quick else Path("benchmarks"))
    out.mkdir(parents=True, exist_ok=True)
    for name in DOMAINS if args.domain == "all" else [args.domain]:
        try:
            run(name, out, few=args.quick)
        except NoData as missing:
            to_stderr(f"{name} skipped: {missing}")
    return 0


def run(name: str, out: Path, *, few: bool = False) -> None:
    """Measure one domain, put it into field.json, and make the tables anew.

    Raises:
        NoData: its data are not there.
    """
    domain = DOMAINS[name](few=few)
    terms = {
        "clips": [clip.name for clip in domain.clips],
        "values": sum(clip.values.size for clip in domain.clips),
        "conditions": conditions((*LIBRARIES, "imagecodecs")),
    }
    journal = Journal(out / f"field_{name}.part.json", terms)
    jobs = {
        " ".join([peer.name, *(f"{knob} {value:g}" for knob, value in peer.label(one).items())]):
        partial(row, domain, peer, one)
        for peer in domain.peers
        for one in peer.settings
    }  # fmt: skip
    rows = each(name, jobs, journal, to_stderr)
    write(name, record(domain, rows, terms["conditions"]), out)
    journal.close()


def row(domain: FieldDomain, peer: Peer, setting: Setting) -> dict[str, Any]:
    """All clips through one codec at one setting: whole bytes, quality, seconds in all."""
    done = list(trials(peer, setting, domain.clips))
    pairs = [(clip.values, one.decoded) for clip, one in zip(domain.clips, done, strict=True)]
    heard = {} if domain.heard is None else {"heard": domain.heard(pairs)}
    return {
        "codec": peer.name,
        "setting": peer.label(setting),
        "bytes": sum(one.size for one in done),
        "error": domain.error(pairs),
        **heard,
        "encode_seconds": sum(one.encode_seconds for one in done),
        "decode_seconds": sum(one.decode_seconds for one in done),
    }


def record(domain: FieldDomain, rows: list[Any], terms: Any) -> dict[str, Any]:
    """All that field.json keeps of a domain."""
    made = {
        "conditions": terms,
        "title": domain.title,
        "kind": domain.kind,
        "unit": domain.unit,
        "rate": domain.rate,
        "units": domain.units,
        "raw_bytes": sum(clip.values.nbytes for clip in domain.clips),
        "codecs": {peer.name: peer.note for peer in domain.peers},
        "rows": rows,
    }
    return made | {"ratios": field_tables.ratios(made)}


def write(name: str, made: dict[str, Any], out: Path) -> None:
    """Put one domain into field.json, make the tables anew, and print this domain's."""
    kept = put(out / "field.json", name, made)
    ordered = {key: kept[key] for key in DOMAINS if key in kept}
    (out / "field.md").write_text(field_tables.markdown(ordered), encoding="utf-8")
    (out / "field_summary.md").write_text(field_tables.summary(ordered), encoding="utf-8")
    sys.stdout.write(field_tables.section(made) + "\n")
