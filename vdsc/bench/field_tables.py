"""From the rows of the benchmark of fields to ratios of bytes, and to Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vdsc.bench.curves import Curve, bytes_at, front
from vdsc.bench.lossy_tables import table

Record = Mapping[str, Any]

OURS = "vdsc"
"""What names of our own codecs begin with."""

POINTS = 64
"""Qualities between the lowest and the highest that two codecs share."""

ABOUT = """Whole files, every codec in the same run on one machine, every file read back from disk
and decoded. Ratio: bytes of vdsc by those of the codec; below 1 vdsc is smaller. At equal quality
it is the geometric mean over all PSNRs that both reach, straight in the logarithm of the bytes
between measured points, and stands with that range. `!`: the codec broke its promise and does not
count. PSNR is a mean over files, of tiles that of all together. That of speech is of the
waveform, at a peak of 32,767, while Opus and MP3 are made for ears; "heard dB" is the log-
spectral distance, the mean, over frames of 32 ms at most 40 dB below the loudest, of the root
mean squared difference of the levels, in dB, of bands 1 Bark wide: 0 is the original. Seconds are
for all files together."""


def ratios(record: Record) -> list[dict[str, Any]]:
    """Bytes of the first codec by those of each other one: one entry a codec, or one a bound.

    `ratio` is None where two codecs share no quality, or where a promise was broken.
    """
    groups = grouped(record["rows"])
    ours, *others = groups
    if record["kind"] == "quality":
        curves = {name: _curve(rows) for name, rows in groups.items()}
        return [{"codec": name, **_shared(curves[ours], curves[name])} for name in others]
    return [
        {"codec": name, **_at(own, other)}
        for name in others
        for own, other in zip(groups[ours], groups[name], strict=True)
    ]


def grouped(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Rows by codec, in the order measured."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["codec"], []).append(row)
    return groups


def broken(row: Record) -> bool:
    """Whether a codec exceeded the error that it promised."""
    bound = row["setting"].get("bound")
    return bound is not None and row["error"] > bound


def markdown(records: Mapping[str, Record]) -> str:
    """All domains: what is said of all, the ratios, and the rows of each."""
    parts = ["# Fields: any array over coordinates, beside the codecs of each kind", ABOUT]
    return "\n\n".join([*parts, *map(section, records.values())]) + "\n"


def section(record: Record) -> str:
    """The ratios and the rows of one domain."""
    notes = "\n".join(f"- {name}: {note}" for name, note in record["codecs"].items())
    return "\n\n".join([f"## {record['title']}", _ratio_table(record), _rows(record), notes])


def summary(records: Mapping[str, Record]) -> str:
    """One line a domain: the ratio to each codec of others."""
    lines = []
    for record in records.values():
        cells = [_said(one) for one in record["ratios"] if not one["codec"].startswith(OURS)]
        lines.append(f"- {record['title']}: {'; '.join(cells)}")
    head = "Bytes of vdsc by those of other codecs, at equal quality, error or without loss:"
    return "\n".join([head, "", *lines, "", "Every row: field.md and field.json.", ""])


def _curve(rows: list[dict[str, Any]]) -> Curve:
    """The best points of one codec as (bytes, minus dB)."""
    return front((row["bytes"], -row["error"]) for row in rows)


def _shared(ours: Curve, other: Curve) -> dict[str, Any]:
    """The mean ratio over the qualities that both reach, and which these are."""
    worst, best = min(ours[0][1], other[0][1]), max(ours[-1][1], other[-1][1])
    if best >= worst:
        return {"ratio": None, "low": None, "high": None}
    logs = []
    for loss in np.linspace(best, worst, POINTS):
        sizes = bytes_at(ours, float(loss)), bytes_at(other, float(loss))
        if sizes[0] is not None and sizes[1] is not None:
            logs.append(np.log(sizes[0] / sizes[1]))
    return {"ratio": float(np.exp(np.mean(logs))), "low": -worst, "high": -best}


def _at(own: Record, other: Record) -> dict[str, Any]:
    """The ratio of two files at one bound, or without loss."""
    wrong = broken(own) or broken(other)
    ratio = None if wrong else own["bytes"] / other["bytes"]
    return {"ratio": ratio, **own["setting"]}


def _said(one: Record) -> str:
    """A ratio in the fewest words."""
    where = f" at {one['bound']:g} K" if "bound" in one else ""
    return f"{one['codec']}{where} {_number(one)}"


def _number(one: Record) -> str:
    return "-" if one["ratio"] is None else f"{one['ratio']:.2f}"


def _ratio_table(record: Record) -> str:
    """One line a codec."""
    head = ["codec", "ratio", "from", "to"]
    lines = []
    for one in record["ratios"]:
        if record["kind"] == "quality":
            ends = ["-" if one[end] is None else f"{one[end]:.1f} dB" for end in ("low", "high")]
        else:
            ends = [f"{one['bound']:g} K"] * 2 if "bound" in one else ["no loss"] * 2
        lines.append([one["codec"], _number(one), *ends])
    return table(head, lines)


def _rows(record: Record) -> str:
    """One line a codec and setting."""
    heard = ["heard dB"] if "heard" in record["rows"][0] else []
    units = [record["rate"], record["unit"], *heard]
    head = ["codec", "setting", "bytes", *units, "encode s", "decode s"]
    lines = [
        [
            row["codec"],
            ", ".join(f"{name} {value:g}" for name, value in row["setting"].items()),
            f"{row['bytes']:,}{'!' if broken(row) else ''}",
            f"{8 * row['bytes'] / record['units']:.3f}",
            f"{row['error']:.3f}",
            *([f"{row['heard']:.2f}"] if heard else []),
            f"{row['encode_seconds']:.1f}",
            f"{row['decode_seconds']:.2f}",
        ]
        for row in record["rows"]
    ]
    return table(head, lines)
