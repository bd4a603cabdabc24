"""Knots of video: where they pay, every so many frames, and all frames, at equal PSNR.

    OMP_NUM_THREADS=1 VDSC_DATA=... python -m benchmarks.frame_grids

Writes benchmarks/frame_grids.json and .md.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

import vdsc
from vdsc.bench.metrics import psnr
from vdsc.bench.runner import conditions
from vdsc.core.types import Values

HERE = Path(__file__).parent
SETS = {
    "natural64_train": (0, 1, 2, 3, 4),
    "minetest64_val": (0, 4, 8),
    "maze64_val": (1, 12),
    "minerl64_val": (0, 9),
}
"""Files of clips, and which of them: none was part of a training."""

QUALITIES = (8, 18, 30)
WAYS = {
    "by itself": ("", ""), "sent, every 16": ("16", "sent"), "sent, every 8": ("8", "sent"),
    "sought, chosen": ("chosen", "sought"), "sought, every 2": ("2", "sought"),
    "every 4": ("4", "sought"), "every 8": ("8", "sought"), "every 16": ("16", "sought"),
}  # fmt: skip
"""Grids and motions; from "sought, every 2" on, motion is sought."""
FULL = "all"
FINE, ABOVE = 5, 20
"""Points of quality between two files with all frames as knots, between which PSNR is looked up,
and by how many they go beyond the others."""

HEAD = """# Knots of video

Clips of 100 frames of 64 x 64 pixels in colour, codec `field`, model `clip`, effort 0, no sketch
beneath. What a file takes, as a share of one at equal PSNR with all frames as knots (between two
such files the logarithm of bytes is linear in PSNR), mean over clips; in brackets, how many of 100
frames are knots. "Sent" is motion that the file sends, "sought" what a decoder looks for; "chosen"
is the distance that looks best, and "by itself" what is taken without an option."""

Row = dict[str, Any]


def clips(name: str, which: tuple[int, ...]) -> list[Values]:
    """Some clips of a set."""
    with np.load(Path(os.environ["VDSC_DATA"]) / "video" / f"{name}.npz") as file:
        whole = file["x"]
    return [whole[i] for i in which]


def coded(
    clip: Values, quality: int, grid: str, motion: str
) -> tuple[int, float, int, float, float]:
    """Bytes, PSNR, knots, and seconds to encode and decode."""
    begun = time.process_time()
    options = {"grid": grid, "motion": motion, "effort": 0, "sketch": False}
    data = vdsc.compress(clip, codec="field", quality=quality, **options)
    encoded = time.process_time()
    decoded = vdsc.decompress(data).values
    spent = encoded - begun, time.process_time() - encoded
    return len(data), psnr(clip, decoded), vdsc.info(data).knots or len(clip), *spent


def rows(name: str, which: tuple[int, ...]) -> list[Row]:
    """A row for each clip, quality and grid."""
    made = []
    for number, clip in zip(which, clips(name, which), strict=True):
        full = [coded(clip, quality, FULL, "") for quality in ladder()]
        decibels, sizes = [one[1] for one in full], np.log([one[0] for one in full])
        for quality in QUALITIES:
            for named, way in WAYS.items():
                size, reached, knots, slow, fast = coded(clip, quality, *way)
                same = float(np.exp(np.interp(reached, decibels, sizes)))
                made.append(
                    {
                        "set": name, "clip": number, "quality": quality, "grid": named,
                        "bytes": size, "dB": round(reached, 3), "knots": knots, "full": round(same),
                        "encode": round(slow, 2), "decode": round(fast, 2),
                    }
                )  # fmt: skip
                print(json.dumps(made[-1]), flush=True)
    return made


def ladder() -> range:
    """Qualities of files with all frames as knots."""
    return range(1, QUALITIES[-1] + ABOVE, FINE)


def page(found: list[Row]) -> str:
    """Give the tables."""
    lines = [*HEAD.splitlines(), ""]
    for name in SETS:
        lines += [f"## `{name}`", "", "| quality | PSNR | " + " | ".join(WAYS) + " |"]
        lines += ["| --- | ---: |" + " ---: |" * len(WAYS)]
        for quality in QUALITIES:
            some = [row for row in found if row["set"] == name and row["quality"] == quality]
            cells = []
            for named in WAYS:
                of = [row for row in some if row["grid"] == named]
                share = np.mean([row["bytes"] / row["full"] for row in of])
                cells.append(f"{share:.2f} ({np.mean([row['knots'] for row in of]):.0f})")
            decibels = np.mean([row["dB"] for row in some if row["grid"] == "by itself"])
            lines.append(f"| {quality} | {decibels:.1f} | " + " | ".join(cells) + " |")
        lines.append("")
    spent = [np.mean([row[key] for row in found]) for key in ("encode", "decode")]
    lines.append(f"Encoding takes {spent[0]:.1f} s of one core, decoding {spent[1]:.2f} s.")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write."""
    found = [row for name, which in SETS.items() for row in rows(name, which)]
    record = {"conditions": conditions(), "rows": found}
    (HERE / "frame_grids.json").write_text(json.dumps(record, indent=1) + "\n")
    (HERE / "frame_grids.md").write_text(page(found))


if __name__ == "__main__":
    main()
