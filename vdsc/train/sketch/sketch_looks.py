"""Looks at a training of a sketch as it goes: bytes and errors of kept clips, and sheets of frames.

runs/NAME/curve.csv     minutes, step, price, bytes a clip, dB
runs/NAME/sheet.png     kept clips above what is drawn of them, at each price
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from vdsc.codecs.field.sketch.sketch_network import FINENESS
from vdsc.core.types import Values
from vdsc.model.sketch_nets import SketchNets
from vdsc.train.sketch.lapped_blocks import LappedBlocks

PRICES = 3
"""Prices that are looked at, between the least and the highest."""

SHOWN, CLIPS = 6, 3
"""Frames of a clip, and clips, on a sheet."""


def look(nets: SketchNets, clips: Sequence[Values], prices: tuple[int, int]) -> list[SketchLook]:
    """How kept clips fare at some prices."""
    some = np.linspace(*prices, PRICES + 2)[1:-1].round().tolist()
    return [SketchLook(int(price), [_one(nets, clip, price) for clip in clips]) for price in some]


class SketchLook:
    """What was seen at a price.

    Args:
        price: k of it.
        clips: of each clip its pixels as they are drawn and the bytes that they take.
    """

    def __init__(self, price: int, clips: list[tuple[Values, float]]) -> None:
        self.price = price
        self.drawn = [pixels for pixels, _ in clips]
        self.bytes = float(np.mean([size for _, size in clips]))

    def decibels(self, clips: Sequence[Values]) -> float:
        """The mean of the clips' peak signal-to-noise ratios."""
        found = []
        for drawn, clip in zip(self.drawn, clips, strict=True):
            error = np.square(drawn.astype(np.float64) - clip).mean()
            found.append(10 * np.log10(255**2 / max(float(error), 1e-9)))
        return float(np.mean(found))


def write(
    folder: Path, looks: Sequence[SketchLook], clips: Sequence[Values], *, minutes: float, step: int
) -> None:
    """Add to the curve of a run, and renew its sheet."""
    with (folder / "curve.csv").open("a", newline="") as file:
        rows = csv.writer(file)
        for one in looks:
            said = f"{one.bytes:.0f}", f"{one.decibels(clips):.3f}"
            rows.writerow([f"{minutes:.1f}", step, one.price, *said])
    Image.fromarray(_sheet(looks, clips)).save(folder / "sheet.png")


@torch.no_grad()
def _one(nets: SketchNets, clip: Values, price: float) -> tuple[Values, float]:
    device = nets.start.device
    blocks = LappedBlocks(clip.shape[:3], nets.sizes.blocks)
    latents = blocks.forward(torch.from_numpy(clip)[None].to(device))
    logs = torch.full((1,), price / FINENESS, device=device)
    made = nets(latents / nets.usual, logs, whole=True)
    pixels = blocks.inverse(made.latents * nets.usual)[0]
    return pixels.byte().cpu().numpy(), float(made.bits.sum()) / 8


def _sheet(looks: Sequence[SketchLook], clips: Sequence[Values]) -> Values:
    """Rows of frames: of each clip its own, and below them those of each look."""
    rows, size = [], (128, 128)
    for i, clip in enumerate(clips[:CLIPS]):
        for pixels in (clip, *(one.drawn[i] for one in looks)):
            some = pixels[np.linspace(0, len(pixels) - 1, SHOWN).round().astype(int)]
            rows.append(np.hstack([np.asarray(Image.fromarray(f).resize(size)) for f in some]))
    return np.vstack(rows)
