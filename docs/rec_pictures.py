"""Draw the pictures of rec.md: `python docs/rec_pictures.py`, from benchmarks/rec.json."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from vdsc.rec import PFR, BranchingAStar, BranchingGPRS, Channel, Gaussian, Noise, Scheme
from vdsc.rec.proposals import WHOLE
from vdsc.rec.tree import Node, Tree

HERE = Path(__file__).parent
MEASURED: dict[str, Any] = json.loads((HERE.parent / "benchmarks" / "rec.json").read_text())
COLOURS = {
    "PFR": "#d95f02",
    "global A*": "#e6ab02",
    "global GPRS": "#a6761d",
    "AS*": "#1b9e77",
    "AD*": "#66a61e",
    "branching GPRS": "#3f51b5",
}
SEED = 1291


def picture(name: str, width: float, height: float, panels: int = 1) -> tuple[Any, list[Axes]]:
    """Return a new figure with panels side by side."""
    figure, axes = plt.subplots(1, panels, figsize=(width, height), squeeze=False, num=name)
    return figure, list(axes[0])


def save(figure: Any, name: str) -> None:
    """Write docs/rec/<name>.png."""
    figure.tight_layout()
    (HERE / "rec").mkdir(exist_ok=True)
    figure.savefig(HERE / "rec" / f"{name}.png", dpi=100)
    plt.close(figure)


def tree() -> None:
    """Arrivals, deadlines and regions of one search of branching GPRS."""
    channel = Channel(Gaussian(), BranchingGPRS(32))
    target = channel.target(Gaussian(1.0, 0.25))
    found = channel.scheme.search(target, Noise(SEED))
    figure, (axes,) = picture("tree", 8, 4.6)
    edges = Gaussian().quantile(np.minimum(target.edges, WHOLE - 1))
    due = np.minimum(target.peaked.deadlines, 40.0)
    axes.fill_between(edges, 0, np.append(due, due[-1]), step="post", color="#3f51b5", alpha=0.18)
    walk(axes, Tree(Noise(SEED), "sample"), found.place)
    axes.set(xlim=(-3, 3), ylim=(0, 8), xlabel="x", ylabel="arrival time")
    axes.set_title("P = N(0, 1), Q = N(1, 1/16): an arrival in the shaded part is accepted")
    save(figure, "tree")


def walk(axes: Axes, nodes: Tree, place: int) -> None:
    """Draw the nodes from the root to a place: each region as a bar at its arrival's time."""
    node, time = nodes.root(), 0.0
    for turn in [*f"{place:b}"[1:], ""]:
        time += node.wait
        low, high, x = (float(Gaussian().quantile(np.array([u]))[0]) for u in ends(node))
        axes.plot([low, high], [time, time], color="#999999", lw=1.2)
        axes.plot(x, time, "o" if turn else "*", ms=6 if turn else 15, color="#c2185b")
        axes.annotate(f" {node.place}", (x, time), xytext=(4, 4), textcoords="offset points")
        node = nodes.child(node, right=turn == "1") if turn else node


def ends(node: Node) -> tuple[int, int, int]:
    """Return the coordinates of a region's ends and of its sample."""
    return node.begin, node.end - 1, node.u


def bits() -> None:
    """Overhead over the KL against the KL."""
    figure, (left, right) = picture("bits", 10, 4, 2)
    for name, colour in COLOURS.items():
        lines = [line for line in MEASURED["codelength"] if line["scheme"] == name]
        kl = np.array([line["kl"] for line in lines])
        cost = np.array([line["bits"] for line in lines])
        left.plot(kl, cost, ".-", color=colour, label=name)
        right.plot(kl, cost - kl, ".-", color=colour)
    kl = np.linspace(0, 16, 200)
    left.plot(kl, kl, "k:", label="KL")
    left.plot(kl, kl + np.log2(kl + 1) + 2.5, "k--", label="KL + log2(KL + 1) + 2.5")
    right.plot(kl, np.log2(kl + 1) + 2.5, "k--")
    left.set(xlabel="KL, bits", ylabel="bits per sample")
    right.set(xlabel="KL, bits", ylabel="bits per sample beyond the KL", ylim=(0, 7))
    left.legend(fontsize=8)
    save(figure, "bits")


