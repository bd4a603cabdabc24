"""`vdsc info`."""

from __future__ import annotations

import json
from typing import Any

from vdsc.cli import options as o
from vdsc.cli.failure import each


def info(
    files: o.FilesArgument,
    *,
    verbose: o.VerboseOption = False,
    as_json: o.JsonOption = False,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
) -> None:
    """Say what .vds files hold; needs neither the model nor torch."""
    from vdsc.cli.calls import inspect
    from vdsc.cli.speech import put
    from vdsc.cli.summary import chunk_rows, rows
    from vdsc.cli.tables import print_table
    from vdsc.io.spool import open_input

    found: list[dict[str, Any]] = []

    def work(path: str) -> None:
        with open_input(path) as stream:
            facts = inspect(stream, memlimit=memlimit)
        if as_json:
            found.append({"file": path, **facts.as_dict()})
            return
        details = chunk_rows(facts) if verbose else []
        print_table([("file", path), *rows(facts), *details])

    try:
        each(files, work)
    finally:
        if found:
            put(json.dumps(found[0] if len(files) == 1 else found, indent=2))
