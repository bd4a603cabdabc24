"""Which diffusions a training from equal ones came to, for Figure 7.

    python -m benchmarks.learned_nu runs/digits-nu/state.safetensors

Writes benchmarks/paper/digits-nu.json.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from vdsc.bench.runner import write_json

CONFIG = Path(__file__).parents[1] / "examples/train/digits-nu.toml"
OUT = Path(__file__).parent / "paper/digits-nu.json"


def main(state: Path) -> None:
    """Read the state of a run of the config."""
    found, config = load_file(state), tomllib.loads(CONFIG.read_text())
    steps = int(found["step"].ravel()[0])
    nu = np.logaddexp(0, found["model.posterior.raw_nu"].astype(np.float64))
    record = {"name": config["name"], "start": config["even_nu"], "steps": steps}
    write_json(OUT, record | {"nu": [float(one) for one in nu]})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
