"""Figure 7: the diffusions nu of trained models, and of a training that begins with equal ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from vdsc.bench.paper.figure import (
    PaperFigure,
    Record,
    Workplace,
    digest_of_file,
    digest_of_model,
    markdown_table,
)
from vdsc.errors import ModelMissing
from vdsc.model import store

GLOBAL = 1e-3
EVEN = Path("benchmarks/paper/digits-nu.json")
"""What training from equal nu came to: `python -m benchmarks.learned_nu STATE` writes it."""

SHOWN = (
    "Histograms of nu over latent dimensions: most trained models end with two clusters, "
    "one of them effectively at zero."
)
DIFFERS = (
    "Two models as they are installed, whose training did not begin even: `digits` with looks "
    "nearly still, `cmu` with the nu of Ornstein-Uhlenbeck processes fitted to principal "
    "components. And `digits-nu`: the networks of `digits`, but nu and pull of all dimensions set "
    "to one value (`examples/train/digits-nu.toml`), then trained with a knot at every frame under "
    "equation (22), its rate the cross entropy (14). That run was stopped before its 1,600 steps; "
    "the table says where. Its nu fall into two groups with nothing between them: the four places "
    "of the digits and two of 32 dimensions of look stay where they began, the other 30 fall by a "
    "factor of 5 to 2,400, half of them below 0.001 by then. Dotted: 0.001, below which a "
    "dimension is global; dashed: the even start. `cmu` has one cluster, and nothing global."
)


def inputs() -> Record:
    """What is drawn."""
    return {
        "models": {name: digest_of_model(name) for name in ("digits", "cmu")},
        "even": digest_of_file(EVEN),
    }


def make(place: Workplace) -> Record:
    """The nu of each model, and what is known of how its training began."""
    rows: list[dict[str, Any]] = [
        {"name": name, "start": None, "steps": None, "nu": _nu(name)} for name in ("digits", "cmu")
    ]
    if EVEN.is_file():
        rows.append(json.loads(EVEN.read_text(encoding="utf-8")))
    else:
        place.say(f"no {EVEN}: the figure is made without the even start")
    return {"rows": rows}


def _nu(name: str) -> list[float]:
    """The diffusions (D,) of an installed checkpoint; raises ModelMissing."""
    weights = store.by_name(name).tensors[0]
    if "posterior.raw_nu" not in weights:
        raise ModelMissing(f"{name} has no diffusions; it is no model of latent paths")
    raw = weights["posterior.raw_nu"].astype(np.float64)
    return [float(nu) for nu in np.logaddexp(0, raw)]


def widest_gap(nu: NDArray[np.float64]) -> tuple[float, float]:
    """Ends of the widest empty stretch of nu on a log scale: what parts two clusters, if any do."""
    ordered = np.sort(nu)
    at = int(np.argmax(np.diff(np.log(ordered))))
    return float(ordered[at]), float(ordered[at + 1])


def table(record: Record) -> str:
    """A row a model."""
    head = ("model", "nu at the start", "steps", "dimensions", "below 0.001", "least, median, most",
            "widest gap")  # fmt: skip
    rows = []
    for row in record["rows"]:
        nu = np.array(row["nu"])
        low, high = widest_gap(nu)
        rows.append(
            (
                row["name"],
                "as its config says" if row["start"] is None else f"{row['start']:g} in all",
                "-" if row["steps"] is None else f"{row['steps']:,}",
                str(len(nu)),
                str(int((nu < GLOBAL).sum())),
                f"{nu.min():.2g}, {np.median(nu):.2g}, {nu.max():.2g}",
                f"{low:.2g} to {high:.2g} ({high / low:.1f} times)",
            )
        )
    return markdown_table(head, rows)


def draw(record: Record, place: Workplace, path: Path) -> None:
    """A histogram on a log scale for each model."""
    del place
    rows = record["rows"]
    figure = Figure(figsize=(9, 2.1 * len(rows)), layout="constrained")
    every = np.concatenate([row["nu"] for row in rows])
    bins = np.geomspace(min(every.min(), 3e-4) * 0.9, every.max() * 1.1, 45)
    for axes, row in zip(figure.subplots(len(rows), 1, sharex=True), rows, strict=True):
        axes.hist(row["nu"], bins=bins, color="#2f5d8a")
        axes.axvline(GLOBAL, color="#222831", ls=":", lw=1)
        if row["start"] is not None:
            axes.axvline(row["start"], color="#d1345b", ls="--", lw=1.2)
        axes.set_xscale("log")
        axes.set_title(row["name"], loc="left", fontsize=9)
        axes.set_ylabel("dimensions", fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("nu, one over the root of a second", fontsize=8)
    figure.savefig(path, dpi=120, metadata={"Software": None})


FIGURE = PaperFigure(
    name="figure7",
    title="Figure 7: diffusions of latent dimensions",
    shown=SHOWN,
    differs=DIFFERS,
    inputs=inputs,
    make=make,
    table=table,
    draw=draw,
)
