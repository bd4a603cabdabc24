"""Draw the pictures of README.md, original against decoded: `python docs/pictures.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

import vdsc

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
QUALITY, FPS = 50, 144
BEFORE, AFTER = "#9e9e9e", "#1f5fbf"

BONES = (
    (-1, 0.0, 0.0, 0.0),  # hips
    (0, 0.0, 0.0, 0.0), (1, 1.36, -1.79, 0.84), (2, 2.45, -6.73, 0.0),  # left leg
    (3, 2.56, -7.04, 0.0), (4, 0.16, -0.43, 2.32),
    (0, 0.0, 0.0, 0.0), (6, -1.31, -1.79, 0.84), (7, -2.54, -6.99, 0.0),  # right leg
    (8, -2.57, -7.06, 0.0), (9, -0.16, -0.45, 2.36),
    (0, 0.0, 0.0, 0.0), (11, 0.03, 2.04, -0.19), (12, 0.06, 2.05, -0.04),  # back
    (13, 0.0, 0.0, 0.0), (14, -0.05, 1.75, 0.17), (15, 0.10, 1.76, -0.12),  # neck and head
    (13, 0.0, 0.0, 0.0), (17, 3.36, 1.20, -0.31), (18, 4.98, 0.0, 0.0),  # left arm
    (19, 3.48, 0.0, 0.0), (20, 0.0, 0.0, 0.0), (21, 0.72, 0.0, 0.0), (20, 0.0, 0.0, 0.0),
    (13, 0.0, 0.0, 0.0), (24, -3.14, 1.37, -0.40), (25, -5.24, 0.0, 0.0),  # right arm
    (26, -3.44, 0.0, 0.0), (27, 0.0, 0.0, 0.0), (28, -0.62, 0.0, 0.0), (27, 0.0, 0.0, 0.0),
)  # fmt: skip
"""Parent and offset of each of the 31 joints of the `cmu_mb` skeleton, in its unit."""

KNEE = 3 + 3 * 3 + 2
"""The channel of the left knee's angle."""


def joints(frame: NDArray[Any]) -> NDArray[np.float64]:
    """Where the joints (31, 3) are in a frame (96,): hip position, then Z, Y, X degrees each."""
    turns = Rotation.from_euler("ZYX", frame[3:].reshape(-1, 3), degrees=True)
    places, facing = np.zeros((len(BONES), 3)), list(turns)
    places[0] = frame[:3]
    for i, (parent, *offset) in enumerate(BONES[1:], start=1):
        places[i] = places[parent] + facing[parent].apply(offset)
        facing[i] = facing[parent] * turns[i]
    return places


def stick_figure(axes: Any, frame: NDArray[Any], colour: str, width: float) -> None:
    """Draw one frame as seen from the side, along which it walks."""
    at = joints(frame)
    for i, (parent, *_) in enumerate(BONES[1:], start=1):
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
