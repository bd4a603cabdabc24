"""Print the table of docs/field.md that `benchmarks.field_systems` has measured.

python -m benchmarks.field_systems_table
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks import field_base, field_systems

WORDS = {
    "W": "W alone",
    "gates by steps": "gates alone, latents by 3 learned steps",
    "gates": "gates alone, latents by an analysis",
    "h": "h: W + h A",
    "gates and h": "gates and h",
}
SHARED = "h, 7 blocks shared by the tiles of a photograph"
TOGETHER = "{} of at most 4 blocks under the pyramid, quality {}"


def rows() -> Iterator[tuple[Any, ...]]:
    """What, steps of training, bytes a tile, PSNR and that of the mean error."""
    found = json.loads(field_systems.OUT.read_text())
    steps = {line["system"]: line for line in found["training"]}
    plain = steps["W"]
    yield WORDS["W"], plain["steps"], 0.0, plain["psnr"], plain["pooled"]
    for name in ("gates by steps", "gates", "h", "gates and h"):
        for line in found[name][1:]:
            yield WORDS[name], steps[name]["steps"], line["bytes"], line["psnr"], line["pooled"]
    for line in found["shared"]:
        yield SHARED, steps["h"]["steps"], line["bytes"], line["psnr"], line["pooled"]
    for line in json.loads(field_base.OUT.read_text())["local"]:
        if line["blocks"] == 8 and line["quality"] in (17, 20, 26):
            what = f"the pyramid alone, quality {line['quality']}"
            yield what, "", line["bytes"], line["psnr"], line["pooled"]
    for line in found.get("together", []):
        what = TOGETHER.format(line["system"], line["quality"])
        yield what, steps[line["system"]]["steps"], line["bytes"], line["psnr"], line["pooled"]


def main() -> None:
    """Print it."""
    print("| what | steps | bytes a tile | PSNR, dB | PSNR of the mean error, dB |")
    print("| --- | --- | --- | --- | --- |")
    for what, steps, size, psnr, pooled in rows():
        print(f"| {what} | {steps} | {size:.1f} | {psnr:.2f} | {pooled:.2f} |")


if __name__ == "__main__":
    main()
