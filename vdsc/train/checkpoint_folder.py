"""A checkpoint's folder: its settings, its arrays and the hash of both, whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from vdsc.model.store import CONFIG, TABLES, WEIGHTS, content_digest

Arrays = Mapping[str, NDArray[Any]]


def write_folder(out: Path, settings: dict[str, Any], weights: Arrays, tables: Arrays) -> None:
    """Write the checkpoint `out`; of an older one there only its page CARD.md stays.

    settings: what model.json says, to which the hash is added. tables: no file if there are none.
    """
    stored = dict(weights), {k: np.ascontiguousarray(v) for k, v in tables.items()}
    said = {**settings, "digest": content_digest(settings, *stored).hex()}
    scratch = out.with_name(out.name + ".new")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name, arrays in zip((WEIGHTS, TABLES), stored, strict=True):
        if arrays:
            save_file(arrays, scratch / name)
    (scratch / CONFIG).write_text(json.dumps(said, indent=1) + "\n")
    for file in scratch.iterdir():
        file.chmod(0o644)  # safetensors makes files that only their owner may read
    if (out / "CARD.md").exists():
        shutil.copy(out / "CARD.md", scratch / "CARD.md")
    shutil.rmtree(out, ignore_errors=True)
    scratch.rename(out)
