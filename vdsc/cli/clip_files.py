"""What clips of a collection are called, and the files that they become again."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path, PurePosixPath

from vdsc.cli.plan import Places
from vdsc.core.words import printable
from vdsc.errors import InvalidInput


def names_of(places: Places) -> dict[str, str]:
    """The name of each input: its path below the folder that was named, without its suffix.

    Raises InvalidInput where two would have one name.
    """
    from vdsc.io.source import split_key

    names = {}
    for path, place in places.items():
        file, key = split_key(path)
        stem = PurePosixPath(Path(place, Path(file).name).as_posix())
        parts = [stem.with_suffix("").as_posix() if stem.suffix else stem.as_posix()]
        names[path] = ".".join([*parts, *([key] if key is not None else [])])
    name, count = Counter(names.values()).most_common(1)[0]
    if count > 1:
        same = [path for path in names if names[path] == name]
        words = (
            f"{printable(same[0])} and {printable(same[1])} would both be clip {printable(name)}"
        )
        raise InvalidInput(f"{words}; pack them apart")
    return names


def file_of(name: str, folder: str, suffix: str) -> str:
    """The file that a clip becomes in a folder, never outside of it; raises InvalidInput."""
    parts = re.split(r"[/\\]", name)
    if Path(name).is_absolute() or any(part in {"", ".", ".."} or ":" in part for part in parts):
        words = f"clip {printable(name)} names no place below a folder"
        raise InvalidInput(f"{words}; read it from Python with vdsc.open")
    return str(Path(folder, *parts)) + suffix
