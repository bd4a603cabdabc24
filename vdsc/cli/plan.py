"""Which files are read and which are written, settled before any work starts."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from vdsc.cli.options import exclusive
from vdsc.cli.search import Search
from vdsc.core.words import printable
from vdsc.errors import InvalidInput
from vdsc.io.formats import PICTURES

Places = dict[str, str]  # each input, and the folder it is in below the one that was named


@dataclass(frozen=True, slots=True)
class Plan:
    """The output of each input, and what is wrong with those that cannot be written."""

    outputs: dict[str, str]
    faults: dict[str, str]

    def __iter__(self) -> Iterator[str]:
        return iter(self.outputs)

    def output(self, path: str) -> str:
        """Where `path` goes; raises InvalidInput if that is not its place alone."""
        if path in self.faults:
            raise InvalidInput(self.faults[path])
        return self.outputs[path]


def plan(
    places: Places,
    out: str | None,
    output_dir: str | None,
    rename: Callable[[str], str],
    *,
    recursive: bool = False,
    times: str | None = None,
    hint: str = "",
) -> Plan:
    """Output of each input: `out`, or its new name beside it or in `output_dir`; '-' to '-'.

    Raises a usage error when one input needs two outputs, and when two would share one or an
    output is an input; with `recursive`, where nobody named the files, only those are faulty.
    hint: what else is to be done with an input that is its own output.
    """
    exclusive(out=out, output_dir=output_dir)
    if out is not None and len(places) > 1:
        raise typer.BadParameter("-o names one output; use --output-dir for several inputs")

    def output(path: str, place: str) -> str:
        if out is not None or _file(path) == "-":
            return out or "-"
        name = rename(path)
        return name if output_dir is None else str(Path(output_dir, place, Path(name).name))

    outputs = {path: output(path, place) for path, place in places.items()}
    faults = _faults(outputs, times, hint)
    if faults and not recursive:
        raise typer.BadParameter(printable(next(iter(faults.values()))))
    return Plan(outputs, faults)


def expand(
    inputs: Sequence[str],
    suffixes: tuple[str, ...],
    *,
    recursive: bool,
    exclude: Sequence[str] | None = None,
    links: bool = False,
    quiet: bool = False,
    pictures: bool = False,
) -> Places:
    """`inputs` with each directory replaced by the files below it, see `Search`.

    pictures: whether a folder that holds some is an input itself, where not `recursive`.
    """
    if exclude and not recursive:
        raise typer.BadParameter("--exclude goes with -r; name the files that you want instead")
    search = Search(
        suffixes=suffixes, shy=PICTURES, exclude=exclude or (), links=links, quiet=quiet
    )
    places: Places = {}
    for path in inputs:
        if not Path(path).is_dir():
            places[path] = ""
        elif recursive:
            found = search.files(path)
            places |= {str(one): str(one.relative_to(path).parent) for one in found}
        elif pictures and _holds_pictures(path):
            places[path] = ""
        else:
            raise typer.BadParameter(f"{printable(path)} is a directory; name files, or add -r")
    return places


def origin(path: str) -> os.stat_result | None:
    """What the output of an input takes over from its file; None where it is none."""
    from vdsc.io.likeness import status

    return None if _file(path) == "-" else status(_file(path))


def make_folder(output: str, output_dir: str | None) -> None:
    """Make `output_dir` and what `output` needs below it."""
    if output_dir is not None:
        Path(output).parent.mkdir(parents=True, exist_ok=True)


def _holds_pictures(path: str) -> bool:
    from vdsc.io.pictures import holds_pictures

    return holds_pictures(path)


def _faults(outputs: dict[str, str], times: str | None, hint: str) -> dict[str, str]:
    """What is wrong with the output of each input that cannot have it."""
    uses = Counter(outputs.values())
    faults = {}
    for path, output in outputs.items():
        if _overwritten(_file(path), output):
            faults[path] = f"{path} is its own output; name another with -o{hint}"
        elif times is not None and _overwritten(times, output):
            faults[path] = f"{times} holds the times and would be overwritten; name another output"
        elif uses[output] > 1:
            rival = next(p for p, o in outputs.items() if o == output and p != path)
            faults[path] = f"{path} and {rival} would both become {output}; compress one by itself"
    return faults


def _file(path: str) -> str:
    """The file of FILE:KEY."""
    from vdsc.io.source import split_key

    return split_key(path)[0]


def _overwritten(path: str, output: str) -> bool:
    """Whether `output` is the file `path`, through links, too; /dev/full is read and written."""
    from vdsc.io.spool import same_file

    return Path(path).is_file() and same_file(path, output)
