"""Arguments that several commands share, and how their words become values."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated

import typer

from vdsc.errors import InvalidInput

FASTEST = 1_000_000

SIZE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?) ?([KMGT]?)(I?B)?", re.IGNORECASE)
SECONDS = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{0,12})?) ?(s|ms|min|h|)")
UNITS = {"": 1.0, "s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0}
POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
MOST_BYTES = (1 << 63) - 1
MEMLIMIT = 2 << 30
MOST_DECIBELS = 400

EXACT = ("lossless", "packed")
"""Codecs that give back every bit."""

NO_QUALITY = (*EXACT, "bounded")
"""Codecs without a quality to set."""


def parse_fps(text: str | Fraction) -> Fraction:
    """Frames per second written as 60, 29.97 or 30000/1001: above zero, at most 1e6.

    29.97002997002997, which is how `info --json` prints 30000/1001, is 30000/1001.
    """
    from vdsc.core.plain_numbers import as_rate

    try:
        rate = as_rate(text)
    except InvalidInput:
        rate = Fraction(0)
    if not 0 < rate <= FASTEST:
        words = f"{str(text)!r:.60} is no frame rate"
        raise typer.BadParameter(f"{words}; write 60, 29.97 or 30000/1001, at most {FASTEST}")
    return rate


def region_text(text: str) -> str:
    """Text that says slices over the axes of a frame, such as 10:50,:,100:200."""
    from vdsc.core.crop import as_region

    try:
        as_region(text)
    except InvalidInput as error:
        raise typer.BadParameter(str(error)) from None
    return text


def parse_scale(text: str | Fraction) -> Fraction:
    """A positive number such as 2, 1/2 or 1.5."""
    from vdsc.core.crop import as_scale

    try:
        return as_scale(text)
    except InvalidInput as error:
        raise typer.BadParameter(str(error)) from None


def parse_seconds(text: str | float) -> float:
    """Seconds written as 3, 3s, 250ms, 2min, 1:05 or 1:02:03.5."""
    words = str(text).strip()
    parts = words.split(":")
    match = SECONDS.fullmatch(words)
    if match is not None:
        return float(match[1]) * UNITS[match[2]]
    if len(parts) in {2, 3} and all(SECONDS.fullmatch(part) for part in parts):
        return sum(float(part) * float(60**i) for i, part in enumerate(reversed(parts)))
    raise typer.BadParameter(f"{words!r:.40} is no time; write 3s, 250ms, 2min or 1:05")


def parse_size(text: str | int) -> int:
    """Bytes written as 1000000, 256M, 1.5G or 2GiB; K, M, G and T are powers of 1024."""
    match = SIZE.fullmatch(str(text))
    size = 0
    if match is not None and (match[2] or (match[3] or "B").upper() == "B"):
        size = int(Fraction(match[1]) * 1024 ** POWERS[match[2].upper()])
    if not 0 < size <= MOST_BYTES:
        raise typer.BadParameter(f"{text!r} is no size; write 256M, 2GiB or a number of bytes")
    return size


def file_name(text: str) -> str:
    """A file's name as it is given, which is not empty; bytes that are not UTF-8 are kept."""
    if not text:
        raise typer.BadParameter("a file's name is empty; name a file, or '-'")
    return text


def choice(*known: str) -> Callable[[str], str]:
    """Parser of one of the `known` words."""

    def parse(text: str) -> str:
        if text not in known:
            raise typer.BadParameter(f"{text!r} is none of {', '.join(known)}")
        return text

    return parse


def whole(least: int, most: int | None = None) -> Callable[[str | int], int]:
    """Parser of a whole number of at least `least` and at most `most`."""

    def parse(text: str | int) -> int:
        number = int(text) if re.fullmatch(r"-?[0-9]{1,18}", str(text)) else None
        if number is None or number < least or (most is not None and number > most):
            limits = f"of at least {least}" if most is None else f"from {least} to {most}"
            raise typer.BadParameter(f"{text!r} is no whole number {limits}")
        return number

    return parse


