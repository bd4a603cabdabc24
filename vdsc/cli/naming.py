"""What outputs are called that the user has not named."""

from __future__ import annotations

import os
import re
from contextlib import nullcontext
from pathlib import Path

from vdsc.core.memory import DEFAULT as MEMLIMIT
from vdsc.errors import VdscError


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


def restored_name(path: str, form: str = "", memlimit: int = MEMLIMIT) -> str:
    """`clip.vds` as clip.csv, where it was made from one, or as `form` says; else clip.npy.

    Only files are looked into; of what cannot be read, the reason is said when its turn comes.
    """
    from vdsc.io.formats import suffix_again

    suffix = suffix_again(form or _made_from(path, memlimit)) or ".npy"
    return str(Path(path).with_suffix(suffix))


def _made_from(path: str, memlimit: int) -> str:
    """The format that a .vds file says it was made from."""
    from vdsc.cli.calls import source_format

    try:
        with open(path, "rb") if Path(path).is_file() else nullcontext() as stream:
            return "" if stream is None else source_format(stream, memlimit=memlimit)
    except (VdscError, OSError):
        return ""
