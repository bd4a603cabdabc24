"""`--rm`: an input is removed once its output is safely on disk and has been verified."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vdsc.cli.plan import Plan
from vdsc.core.words import printable
from vdsc.errors import InvalidInput

if TYPE_CHECKING:
    from vdsc.api import Decoding
    from vdsc.io.source import Source

LOOKS_ALIKE = {".mp4", ".mov", ".webm", ".gif"}
"""Suffixes of outputs that are for looking at: they do not hold the numbers."""


def check_removal(todo: Plan, *, keep: bool, **losing: object) -> None:
    """Raise a usage error where --rm would remove what no output holds.

    losing: options with which outputs do not hold, or not for certain, what their inputs do.
    """
    given = ["keep"] * keep + [name.replace("_", "-") for name, value in losing.items() if value]
    if given:
        raise typer.BadParameter(f"give --rm or --{given[0]}, not both")
    for path in todo:
        words = _kept(path, todo.outputs[path])
        if words:
            raise typer.BadParameter(f"--rm: {printable(words)}; leave --rm out")


def removable(path: str, output: str) -> os.stat_result:
    """The status of an input that may be removed; raises InvalidInput for links and devices."""
    if Path(path).is_symlink():
        raise InvalidInput(f"{path} is a link; name the file it leads to, or leave --rm out")
    if not Path(path).is_file():
        raise InvalidInput(f"{path} is no file that could be removed; check the path")
    if Path(output).exists() and not Path(output).is_file():
        raise InvalidInput(f"{output} keeps nothing; name a file, or leave --rm out")
    return os.lstat(path)


def check_source(source: Source) -> None:
    """Raise InvalidInput for a source that is not coded as it is in its file."""
    if source.note:
        raise InvalidInput(f"the output is no full copy: {source.note}; leave --rm out")


def check_output(output: str, decoding: Decoding) -> None:
    """Raise InvalidInput where an output lacks the frame times, or what came with the frames."""
    suffix, meta = Path(output).suffix.lower(), decoding.meta
    if meta is not None and suffix != f".{meta.format}":
        words = f"{output} does not hold all that came from a .{meta.format} file"
        raise InvalidInput(f"{words}; write such a file, or leave --rm out")
    if meta is None and decoding.outline.clock.times is not None:
        raise InvalidInput(f"{output} does not hold the frame times; leave --rm out")


def remove(path: str, before: os.stat_result, output: str) -> None:
    """Remove an input that is as it was `before`; raises InvalidInput where that cannot be."""
    _settle_folder(Path(os.path.realpath(output)).parent)
    try:
        if _traits(os.lstat(path)) != _traits(before):
            raise InvalidInput(f"{path} was changed in the meantime; it is not removed")
        Path(path).unlink()
    except OSError as error:
        words = f"{path} is done but cannot be removed: {error.strerror}"
        raise InvalidInput(f"{words}; check the folder's permissions") from None


def _kept(path: str, output: str) -> str:
    """Why an input has to be kept; "" if it has not."""
    from vdsc.io.source import split_key

    file, key = split_key(path)
    if file == "-" or output == "-":
        return "what comes from stdin or goes to stdout cannot be removed"
    if key is not None:
        return f"it would remove all of {file}, not only {key}"
    if Path(output).suffix.lower() in LOOKS_ALIKE:
        return f"{output} does not hold all that {path} does"
    return ""


def _traits(status: os.stat_result) -> Iterable[int]:
    """What tells a file from another one, and from itself after a change."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _settle_folder(folder: Path) -> None:
    """Have the system write a new name to disk, where a folder can be opened for that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
