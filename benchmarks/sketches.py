"""Sketches of colour video: beside other codecs, at all qualities, with and without effort.

    OMP_NUM_THREADS=1 VDSC_DATA=... python -m benchmarks.sketches

Writes benchmarks/sketches.json and .md.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import vdsc
from vdsc.bench.field_peers import film_peers
from vdsc.bench.metrics import psnr
from vdsc.bench.picture_distance import ssim, texture_distance
from vdsc.bench.runner import conditions
from vdsc.core.types import Values

HERE = Path(__file__).parent
SETS = {"maze64_val": 3, "minerl64_val": 2}
MORE = {"minetest64_val": 3, "natural64_train": 3}
"""Files of clips, and how many of each, evenly spaced; the second ones are only coded beside other
codecs."""

COARSEST = 2
"""Settings of a peer that are shown, from the coarsest on."""

QUALITIES = (1, 4, 8, 12, 16, 22, 30, 45, 100)
FEW = 2
"""Clips of each set that are coded at all qualities."""

Coder = Callable[[Values], tuple[bytes, Values]]
Row = dict[str, Any]


def clips(name: str, count: int) -> list[Values]:
    """Some clips of a set."""
    with np.load(Path(os.environ["VDSC_DATA"]) / "video" / f"{name}.npz") as file:
        whole = file["x"]
    return [whole[i] for i in np.linspace(0, len(whole) - 1, count).round().astype(int)]


def measured(coder: Coder, some: list[Values]) -> Row:
    """Means over clips."""
    found = []
    for clip in some:
        begun = time.process_time()
        file, decoded = coder(clip)
        spent = time.process_time() - begun
        sights = psnr(clip, decoded), ssim(clip, decoded), texture_distance(clip, decoded)
        found.append([len(file), *sights, spent])
    size, decibels, alike, textures, spent = np.mean(found, axis=0).round(4).tolist()
    return {"bytes": size, "dB": decibels, "ssim": alike, "textures": textures, "seconds": spent}


def ours(codec: str = "field", **options: Any) -> Coder:
    """Give codec `field`, or what `compress` takes by itself for ""."""

    def code(clip: Values) -> tuple[bytes, Values]:
        data = vdsc.compress(clip, codec=codec, **options)
        return data, vdsc.decompress(data).values

    return code


def peers() -> dict[str, Coder]:
    """Give each peer at its coarsest settings."""
    made: dict[str, Coder] = {}
    for peer in film_peers(COARSEST):
        for setting in peer.settings:

            def code(clip: Values, peer: Any = peer, setting: Any = setting) -> Any:
                data = peer.encode(clip, setting)
                return data, peer.decode(data)

            made[f"{peer.name}, crf {setting[0]:g}"] = code
    return made


def beside(some: list[Values]) -> dict[str, Row]:
    """What sketches look like beside latents alone and other codecs."""
    ways = {
        f"{words}, quality {quality}": ours(quality=quality, **options)
        for words, options in (("sketch", {}), ("latents alone", {"sketch": False}))
        for quality in (4, 9)
    }
    return {name: measured(coder, some) for name, coder in {**ways, **peers()}.items()}


def swept(some: list[Values]) -> dict[str, Row]:
    """From the coarsest quality to no loss at all, as `compress` does without other options."""
    found = {f"quality {q}": measured(ours("", quality=q), some) for q in QUALITIES}

    def exact(clip: Values) -> tuple[bytes, Values]:
        data = vdsc.compress(clip, lossless=True)
        return data, vdsc.decompress(data).values

    return {**found, "lossless": measured(exact, some)}


def efforts(some: list[Values]) -> dict[str, Row]:
    """What effort is worth."""
    return {
        f"effort {effort}, quality {quality}": measured(ours(quality=quality, effort=effort), some)
        for quality in (4, 10)
        for effort in (0, 5, 9)
    }


def table(rows: dict[str, Row]) -> list[str]:
    """Rows as Markdown."""
    lines = ["| | bytes | PSNR, dB | SSIM | distance of textures | seconds |"]
    lines.append("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, row in rows.items():
        said = f"{row['bytes']:,.0f} | {row['dB']:.2f} | {row['ssim']:.3f} | {row['textures']:.3f}"
        lines.append(f"| {name} | {said} | {row['seconds']:.1f} |")
    return lines


ABOUT = """# Sketches of colour video

Clips of 100 frames of 64 x 64 pixels in three colours, none of which was trained on; whole files,
means over clips. SSIM and the distance of textures are those of `vdsc/bench/picture_distance.py`;
seconds of one core to code and decode, beside other work."""


def main() -> None:
    """Measure and write both files."""
    found: dict[str, Any] = {"conditions": conditions()}
    lines = [ABOUT]
    for name, count in (SETS | MORE).items():
        some = clips(name, count)
        parts = {f"{count} clips of `{name}`": beside(some)}
        if name in SETS:
            words = f"{FEW} clips of `{name}`, from the coarsest quality to no loss"
            parts[words] = swept(some[:FEW])
        if name == next(iter(SETS)):
            parts[f"{FEW} clips of `{name}`, by effort"] = efforts(some[:FEW])
        found[name] = parts
        for title, rows in parts.items():
            lines += [f"\n## {title}\n", *table(rows)]
            print("\n".join(table(rows)), flush=True)
    (HERE / "sketches.json").write_text(json.dumps(found, indent=1) + "\n")
    (HERE / "sketches.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
