"""Rate-distortion curves of a domain as a figure: points measured once, a table, a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vdsc.bench import lossy_picture
from vdsc.bench.curves import bytes_at, front
from vdsc.bench.lossy_domains import LossyDomain
from vdsc.bench.lossy_points import Point, points
from vdsc.bench.paper.figure import Record, Workplace, markdown_table
from vdsc.bench.peers import ours


def measured(place: Workplace, domain: LossyDomain, more: list[dict[str, Any]]) -> Record:
    """Points of all peers on all clips, and `more` that were measured elsewhere."""
    found = [asdict(point) for point in points(domain, place.journal, place.say)]
    return {
        "unit": domain.unit,
        "points": [*found, *more],
        "saved": _saved([*found, *more], domain),
    }


def _saved(found: list[dict[str, Any]], domain: LossyDomain) -> dict[str, float | None]:
    """Share of bytes that learned knots save at equal error, beside each other codec."""
    learned = _curve(found, ours.LEARNED, domain)
    rows: dict[str, float | None] = {}
    for name in dict.fromkeys(point["codec"] for point in found):
        curve = _curve(found, name, domain)
        pairs = [(size, other) for size, loss in learned if (other := bytes_at(curve, loss))]
        shares = [1 - size / other for size, other in pairs]
        rows[name] = sum(shares) / len(shares) if shares else None
    del rows[ours.LEARNED]
    return rows


def _curve(
    found: list[dict[str, Any]], codec: str, domain: LossyDomain
) -> list[tuple[float, float]]:
    mine = [point for point in found if point["codec"] == codec]
    return front((point["total_bytes"], domain.sign * point["error"]) for point in mine)


def table(record: Record) -> str:
    """Every point, and what learned knots save."""
    rows = [
        (
            point["codec"],
            ", ".join(f"{k} {v:g}" for k, v in point["setting"].items()),
            f"{point['total_bytes'] / point['clips']:,.0f}",
            f"{8 * point['total_bytes'] / point['values']:.4f}",
            f"{point['error']:.3f}",
        )
        for point in record["points"]
    ]
    head = ("codec", "setting", "bytes a clip", "bits a value", record["unit"])
    said = [
        f"Learned knots save {saved:.1%} of the bytes of '{name}' at equal error, the mean over "
        "the points that both curves cover."
        for name, saved in record["saved"].items()
        if saved is not None
    ]
    return "\n".join([*said, "", markdown_table(head, rows)])


def drawing(domain: Callable[[], LossyDomain]) -> Callable[[Record, Workplace, Path], None]:
    """What draws the curves of a domain."""

    def draw(record: Record, place: Workplace, path: Path) -> None:
        lossy_picture.draw(domain(), [Point(**point) for point in record["points"]], path)

    return draw
