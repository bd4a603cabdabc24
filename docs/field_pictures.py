"""Draw the pictures of field.md (needs matplotlib): `python docs/field_pictures.py`."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray

import vdsc
from vdsc.codecs.field.base_layer import BaseLayer
from vdsc.codecs.field.block_choice import TileChooser
from vdsc.codecs.field.field_chunk import FieldChunk
from vdsc.codecs.field.field_layout import FieldLayout
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.latent_order import LatentOrder, phases
from vdsc.codecs.field.pyramid import Level
from vdsc.core.sequence import Clock, Outline
from vdsc.model import store

HERE = Path(__file__).parent
MEASURED: dict[str, Any] = json.loads((HERE.parent / "benchmarks" / "field_base.json").read_text())
Picture = NDArray[np.uint8]
WAYS = {
    "blocks": "least cost, as many blocks for each tile",
    "stopped": "least cost, blocks as each tile is worth",
    "drawn": "relative entropy coding",
    "scalar": "rounding (ideal bits)",
}


def scene(rows: int, columns: int) -> Picture:
    """A landscape (rows, columns, 3): a sky, a sun, hills and a fence."""
    y, x = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    made = np.stack([150 - 60 * y, 190 - 40 * y, 245 - 20 * y], axis=-1)
    sun = ((x - 0.75) ** 2 + (y - 0.22) ** 2) < 0.012
    made[sun] = (255, 235, 150)
    for height, wave, colour in ((0.5, 5, (90, 120, 110)), (0.68, 3, (70, 130, 60))):
        hill = y > height + 0.07 * np.sin(wave * x + height * 20) + 0.03 * np.sin(4 * wave * x)
        made[hill] = np.array(colour) * (1.15 - 0.35 * y[hill])[:, None]
    fence = (y > 0.8) & (y < 0.95) & ((np.floor(x * 18) % 2 == 0) | (np.abs(y - 0.86) < 0.012))
    made[fence] = (120, 85, 60)
    return np.clip(made, 0, 255).astype(np.uint8)


def save(figure: Any, name: str) -> None:
    """Write docs/field/<name>.png."""
    figure.tight_layout()
    (HERE / "field").mkdir(exist_ok=True)
    figure.savefig(HERE / "field" / f"{name}.png", dpi=80)
    plt.close(figure)


def pyramid() -> None:
    """A picture, the sizes of its latents level by level, and what comes back."""
    picture = scene(128, 128)
    data = vdsc.compress(picture[None], codec="field", quality=40)
    outline = Outline((1, *picture.shape), picture.dtype, Clock(rate=Fraction(1)))
    chunk = FieldChunk(FieldLayout.of(outline), FieldParams(32, 0, (1, 8, 8)), 1)
    levels = chunk.latents(picture[None])
    figure, axes = plt.subplots(1, len(levels) + 2, figsize=(13, 2.9))
    axes[0].imshow(picture)
    axes[0].set_title("picture, 49,152 bytes")
    for level, latents, place in zip(chunk.pyramid.levels, levels, axes[1:], strict=False):
        sizes = np.log2(1 + np.abs(whole(level, latents)))
        place.imshow(sizes, cmap="magma", vmax=6)
        place.set_title(f"level {level.number}: {level.grid[1]} x {level.grid[2]} blocks")
    axes[-1].imshow(vdsc.decompress(data).values[0])
    axes[-1].set_title(f"decoded, {len(data):,} bytes")
    for one in axes:
        one.set(xticks=[], yticks=[])
    save(figure, "pyramid")


def whole(level: Level, latents: Any) -> Any:
    """Latents of brightness, each block where it is."""
    _, tall, wide = level.grid
    _, rows, columns = level.sizes
    parts = latents.reshape(tall, wide, rows, columns, level.channels)[..., 0]
    return parts.swapaxes(1, 2).reshape(tall * rows, wide * columns)


def order() -> None:
    """Groups of the places of a block, and phases of the blocks of a level."""
    level = Level(0, (48, 64), (8, 8), 1)
    coding = LatentOrder.of(level)
    groups, turns = np.full(64, -1.0), np.zeros(level.blocks)
    for number, group in enumerate(coding.groups):
        groups[coding.places[group.begin : group.end]] = number
    for number, phase in enumerate(phases(level.grid, level.axes)):
        turns[phase.blocks] = number + 1
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.4))
    for place, values, title in (
        (axes[0], groups.reshape(8, 8), "places of a block: the group of each"),
        (axes[1], turns.reshape(level.grid), "blocks of a level: the phase of each"),
    ):
        place.imshow(values, cmap="summer")
        for (i, j), value in np.ndenumerate(values):
            word = "up" if value < 0 else f"{value:.0f}"
            place.text(j, i, word, ha="center", va="center", fontsize=9)
        place.set(title=title, xticks=[], yticks=[])
    save(figure, "order")


def base() -> None:
    """Tiles as the coordinate network draws them from so many blocks."""
    layer = BaseLayer.of(store.by_name("tiles"))
    chooser = TileChooser(layer.network, layer.blocks)
    picture = scene(96, 96)
    tiles = [picture[y : y + 32, x : x + 32] for y, x in ((0, 56), (40, 10), (64, 50))]
    counts = (0, 1, 2, 4, 8, 16, 32)
    figure, axes = plt.subplots(len(tiles), len(counts) + 1, figsize=(11, 4.4))
    for row, tile in zip(axes, tiles, strict=True):
        found = chooser.chosen(tile, most=counts[-1], noise=60.0, price=0)
        for place, count in zip(row, counts, strict=False):
            place.imshow(layer.picture((32, 32), [found[:count]]) / 255)
        row[-1].imshow(tile)
    for place, count in zip(axes[0], counts, strict=False):
        place.set_title(f"{2 * count} bytes")
    axes[0, -1].set_title("tile")
    for place in axes.ravel():
        place.set(xticks=[], yticks=[])
    save(figure, "base")


def curves() -> None:
    """Error against bits: ways to send latents, and all of it beside the pyramid."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    for part, name in WAYS.items():
        lines = sorted(MEASURED[part], key=lambda line: line["bits"])
        best = [line for line in lines if line.get("blocks", 1) == line.get("most", 1)]
        lines = best if part == "blocks" else lines
        left.plot([n["bits"] / 8 for n in lines], [n["psnr"] for n in lines], "o-", label=name)
    left.set(xlabel="bytes a tile", ylabel="PSNR, dB", title="the same latents, sent in three ways")
    named = {
        "WebP": MEASURED["webp"],
        "pyramid alone": [n for n in MEASURED["local"] if n["blocks"] == 8],
        "base of 4 blocks at most, and pyramid": sorted(
            (n for n in MEASURED["together"] if n["base"] == 4), key=lambda n: n["bytes"]
        ),
    }
    for name, lines in named.items():
        right.plot([n["bytes"] for n in lines], [n["psnr"] for n in lines], ".-", label=name)
    right.set(xlabel="bytes a tile, whole files", title="120 tiles of 32 x 32")
    for axes in (left, right):
        axes.legend(fontsize=8)
        axes.grid(alpha=0.3)
    save(figure, "curves")


if __name__ == "__main__":
    mpl.use("Agg")
    for draw in (pyramid, order, base, curves):
        draw()
