"""Arguments that several commands share, and how their words become values."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Literal

import typer

Device = Literal["auto", "cpu", "cuda"]
NUMBER = re.compile(r"\d{1,9}(\.\d{0,9})?|\.\d{1,9}|\d{1,9}/\d{1,9}")
FASTEST = 1_000_000


def parse_fps(text: str) -> Fraction:
    """Frames per second written as 60, 29.97 or 30000/1001: above zero, at most 1e6."""
    try:
        rate = Fraction(text) if NUMBER.fullmatch(text) else Fraction(0)
    except ZeroDivisionError:
        rate = Fraction(0)
    if not 0 < rate <= FASTEST:
        raise typer.BadParameter(f"{text!r} is no frame rate; write 60, 29.97 or 30000/1001")
    return rate


def exclusive(**options: object) -> None:
    """Raise a usage error if more than one of the options is given."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value is not None]
    if len(given) > 1:
        raise typer.BadParameter(f"give {' or '.join(given)}, not both")


FpsOption = Annotated[
    Fraction | None,
    typer.Option("--fps", parser=parse_fps, metavar="RATE", help="Frames per second."),
]
TimesOption = Annotated[
    str | None, typer.Option("--times", metavar="FILE", help="Frame times in seconds (.npy, text).")
]
OutOption = Annotated[
    str | None, typer.Option("--out", "-o", metavar="OUT", help="Output file; '-' is stdout.")
]
OutputDirOption = Annotated[
    str | None, typer.Option("--output-dir", metavar="DIR", help="Folder for the outputs.")
]
DeviceOption = Annotated[Device, typer.Option("--device", help="Where the networks run.")]
ForceOption = Annotated[bool, typer.Option("--force", "-f", help="Overwrite existing outputs.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
