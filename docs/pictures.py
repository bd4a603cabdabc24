"""Draw the pictures of README.md, original against decoded: `python docs/pictures.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray

import vdsc
from vdsc.viewer.rig import CMU

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
QUALITY, FPS = 50, 144
BEFORE, AFTER = "#9e9e9e", "#1f5fbf"

KNEE = 3 + 3 * 3 + 2
"""The channel of the left knee's angle."""


def stick_figure(axes: Any, frame: NDArray[Any], colour: str, width: float) -> None:
    """Draw one frame as seen from the side, along which it walks."""
    at = CMU.place(frame[None])[0][0]
    for i, parent in enumerate(CMU.parents[1:], start=1):
        ends = at[[parent, i]]
        axes.plot(ends[:, 2], ends[:, 1], color=colour, lw=width, solid_capstyle="round")


def walk() -> None:
    """Write walk.png: stick figures, and one angle, of examples/walk.npy."""
    values = np.load(EXAMPLES / "walk.npy")
    data = vdsc.compress(values, fps=60, quality=QUALITY)
    decoded = vdsc.decompress(data, fps=FPS)
    knots, seconds = vdsc.inspect_knots(data), np.arange(len(values)) / 60
    figure, (top, low) = plt.subplots(2, 1, figsize=(9, 4.6), height_ratios=(3, 2))
    for t in np.linspace(0.25, seconds[-1] - 0.25, 9):
        stick_figure(top, values[round(t * 60)], BEFORE, 4.5)
        stick_figure(top, decoded.values[round(t * FPS)], AFTER, 1.6)
    top.set_aspect("equal")
    top.axis("off")
    times = f"{values.nbytes / len(data):.0f} times smaller"
    top.set_title(
        f"grey: the original, {values.nbytes:,} bytes      "
        f"blue: decoded from {len(data):,} bytes, {times}",
        fontsize=10,
    )
    low.plot(seconds, values[:, KNEE], ".", color=BEFORE, ms=5, label="original, 60 frames/s")
    label = f"decoded at {FPS} frames/s"
    low.plot(decoded.times, decoded.values[:, KNEE], color=AFTER, lw=1.2, label=label)
    floor = values[:, KNEE].min() - 12
    low.plot(knots, np.full(len(knots), floor), "|", color="#d95f02", ms=8, label="knots")
    low.set(xlabel="seconds", ylabel="left knee, degrees", xlim=(0, seconds[-1]))
    low.legend(loc="upper right", fontsize=8, ncols=3, frameon=False)
    low.set_ylim(floor - 5, values[:, KNEE].max() + 25)
    low.spines[["top", "right"]].set_visible(False)
    save(figure, "walk.png")


def digits() -> None:
    """Write digits.png: every ninth frame of examples/digits.npy, and the same decoded."""
    values = np.load(EXAMPLES / "digits.npy")
    data = vdsc.compress(values, fps=10, quality=QUALITY)
    decoded = vdsc.decompress(data).values
    some = np.arange(2, len(values), 11)
    figure, rows = plt.subplots(2, len(some), figsize=(9, 2.3))
    for column, number in enumerate(some):
        for row, (name, clip) in enumerate((("original", values), ("decoded", decoded))):
            axes = rows[row, column]
            axes.imshow(clip[number, :, :, 0], cmap="gray", vmin=0, vmax=255)
            axes.set(xticks=[], yticks=[])
            if not column:
                axes.set_ylabel(name, fontsize=9)
    figure.suptitle(
        f"100 frames of 64 x 64: {values.nbytes:,} bytes, decoded from {len(data):,}", fontsize=10
    )
    save(figure, "digits.png")


def save(figure: Any, name: str) -> None:
    """Write one picture beside this file."""
    figure.tight_layout()
    figure.savefig(HERE / name, dpi=100, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    mpl.use("Agg")
    walk()
    digits()
