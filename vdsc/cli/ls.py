"""`vdsc ls`."""

from __future__ import annotations

import json
from typing import Any

from vdsc.cli import options as o
from vdsc.cli.failure import each


def ls(
    files: o.FilesArgument,
    *,
    as_json: o.JsonOption = False,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
) -> None:
    """List the clips of .vds files: name, shape, rate, seconds."""
    from vdsc.cli.calls import open_collection
    from vdsc.cli.speech import put
    from vdsc.cli.tables import print_table
    from vdsc.core.words import printable

    found: list[dict[str, Any]] = []

    def work(path: str) -> None:
        reader = open_collection(path, memlimit=memlimit)
        rows = [("clip", "frames, shape, rate, span")]
        for clip in reader:
            start, end = clip.duration
            rate = float(clip.outline.mean_rate)
            found.append(
                {
                    "file": path,
                    "clip": clip.name,
                    "shape": list(clip.shape),
                    "dtype": str(clip.dtype),
                    "fps": rate,
                    "start": start,
                    "end": end,
                }
            )
            words = f"{len(clip):,} x {clip.shape[1:]} {clip.dtype}, {rate:g}/s, {end - start:g} s"
            rows.append((printable(clip.name), words))
        if not as_json:
            print_table(rows)

    try:
        each(files, work)
    finally:
        if as_json:
            put(json.dumps(found, indent=2))
