"""Which files are read and which are written, settled before any work starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from vdsc.cli.options import exclusive
from vdsc.errors import InvalidInput

Plan = dict[str, str]
Places = dict[str, str]  # each input, and where it is below the folder that was named


def plan(
    places: Places, out: str | None, output_dir: str | None, rename: Callable[[str], str]
) -> Plan:
    """Output of each input: `out`, or its new name beside it or in `output_dir`; '-' to '-'.

    Raises a usage error when two inputs would share an output, or one input needs two.
    """
    exclusive(out=out, output_dir=output_dir)
    if out is not None and len(places) > 1:
        raise typer.BadParameter("-o names one output; use --output-dir for several inputs")

    def output(path: str, place: str) -> str:
        if out is not None or path == "-":
            return out or "-"
        return rename(path) if output_dir is None else str(Path(output_dir) / rename(place))

    outputs = {path: output(path, place) for path, place in places.items()}
    for path in outputs:
        _check_apart(path, outputs)
    return outputs


def expand(inputs: Sequence[str], suffixes: tuple[str, ...], *, recursive: bool = False) -> Places:
    """`inputs` with each directory replaced by the files below it that have one of `suffixes`."""
    places: Places = {}
    for path in inputs:
        if not Path(path).is_dir():
            places[path] = Path(path).name
        elif recursive:
            places |= _below(path, suffixes)
        else:
            raise typer.BadParameter(f"{path} is a directory; name files (compress: or add -r)")
    return places


def make_folder(output: str, output_dir: str | None) -> None:
    """Make `output_dir` and what `output` needs below it."""
    if output_dir is not None:
        Path(output).parent.mkdir(parents=True, exist_ok=True)


def _below(folder: str, suffixes: tuple[str, ...]) -> Places:
    found = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in suffixes)
    if not found:
        raise InvalidInput(f"{folder} holds no {' or '.join(suffixes)} files; check the path")
    return {str(p): str(p.relative_to(folder)) for p in found}


def _check_apart(path: str, outputs: Plan) -> None:
    """Raise a usage error unless the output of `path` is its alone, and not `path` itself."""
    output = outputs[path]
    if output != "-" and os.path.realpath(path) == os.path.realpath(output):
        raise typer.BadParameter(f"{path} is its own output; name another with -o")
    rivals = [p for p, o in outputs.items() if o == output and p != path]
    if rivals:
        raise typer.BadParameter(f"{path} and {rivals[0]} would both become {output}")
