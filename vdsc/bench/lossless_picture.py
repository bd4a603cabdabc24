"""The picture of all domains: bars of bits, vdsc in colour, the others in quiet tones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from vdsc.bench.lossless_tables import Record, answer, totals
from vdsc.bench.lossy_picture import FAINT, INK, OTHERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS, PART, PEER = "#d1345b", "#eda3b5", OTHERS[0]
BEHIND = {"boxstyle": "square,pad=0.1", "color": "white", "lw": 0}
COLUMNS = 2
FARTHEST = 2.2
"""Bars end at this many times the best peer; longer ones say their figure."""


def draw(records: Mapping[str, Record], path: Path) -> None:
    """Write one panel a domain as PNG: bits a pixel or value, the best codec on top."""
    lines = -(-len(records) // COLUMNS)
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 9.5, "text.color": INK}):
        figure = Figure(figsize=(12.0, 3.4 * lines), layout="constrained")
        panels = figure.subplots(lines, COLUMNS, squeeze=False).flat
        for axes, record in zip(panels, records.values(), strict=False):
            _bars(axes, record)
        for axes in list(panels)[len(records) :]:
            axes.set_visible(False)
        figure.savefig(path, dpi=130)


def _bars(axes: Axes, record: Record) -> None:
    """One domain: its bars, their figures, and a line at what is asked."""
    found = sorted(totals(record).items(), key=lambda item: -item[1]["bits"])
    names, bits = [name for name, _ in found], [one["bits"] for _, one in found]
    shown = [bit for name, bit in zip(names, bits, strict=True) if name in record["peers"]]
    end = min(FARTHEST * min(shown, default=max(bits)), max(bits))
    labels = [name.replace(" (", "\n(") for name in names]
    axes.barh(labels, [min(bit, end) for bit in bits], color=[_color(record, n) for n in names])
    for place, bit in enumerate(bits):
        far, text = bit > end, f"{bit:#.3g}"
        axes.annotate(
            f"{text} >" if far else text, (min(bit, end), place), (-4 if far else 4, 0),
            textcoords="offset points", va="center", ha="right" if far else "left",
            color="white" if far else INK, bbox=None if far else BEHIND,
        )  # fmt: skip
    asked = answer(record)
    if asked:
        axes.axvline(asked["asked"], color=INK, lw=1.2, ls=":", label="asked", zorder=2.5)
        axes.legend(loc="upper right", frameon=False)
    _frame(axes, record, end)


def _color(record: Record, name: str) -> str:
    """Ours in colour, its parts in a pale one."""
    if name in record["peers"]:
        return PEER
    return OURS if name == record["own"][0] else PART


def _frame(axes: Axes, record: Record, end: float) -> None:
    axes.set_title(record["title"], loc="left", fontsize=10.5, fontweight="bold", pad=8)
    axes.set_xlabel(f"bits per {record['unit']} (less is better)")
    axes.set_xlim(0, 1.2 * end)
    axes.grid(axis="x", color=FAINT, lw=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#9aa1ab")
    axes.tick_params(color="#9aa1ab", which="both")