def error_bound(text: str) -> str | tuple[float, ...]:
    """A number, a percentage, a length, or the numbers in a file of that name."""
    if re.fullmatch(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)? *(%|mm|cm|m|in)?", text.strip()):
        return text
    from vdsc.io.times_file import read_numbers

    return read_numbers(file_name(text))


def decibels(text: str | float) -> float:
    """A number of dB above zero."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= MOST_DECIBELS:
        raise typer.BadParameter(f"{text!r} is no number of dB, such as 35")
    return found


def codec_name(text: str) -> str:
    """The id of a codec that writes files."""
    from vdsc.cli.calls import codec_names

    return choice(*codec_names())(text)


def exclusive(**options: object) -> None:
    """Raise a usage error if more than one of the options is given."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value is not None]
    if len(given) > 1:
        raise typer.BadParameter(f"give {' or '.join(given)}, not both")


def check_codec(codec: str | None, *, lossless: bool, **lossy: object) -> None:
    """Raise a usage error if --codec and --lossless differ, or for lossy settings beside either."""
    if lossless and codec not in {None, *EXACT}:
        raise typer.BadParameter(f"--lossless and --codec {codec} differ; leave one of them out")
    if not lossless and codec not in EXACT:
        return
    for name, value in lossy.items():
        exclusive(**{"lossless" if lossless else "codec": True, name: value})


InputsArgument = Annotated[
    list[str], typer.Argument(metavar="INPUT", parser=file_name, help="Files; '-' is stdin.")
]
FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE", parser=file_name, help="Files; '-' is stdin.")
]
RecursiveOption = Annotated[
    bool, typer.Option("-r", "--recursive", help="Take the files in directories.")
]
FpsOption = Annotated[
    Fraction | None,
    typer.Option("--fps", parser=parse_fps, metavar="RATE", help="Frames per second."),
]
StartOption = Annotated[
    float | None,
    typer.Option("--start", parser=parse_seconds, metavar="TIME", help="From then on: 3s, 1:05."),
]
EndOption = Annotated[
    float | None,
    typer.Option("--end", parser=parse_seconds, metavar="TIME", help="Up to then."),
]
RegionOption = Annotated[
    str | None,
    typer.Option(
        "--region",
        parser=region_text,
        metavar="SLICES",
        help="That part of each frame: 10:50,:,100:200.",
    ),
]
ScaleOption = Annotated[
    Fraction | None,
    typer.Option(
        "--scale", parser=parse_scale, metavar="RATIO", help="Frames of another size: 2, 1/2."
    ),
]
TimesOption = Annotated[
    str | None,
    typer.Option(
        "--times",
        parser=file_name,
        metavar="FILE",
        help="Frame times in seconds (.npy, text), or 0,0.5,1.",
    ),
]
OutOption = Annotated[
    str | None,
    typer.Option(
        "--out", "-o", parser=file_name, metavar="OUT", help="Output file; '-' is stdout."
    ),
]
OutputDirOption = Annotated[
    str | None,
    typer.Option("--output-dir", parser=file_name, metavar="DIR", help="Folder for the outputs."),
]
DeviceOption = Annotated[
    str | None,
    typer.Option(
        "--device",
        parser=choice("auto", "cpu", "cuda"),
        metavar="[auto|cpu|cuda]",
        envvar="VDSC_DEVICE",
        help="Where the networks run.",
    ),
]
MemlimitOption = Annotated[
    int,
    typer.Option(
        "--memlimit",
        parser=parse_size,
        metavar="SIZE",
        envvar="VDSC_MEMLIMIT",
        show_default="2GiB",
        help="Refuse what needs more memory, such as 256M.",
    ),
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="NAME", help="What INPUT is, such as npy, where its content cannot say."
    ),
]
OutputFormatOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="NAME", help="What is written, such as csv, to stdout or by any name."
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", "-f", help="Overwrite existing outputs.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Print the details, too.")]
