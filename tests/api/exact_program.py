"""Reads and writes files under one setting of the processor: see test_exact.py.

python exact_program.py OUT FILE...       prints JSON: capability, and integers and frames by file
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

import vdsc
from tests import tiny
from vdsc.api import integers


def main(out: Path, files: list[Path]) -> None:
    """Write a clip of each model to OUT; read all files on one thread and on two."""
    torch.set_num_threads(1)
    for model in (tiny.VECTORS, tiny.PIXELS):
        data = vdsc.compress(tiny.clip(model, 60, seed=9), model=model, quality=95)
        (out / f"{model}.vds").write_bytes(data)
    found = {"capability": torch.backends.cpu.get_cpu_capability()}
    for path in [*files, *sorted(out.glob("*.vds"))]:
        found[path.stem] = [read(path.read_bytes(), threads) for threads in (1, 2)]
    sys.stdout.write(json.dumps(found))


def read(data: bytes, threads: int) -> dict[str, list]:
    """Integers of a file, and the frames that it decodes to."""
    torch.set_num_threads(threads)
    values = vdsc.decompress(data, device="cpu").values
    windows = [(w.knots.tolist(), w.cells.tolist()) for w in integers(data)]
    return {"integers": windows, "values": values[[0, -1]].astype(float).tolist()}


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
