"""`python -m vdsc.bench bounded`: bytes at a promised error, whole files, every value checked.

An error is a share of what all values of a set range over. A peer whose error is larger than it
promised is marked with `!` and is no best peer.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import vdsc
from vdsc.bench.bounded_sets import SETS
from vdsc.bench.lossy_tables import table
from vdsc.bench.peers import bounded_packers
from vdsc.bench.peers.bounded_packers import PEERS
from vdsc.bench.peers.peer import Values
from vdsc.bench.runner import Journal, conditions, each, put, run_domains, to_stderr

SHARES = (1e-2, 1e-3, 1e-4)
ABOUT = """Errors are shares of what a set ranges over. `!`: the codec broke its promise, and does
not count. Share: bytes of vdsc by those of the best peer."""

OURS = {"vdsc": "", "on linear": "linear", "on none": "none"}
"""Our columns: the choice, and each base alone."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; without data say so in one line and succeed."""
    parser = argparse.ArgumentParser(prog="python -m vdsc.bench bounded", description=__doc__)
    parser.add_argument("--domain", choices=[*SETS, "all"], default="all")
    parser.add_argument("--out", type=Path, default=Path("benchmarks"))
    args = parser.parse_args(argv)
    return run_domains(args, list(SETS), partial(run, out=args.out))


def run(name: str, out: Path) -> None:
    """Measure one set and write its results."""
    arrays = SETS[name]()
    jobs = {
        f"{share:g} {who}": partial(_size, arrays, share, who)
        for share in SHARES
        for who in (*OURS, *(peer.name for peer in PEERS))
    }
    terms = {"set": name, "conditions": conditions()}
    journal = Journal(out / f"bounded_{name.replace(' ', '_')}.part.json", terms)
    rows = each(name, jobs, journal, to_stderr)
    raw = sum(array.nbytes for array in arrays)
    kept = put(
        out / "bounded.json",
        name,
        {
            "conditions": conditions(),
            "raw": raw,
            "rows": dict(zip(jobs, rows, strict=True)),
        },
    )
    ordered = {key: kept[key] for key in SETS if key in kept}
    (out / "bounded.md").write_text(markdown(ordered), encoding="utf-8")
    (out / "bounded_summary.md").write_text(summary(ordered), encoding="utf-8")
    journal.close()


def _size(arrays: list[Values], share: float, who: str) -> list[Any]:
    """Bytes of all arrays of a set, and whether all of them kept the error."""
    low = min(float(array.min()) for array in arrays)
    error = share * (max(float(array.max()) for array in arrays) - low)
    if who in OURS:
        return [sum(_ours(array, error, OURS[who]) for array in arrays), True]
    peer = next(peer for peer in PEERS if peer.name == who)
    found = [bounded_packers.best(peer, array, error) for array in arrays]
    return [sum(size for size, _ in found), all(kept for _, kept in found)]


def _ours(values: Values, error: float, base: str) -> int:
    """Bytes of our file; raises ValueError where a value is off by more than the error."""
    options: dict[str, Any] = {"codec": "bounded", "base": base} if base else {}
    data = vdsc.compress(values, max_error=error, fps=1, **options)
    off = vdsc.decompress(data).values.astype(np.float64) - values.astype(np.float64)
    if np.abs(off).max() > error:
        raise ValueError(f"an error of {np.abs(off).max()} where {error} was promised")
    return len(data)


def markdown(records: dict[str, Any]) -> str:
    """A table a bound, and the shares of the best peer."""
    parts = ["# Bytes at a promised error", ABOUT]
    for share in SHARES:
        head = ["set", *OURS, *(peer.name for peer in PEERS), "share"]
        rows, shares = [], []
        for name, record in records.items():
            found = {who: record["rows"][f"{share:g} {who}"] for who in head[1:-1]}
            shares.append(found["vdsc"][0] / _best(record, share)[0])
            cells = [f"{size:,}{'' if kept else '!'}" for size, kept in found.values()]
            rows.append([name, *cells, f"{shares[-1]:.3f}"])
        rows.append(["mean", *[""] * (len(head) - 2), f"{np.mean(shares):.3f}"])
        parts += [f"## {share:g}", table(head, rows)]
    notes = "\n".join(f"- {peer.name}: {peer.note}" for peer in PEERS)
    return "\n\n".join([*parts, notes]) + "\n"


def summary(records: dict[str, Any]) -> str:
    """One row a set: our bytes at each bound, the best peer's, and who that is."""
    head = ["set", *(f"vdsc {share:g} / best peer" for share in SHARES)]
    rows = []
    for name, record in records.items():
        cells = []
        for share in SHARES:
            ours = record["rows"][f"{share:g} vdsc"][0]
            best, who = _best(record, share)
            cells.append(f"{ours:,} / {best:,} ({who})")
        rows.append([name, *cells])
    return f"{table(head, rows)}\n\nEvery codec: bounded.md and bounded.json.\n"


def _best(record: dict[str, Any], share: float) -> tuple[int, str]:
    """Bytes and name of the best peer that kept its promise."""
    found = {peer.name: record["rows"][f"{share:g} {peer.name}"] for peer in PEERS}
    return min((size, name) for name, (size, kept) in found.items() if kept)
