"""From the rows of a domain to sums, to what was asked, and to Markdown tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vdsc.bench.lossless_domains import BEST
from vdsc.bench.lossy_tables import table

Record = Mapping[str, Any]
"""One domain of lossless.json: title, unit, clips, own, peers, ask, rows and what follows here."""


def totals(record: Record) -> dict[str, dict[str, float]]:
    """Each codec over all clips, in the order measured.

    bytes in all, bits a pixel or value, ratio: times the bytes of vdsc's files (None without it),
    encode and decode seconds a clip.
    """
    units = sum(clip[record["unit"] + "s"] for clip in record["clips"].values())
    ours = _bytes(record, record["own"][0]) if record["own"] else 0
    found = {}
    for codec in (*record["own"], *record["peers"]):
        rows = [row for row in record["rows"] if row["codec"] == codec]
        size = _bytes(record, codec)
        found[codec] = {
            "bytes": size,
            "bits": 8 * size / units,
            "ratio": size / ours if ours else None,
            "encode_seconds": sum(row["encode_seconds"] for row in rows) / len(rows),
            "decode_seconds": sum(row["decode_seconds"] for row in rows) / len(rows),
        }
    return found


def _bytes(record: Record, codec: str) -> int:
    return sum(row["bytes"] for row in record["rows"] if row["codec"] == codec)


def answer(record: Record) -> dict[str, Any] | None:
    """The bits asked for and measured, and the peer meant; None where one was not measured."""
    found, ask = totals(record), record["ask"]
    peers = [name for name in record["peers"] if ask["of"] in {BEST, name}]
    if not record["own"] or (ask["of"] and not peers):
        return None
    peer = min(peers, key=lambda name: found[name]["bits"], default=None)
    asked = ask["most"] * (found[peer]["bits"] if peer else 1.0)
    measured = found[record["own"][0]]["bits"]
    return {"asked": asked, "measured": measured, "met": measured <= asked, "peer": peer}


def markdown(records: Mapping[str, Record]) -> str:
    """All tables of all domains."""
    parts = ["# Lossless"]
    for record in records.values():
        parts += [f"## {record['title']}", _heading(record), _codecs(record)]
        parts += [_asked(record)] if answer(record) else []
    return "\n\n".join(parts) + "\n"


def summary(records: Mapping[str, Record]) -> str:
    """One row a domain: ours, xz, the best of the others, and what was asked."""
    rows = [_summed(record) for record in records.values() if record["own"] and record["peers"]]
    head = ["data", "bits a", "vdsc --lossless", "xz", "best other", "", "asked"]
    return f"{table(head, rows)}\n\nEvery codec and clip: lossless.md and lossless.json.\n"


def _summed(record: Record) -> list[str]:
    found, said = totals(record), answer(record)
    best = min(record["peers"], key=lambda name: found[name]["bits"])
    bits = [f"{found[name]['bits']:.4g}" for name in (record["own"][0], "xz", best)]
    asked = f"{said['asked']:.4g}" if said else "-"
    return [record["title"], record["unit"], *bits, best, asked]


def _heading(record: Record) -> str:
    raw = sum(clip["raw_bytes"] for clip in record["clips"].values())
    count = len(record["clips"])
    return f"{count} clip{'s' * (count > 1)}, {raw:,} bytes raw."


def _codecs(record: Record) -> str:
    unit = record["unit"]
    head = ["codec", "bytes", f"bits/{unit}", "of ours", "encode s/clip", "decode s/clip"]
    rows = [
        [
            name,
            f"{one['bytes']:,.0f}",
            f"{one['bits']:.4f}",
            f"{one['ratio']:.2f}" if one["ratio"] else "-",
            f"{one['encode_seconds']:.3f}",
            f"{one['decode_seconds']:.3f}",
        ]
        for name, one in totals(record).items()
    ]
    return table(head, rows)


def _asked(record: Record) -> str:
    found = answer(record)
    assert found is not None
    said = wording(record["ask"], record["unit"], found["peer"])
    head = ["asked", f"asked, bits/{record['unit']}", "measured", "measured / asked", "met"]
    share = found["measured"] / found["asked"]
    cells = [f"{found['asked']:.4f}", f"{found['measured']:.4f}", f"{share:.2f}"]
    return table(head, [[said, *cells, "yes" if found["met"] else "no"]])


def wording(ask: Mapping[str, Any], unit: str, peer: str | None) -> str:
    """What was asked for, in words."""
    if ask["of"] is None:
        return f"at most {ask['most']:g} bits a {unit}"
    name = f"{ask['of']} ({peer})" if ask["of"] == BEST else ask["of"]
    less = round(100 * (1 - ask["most"]))
    return f"{less} % below {name}" if less else f"no more than {name}"
