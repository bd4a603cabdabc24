"""Rate-distortion pictures: vdsc in colour, the others in quiet tones, each line named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from vdsc.bench.lossy_domains import LossyDomain
from vdsc.bench.lossy_points import Point
from vdsc.bench.lossy_tables import curves
from vdsc.bench.metrics import LOSSLESS_DB
from vdsc.bench.peers.ours import FULL, LEARNED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS = {LEARNED: ("#d1345b", 2.8, "-"), FULL: ("#d1345b", 1.4, (0, (4, 2)))}
OTHERS = ("#2f5d8a", "#5c946e", "#b8862f", "#7a6c9c")
FLOOR = ("#6b7280", "#a3a9b3")
INK, FAINT = "#222831", "#e3e6ea"


def draw(domain: LossyDomain, points: Sequence[Point], path: Path) -> None:
    """Write the picture of one domain as PNG: bytes a clip, logarithmic, against the error."""
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 10.5, "text.color": INK}):
        figure = Figure(figsize=(8.6, 5.2), layout="constrained")
        axes = figure.add_subplot()
        _lines(axes, domain, points)
        _frame(axes, domain)
        figure.savefig(path, dpi=160)


def _lines(axes: Axes, domain: LossyDomain, points: Sequence[Point]) -> None:
    """Draw each codec's best points; an exact codec is a vertical mark."""
    quiet, floor = iter(OTHERS * 2), iter(FLOOR * 2)
    clips = points[0].clips
    for name, curve in curves(domain, points).items():
        sizes = [size / clips for size, _ in curve]
        errors = [domain.sign * loss for _, loss in curve]
        if _exact(domain, errors):
            axes.axvline(sizes[0], color=next(floor), lw=1.4, ls=":", label=f"{name} (exact)")
            continue
        color, width, style = OURS[name] if name in OURS else (next(quiet), 1.5, "-")
        axes.plot(
            sizes, errors, color=color, lw=width, ls=style, marker="o", ms=2.2 * width**0.7,
            label=name, zorder=5 if name in OURS else 3,
        )  # fmt: skip


def _exact(domain: LossyDomain, errors: list[float]) -> bool:
    """Whether a codec has one point, without error."""
    return len(errors) == 1 and errors[0] == (0 if domain.unit == "deg" else LOSSLESS_DB)


def _frame(axes: Axes, domain: LossyDomain) -> None:
    """Label the axes; low error at the top, so that better is up and to the left."""
    axes.set_xscale("log")
    axes.set_title(domain.title, loc="left", fontsize=12.5, fontweight="bold", pad=12)
    axes.set_xlabel("bytes per clip, whole file (logarithmic)")
    if domain.unit == "deg":
        axes.set_ylabel("mean angular error, degrees (better is up)")
        axes.set_ylim(2.0, 0)
    else:
        axes.set_ylabel("PSNR, dB")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(color=FAINT, lw=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#9aa1ab")
    axes.tick_params(color="#9aa1ab", which="both")
    axes.legend(
        loc=4 if domain.unit == "deg" else 2, frameon=True, framealpha=0.95, edgecolor=FAINT
    )
