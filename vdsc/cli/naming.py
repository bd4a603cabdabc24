"""What outputs are called that the user has not named."""

from __future__ import annotations

import os
import re
from pathlib import Path


def vds_name(path: str) -> str:
    """`clip.npy` as clip.vds, `clips.npz:walk` as clips.walk.vds, `clips.npz:a/b` as clips.a.b.vds.

    `batch.npy:3` is batch.3.vds, a folder `frames/` frames.vds beside it. A file that exists under
    a name with a colon has no key.
    """
    from vdsc.io.source import SUFFIXES, split_key

    if Path(path).is_dir():
        whole = path if Path(path).name not in {"", ".."} else os.path.realpath(path)
        return f"{Path(whole)}.vds"
    file, key = split_key(path)
    if key is None:
        return str(Path(path).with_suffix(".vds"))
    suffix = Path(file).suffix
    stem = file.removesuffix(suffix) if suffix.lower() in SUFFIXES else file
    return ".".join([stem, re.sub(r"[/\\]", ".", key), "vds"])


def npy_name(path: str) -> str:
    """`clip.vds` as clip.npy."""
    return str(Path(path).with_suffix(".npy"))
