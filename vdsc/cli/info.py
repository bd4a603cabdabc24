"""`vdsc info`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from vdsc.cli import habits as h
from vdsc.cli import options as o
from vdsc.cli.failure import each
from vdsc.cli.plan import expand


def info(
    files: o.FilesArgument,
    *,
    recursive: o.RecursiveOption = False,
    exclude: h.ExcludeOption = None,
    as_list: Annotated[
        bool, typer.Option("--list", "-l", help="Print one line a file, and totals.")
    ] = False,
    verbose: o.VerboseOption = False,
    as_json: o.JsonOption = False,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
) -> None:
    """Say what .vds files hold; needs neither the model nor torch."""
    from vdsc.cli.calls import inspect
    from vdsc.cli.listing import Listing
    from vdsc.cli.speech import put
    from vdsc.cli.summary import chunk_rows, rows
    from vdsc.cli.tables import print_table
    from vdsc.io.spool import open_input

    places = expand(files, (".vds",), recursive=recursive, exclude=exclude, links=True)
    todo = list(places) if recursive else files  # a file that is named twice is shown twice
    found: list[dict[str, Any]] = []
    listing = Listing(quiet=as_json)

    def work(path: str) -> None:
        with open_input(path) as stream:
            facts = inspect(stream, memlimit=memlimit)
        if as_list:
            listing.add(path, facts)
        elif as_json:
            found.append({"file": path, **facts.as_dict()})
        else:
            details = chunk_rows(facts) if verbose else []
            print_table([("file", path), *rows(facts), *details])

    try:
        each(todo, work)
    finally:
        listing.end(len(todo))
        if as_json and as_list:
            put(json.dumps({"files": listing.files, "total": listing.total}, indent=2))
        elif found:
            put(json.dumps(found if recursive or len(files) > 1 else found[0], indent=2))
