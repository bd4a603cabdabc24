"""`vdsc models`."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from vdsc.cli.options import JsonOption

HEADER = ("name", "domain", "shape", "size", "hash", "trained on", "measured")


def models(*, as_json: JsonOption = False) -> None:
    """List the installed checkpoints."""
    from vdsc.api import installed_models
    from vdsc.cli.talk import print_table

    cards = installed_models()
    if as_json:
        typer.echo(json.dumps([asdict(card) for card in cards], indent=2, default=str))
    elif cards:
        rows = [
            (c.name, c.domain, c.shape, f"{c.size / 1e6:.1f} MB", c.digest[:12], c.data, c.measured)
            for c in cards
        ]
        print_table(rows, HEADER)
    else:
        typer.echo("no models installed; set VDSC_MODELS or train one with 'vdsc train'", err=True)
