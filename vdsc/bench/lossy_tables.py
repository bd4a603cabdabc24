"""From measured points to the figures that are asked for, and to Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vdsc.bench.curves import Curve, bytes_at, front, hull, savings
from vdsc.bench.lossy_domains import LossyDomain
from vdsc.bench.lossy_points import Point
from vdsc.bench.peers.ours import FULL, LEARNED


def curves(domain: LossyDomain, points: Sequence[Point]) -> dict[str, Curve]:
    """The best points of each codec as (total bytes, loss), codecs in the order measured."""
    groups: dict[str, list[Point]] = {}
    for point in points:
        groups.setdefault(point.codec, []).append(point)
    return {name: _curve(group, domain.sign) for name, group in groups.items()}


def _curve(points: list[Point], sign: int) -> Curve:
    """The front of one codec; its convex hull where several knobs were turned."""
    best = front((point.total_bytes, sign * point.error) for point in points)
    return hull(best) if len(points[0].setting) > 1 else best


def answers(domain: LossyDomain, points: Sequence[Point]) -> dict[str, Any]:
    """Sizes at the errors that `domain` asks for, and what the learned knots save.

    A figure is None where the error lies outside what was measured of that codec.
    """
    found = curves(domain, points)
    raw, clips = points[0].raw_bytes, points[0].clips
    rows = savings(found.get(LEARNED, []), found.get(FULL, []))
    return {
        "at": {name: _at(domain, curve, raw, clips) for name, curve in found.items()},
        "savings": [{"error": domain.sign * row.pop("loss"), **row} for row in rows],
        "mean_saving": float(np.mean([row["saved"] for row in rows])) if rows else None,
    }


def _at(domain: LossyDomain, curve: Curve, raw: int, clips: int) -> dict[str, Any]:
    """Bytes a clip and ratio of one codec at each error asked for."""
    sizes = {error: bytes_at(curve, domain.sign * error) for error in domain.ask}
    return {
        f"{error:g}": size and {"bytes_per_clip": size / clips, "ratio": raw / size}
        for error, size in sizes.items()
    }


def markdown(domain: LossyDomain, points: Sequence[Point]) -> str:
    """All tables of one domain."""
    found = answers(domain, points)
    parts = [f"### {domain.title}", _asked(domain, found)]
    if found["savings"]:
        parts.append(_saved(domain, found))
    parts.append(_measured(domain, points))
    return "\n\n".join(parts) + "\n"


def _asked(domain: LossyDomain, found: dict[str, Any]) -> str:
    """Table of sizes at the errors asked for; a dash where a codec does not reach that error."""
    head = ["codec", *(f"B/clip at {error:g} {domain.unit} (ratio)" for error in domain.ask)]
    rows = [
        [name, *(_size(cell) for cell in cells.values())] for name, cells in found["at"].items()
    ]
    return table(head, rows)


def _size(cell: dict[str, float] | None) -> str:
    """Bytes and ratio, or a dash."""
    return f"{cell['bytes_per_clip']:,.0f} ({cell['ratio']:.1f}x)" if cell else "-"


def _saved(domain: LossyDomain, found: dict[str, Any]) -> str:
    """Table of learned knots against a knot at every frame."""
    head = [domain.unit, "learned, bytes", "a knot every frame, bytes", "saved"]
    rows = [
        [f"{r['error']:.2f}", f"{r['bytes']:,.0f}", f"{r['full']:,.0f}", f"{r['saved']:.0%}"]
        for r in found["savings"]
    ]
    return table(head, rows)


def _measured(domain: LossyDomain, points: Sequence[Point]) -> str:
    """Table of the measured points, those apart that another one of the same codec beats."""
    best = {(name, size) for name, curve in curves(domain, points).items() for size, _ in curve}
    rows = [_row(domain, p) for p in points if (p.codec, p.total_bytes) in best]
    return table(list(rows[0]), [list(row.values()) for row in rows])


def _row(domain: LossyDomain, point: Point) -> dict[str, str]:
    """One measured point as cells under their headings."""
    return {
        "codec": point.codec,
        "setting": ", ".join(f"{name} {value:g}" for name, value in point.setting.items()),
        "B/clip": f"{point.total_bytes / point.clips:,.0f}",
        **_pace(point),
        "ratio": f"{point.ratio:.1f}",
        "bits/value": f"{8 * point.total_bytes / point.values:.4f}",
        domain.unit: f"{point.error:.3f}",
        **{name: f"{value:.2f}" for name, value in point.extra.items()},
    }


def _pace(point: Point) -> dict[str, str]:
    """Rate and speed: per second of motion where clips have a frame rate, else per clip."""
    work = {"encode": point.encode_seconds, "decode": point.decode_seconds}
    if (length := point.playing_seconds) is None:
        return {f"{name} s/clip": f"{spent / point.clips:.3f}" for name, spent in work.items()}
    speed = {f"{name} x real time": f"{length / spent:,.0f}" for name, spent in work.items()}
    return {"B/s": f"{point.total_bytes / length:,.0f}", **speed}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table that is also legible as plain text, numbers to the right."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [head, rule, *rows]
    return "\n".join("| " + " | ".join(_pad(line, widths)) + " |" for line in lines)


def _pad(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Cells of equal width, the first one to the left."""
    first, *others = cells
    return [
        first.ljust(widths[0]),
        *(c.rjust(w) for c, w in zip(others, widths[1:], strict=True)),
    ]
