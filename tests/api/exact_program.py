"""Writes files under one setting of the processor, and reads them there: see test_exact.py.

python -m tests.api.exact_program OUT       prints JSON: capability, and what each file gives
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

from tests import tiny
from tests.forge import knots
from tests.golden.recipes import digest, integers


def main(out: Path) -> None:
    """Write a clip of each model to OUT, and say what it decodes to here."""
    torch.set_num_threads(1)
    found = {"capability": torch.backends.cpu.get_cpu_capability()}
    for model in (tiny.VECTORS, tiny.PIXELS):
        data = knots(tiny.clip(model, 60, seed=9), model=model, quality=95)
        (out / f"{model}.vds").write_bytes(data)
        found[model] = integers(data) | {"frames": digest(data)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
