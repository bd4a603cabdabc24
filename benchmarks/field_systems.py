"""Measure ways to specialise a coordinate network to a tile, each trained for the same time.

    OMP_NUM_THREADS=1 python -m benchmarks.field_systems [part ...]      parts: see PARTS

Needs the tiles of `VDSC_DATA` as `benchmarks.field_base` does, and in `VDSC_PHOTOS` the folder of
photographs that `examples/train/tiles.toml` names. Trained networks stay in runs/systems; what
was trained is not trained again. Writes benchmarks/field_systems.json, part by part.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.field_base import COUNT, DrawnTile, Line, quality, tiles
from benchmarks.field_base import coded as in_a_file
from benchmarks.field_shared import PictureChooser, TwoLevels
from benchmarks.field_training import HELD, RUNS, SYSTEMS, trained
from vdsc.bench.runner import run_parts
from vdsc.codecs.field.base_layer import BaseLayer
from vdsc.codecs.field.block_choice import TileChooser
from vdsc.core.types import Ints
from vdsc.model.store import Checkpoint
from vdsc.train.implicit.tile_crops import crops

OUT = Path(__file__).with_suffix(".json")

MOST, NOISE = 32, 9.0
"""Blocks of a tile, and levels of noise that count as none."""

FEW = (0, 8, 16, 32)
"""Blocks at which a line is measured."""

COMPONENTS = (64, 128, 352)

FEW_DRAWN, PLAN = 12, (16, 16.0)
"""Tiles of which samples are sent, and the blocks and the noise that their plan is for."""

PICTURES = ((7, (7, 15, 31)),)
"""Blocks of a picture at most, and own blocks at which a line is measured."""


def training() -> list[Line]:
    """Each system's steps, and the seconds of the processor that they were to take."""
    return [{"system": n, **json.loads((trained(n) / "line.json").read_text())} for n in SYSTEMS]


def coded(name: str) -> list[Line]:
    """Real indices of all tiles by least cost; the first few blocks make a line."""
    layer = BaseLayer.of(Checkpoint.open(trained(name)))
    choose, wanted, begun = TileChooser(layer.network, layer.blocks), tiles(), time.perf_counter()
    most = min(MOST, len(layer.blocks))
    found = [choose.chosen(t, most=most, noise=NOISE**2, price=0) for t in wanted]
    seconds = (time.perf_counter() - begun) / COUNT
    return [{"system": name, "seconds": seconds, **at(layer, found, few)} for few in FEW]


def at(layer: BaseLayer, found: list[Ints], few: int) -> Line:
    """Bytes a tile, and quality, of the first few blocks."""
    made = layer.picture((COUNT, 32, 32), [one[:few] for one in found])
    return {"bytes": 2 * few} | quality(made, tiles())


def shared() -> list[Line]:
    """The system h with a prior of two levels; a picture is the tiles of one photograph.

    Bytes are a tile's own indices and its part of those of its picture.
    """
    layer, lines = BaseLayer.of(Checkpoint.open(trained("h"))), list[Line]()
    levels = TwoLevels.of(layer, Path(os.environ["VDSC_PHOTOS"]), HELD, NOISE)
    wanted, names = tiles(), sources()
    for most, few in PICTURES:
        own = PictureChooser(layer, *levels.blocks(most), NOISE**2)
        made = np.empty((len(few), *wanted.shape))
        for name in dict.fromkeys(names):
            found = own.latents(wanted[names == name], list(few))
            for n, every in enumerate(found):
                drawn = [layer.network.picture(latents) / 256 for latents in every]
                made[n, names == name] = drawn
        part = 2 * len(own.shared) * len(set(names)) / COUNT
        lines += [
            {"shared": len(own.shared), "bytes": part + 2 * n} | quality(picture, wanted)
            for n, picture in zip(few, made, strict=True)
        ]
    return lines


def sources() -> Any:
    """The photograph of each tile."""
    path = Path(os.environ["VDSC_DATA"]) / "images" / "photo_tiles32_train.npz"
    every = np.load(path)["source"]
    return every[np.linspace(0, len(every) - 1, COUNT).astype(int)]


def bound() -> list[Line]:
    """Ideal bits a tile of one level and of two."""
    layer = BaseLayer.of(Checkpoint.open(trained("h")))
    return TwoLevels.of(layer, Path(os.environ["VDSC_PHOTOS"]), HELD, NOISE).bound()


def components() -> list[Line]:
    """The tiles by so many principal components of training tiles, unrounded."""
    every, names = crops(Path(os.environ["VDSC_PHOTOS"]), 1)
    some = every[~np.isin(names, HELD)][::4][:5000].reshape(-1, 3 * 32 * 32).astype(np.float32)
    mean = some.mean(axis=0)
    axes, wanted = np.linalg.svd(some - mean, full_matrices=False)[2], tiles()
    flat = wanted.reshape(COUNT, -1) - mean
    made = {n: flat @ axes[:n].T @ axes[:n] + mean for n in COMPONENTS}
    return [{"latents": n, **quality(made[n].reshape(wanted.shape), wanted)} for n in COMPONENTS]


def drawn() -> list[Line]:
    """The system h by relative entropy coding of samples, and by least cost, on few tiles."""
    layer = BaseLayer.of(Checkpoint.open(trained("h")))
    wanted, (most, noise) = tiles(FEW_DRAWN), PLAN
    choose = TileChooser(layer.network, layer.blocks)
    walk = DrawnTile(choose, layer, most, noise**2)
    found = [walk.sent(tile.astype(float).ravel(), n) for n, tile in enumerate(wanted)]
    names = ("bits", "kl", "settled")
    means = {name: float(np.mean([one[name] for one in found])) for name in names}
    made = np.stack([one["picture"] for one in found])
    lines = [{"way": "a sample", **means, **quality(made, wanted)}]
    indices = [choose.chosen(t, most=MOST, noise=NOISE**2, price=0) for t in wanted]
    for few in FEW[1:]:
        made = layer.picture((FEW_DRAWN, 32, 32), [one[:few] for one in indices])
        lines.append({"way": "least cost", "bits": 16 * few} | quality(made, wanted))
    return lines


def together() -> list[Line]:
    """Under the pyramid: one file of all tiles, at most 4 blocks of base each."""
    os.environ["VDSC_MODELS"] = str(RUNS.resolve())
    options: dict[str, Any] = {"blocks": (1, 8, 8), "base_blocks": 4}
    return [
        {"system": name, "quality": q, **in_a_file(quality=q, base=str(trained(name)), **options)}
        for name, q in (("h", 26), ("gates and h", 26))
    ]


PARTS = (
    {"training": training}
    | {name: (lambda name=name: coded(name)) for name in SYSTEMS if name != "W"}
    | {
        "components": components,
        "bound": bound,
        "shared": shared,
        "drawn": drawn,
        "together": together,
    }
)

if __name__ == "__main__":
    run_parts(PARTS, OUT)