def steps() -> None:
    """Steps against the KL (Gaussians) and against Dinf (a needle, KL about 5 bits)."""
    figure, (left, right) = picture("steps", 10, 4, 2)
    for axes, part, over in ((left, "codelength", "kl"), (right, "reach", "dinf")):
        for name, colour in COLOURS.items():
            lines = [line for line in MEASURED[part] if line["scheme"] == name]
            x = [line[over] for line in lines]
            axes.plot(x, [line["steps"] for line in lines], ".-", color=colour, label=name)
        axes.set_yscale("log", base=2)
    kl = np.linspace(0, 16, 50)
    left.plot(kl, 2 * kl + 3, "k--", label="2 KL + 3")
    left.set(xlabel="KL, bits", ylabel="samples looked at")
    right.set(xlabel="Dinf, bits, at a KL of 5 bits")
    left.legend(fontsize=8)
    save(figure, "steps")


def law() -> None:
    """How often searches stop at a region, by its mass against the KL, and the law that codes."""
    figure, panels = picture("law", 10, 3.6, 3)
    x = np.linspace(-6, 3, 200)
    for axes, kl in zip(panels, (2, 4, 8), strict=True):
        scale = 2.0**-kl * 0.86
        target = Channel(Gaussian(), PFR(0)).target(Gaussian(0.7, scale))
        for name, scheme in (
            ("AS*", BranchingAStar(0)),
            ("branching GPRS", BranchingGPRS(0)),
        ):
            at, share = stops(scheme, target)
            axes.plot(at - target.kl, share, "o", ms=4, color=COLOURS[name], label=name)
        axes.plot(x, 1 / (1 + 2.0 ** -np.where(x < 0, x, 2 * x)), "k-", lw=1, label="law")
        axes.plot(x, np.minimum(1 / (1 + 2.0**-x), 0.5), "k--", lw=1, label="heavy law")
        axes.set(title=f"KL {target.kl:.1f} bits", xlabel="l - KL, bits", xlim=(-6, 3))
    panels[0].set_ylabel("share that stops")
    panels[0].legend(fontsize=8)
    save(figure, "law")


def stops(scheme: Scheme, target: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return masses in bits, and the share of visits at which the search stopped there."""
    visits, ended = np.zeros(80), np.zeros(80)
    for seed in range(1500):
        nodes, place = Tree(Noise(seed), "sample"), scheme.search(target, Noise(seed)).place
        node = nodes.root()
        for turn in [*f"{place:b}"[1:], ""]:
            mass = round(-2 * math.log2(node.width / WHOLE))
            visits[mass] += node.depth > 0
            ended[mass] += node.depth > 0 and not turn
            node = nodes.child(node, right=turn == "1") if turn else node
    held = np.flatnonzero(visits > 30)
    return held / 2, ended[held] / visits[held]


def blocks() -> None:
    """Bits of 64 Gaussian variables, one by one and in blocks, against their KL."""
    figure, (axes,) = picture("blocks", 6, 4)
    lines = MEASURED["products"]
    kl = [line["kl"] for line in lines[::3]]
    axes.plot(kl, [line["one_by_one"] for line in lines[::3]], "s-", label="one code each")
    for at, budget in enumerate((4, 6, 8)):
        axes.plot(kl, [line["bits"] for line in lines[at::3]], ".-", label=f"{budget} bits a block")
    axes.plot(kl, kl, "k:", label="KL")
    axes.set(xlabel="KL of all 64 variables, bits", ylabel="bits", ylim=(0, None))
    axes.legend(fontsize=8)
    save(figure, "blocks")


if __name__ == "__main__":
    mpl.use("agg")
    for draw in (tree, bits, steps, law, blocks):
        draw()
