"""Which files are read and which are written, settled before any work starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import typer

from vdsc.cli.options import exclusive
from vdsc.errors import InvalidInput

Plan = dict[str, str]


def plan(
    inputs: Sequence[str], out: str | None, output_dir: str | None, rename: Callable[[str], str]
) -> Plan:
    """Output of each input: `out`, or `rename(input)` beside it or in `output_dir`; '-' to '-'.

    Raises a usage error when two inputs would share an output, or one input needs two.
    """
    exclusive(out=out, output_dir=output_dir)
    if out is not None and len(inputs) > 1:
        raise typer.BadParameter("-o names one output; use --output-dir for several inputs")
    outputs = {path: out or _placed(path, output_dir, rename) for path in inputs}
    for path, output in outputs.items():
        _check_apart(path, output, outputs)
    return outputs


def expand(inputs: Sequence[str], *, recursive: bool, suffixes: tuple[str, ...]) -> list[str]:
    """`inputs` with each directory replaced by the files below it that have one of `suffixes`."""
    return [file for path in inputs for file in _files(path, recursive, suffixes)]


def make_folder(output: str, output_dir: str | None) -> None:
    """Make `output_dir` and what `output` needs below it."""
    if output_dir is not None:
        Path(output).parent.mkdir(parents=True, exist_ok=True)


def _files(path: str, recursive: bool, suffixes: tuple[str, ...]) -> Iterator[str]:  # noqa: FBT001
    if not Path(path).is_dir():
        yield path
        return
    if not recursive:
        raise typer.BadParameter(f"{path} is a directory; add -r to take the files in it")
    found = sorted(p for p in Path(path).rglob("*") if p.suffix.lower() in suffixes)
    if not found:
        raise InvalidInput(f"{path} holds no {' or '.join(suffixes)} files; check the path")
    yield from map(str, found)


def _placed(path: str, output_dir: str | None, rename: Callable[[str], str]) -> str:
    if path == "-":
        return "-"
    name = rename(path)
    return name if output_dir is None else str(Path(output_dir) / Path(name).name)


def _check_apart(path: str, output: str, outputs: Plan) -> None:
    """Raise a usage error unless `output` is of `path` alone, and not `path` itself."""
    if output != "-" and os.path.realpath(path) == os.path.realpath(output):
        raise typer.BadParameter(f"{path} is its own output; name another with -o")
    rivals = [p for p, o in outputs.items() if o == output and p != path]
    if rivals:
        raise typer.BadParameter(f"{path} and {rivals[0]} would both become {output}")
