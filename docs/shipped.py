"""The man page and the shell completions in share/, made from the help texts and the guide.

`python docs/shipped.py` writes them; a test checks that they are up to date.
"""

from __future__ import annotations

import contextlib
import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from vdsc.cli.app import app
from vdsc.cli.completion import SHELLS, completion

ROOT = Path(__file__).parents[1]
SHARE = ROOT / "share"
COMPLETIONS = {"bash": "vdsc.bash", "zsh": "_vdsc", "fish": "vdsc.fish"}
EXAMPLES = (
    ("vdsc compress clip.npy", "Make clip.vds, as close as quality 75 is."),
    ("vdsc compress --max-error 1% -r clips -T 0", "All arrays below a folder, on all cores."),
    ("vdsc decompress clip.vds --fps 30 -o clip.mp4", "A video at another rate, to look at."),
    ("cat clip.vds | vdsc decompress - > clip.npy", "Through pipes."),
    ("vdsc test -r clips && vdsc info -l -r clips", "Check everything, then list it."),
)


def shipped() -> dict[Path, str]:
    """All files that are made, and what is in them."""
    made = {SHARE / "vdsc.1": man_page()}
    for shell in SHELLS:
        spoken = io.StringIO()
        with contextlib.redirect_stdout(spoken):
            completion(shell)
        made[SHARE / "completions" / COMPLETIONS[shell]] = spoken.getvalue()
    return made


def man_page() -> str:
    """The manual of all commands."""
    program = get_command(app)
    context = typer.Context(program, info_name="vdsc")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    lines = [
        f'.TH VDSC 1 "" "vdsc {version}" "User Commands"',
        ".SH NAME",
        r"vdsc \- compress what moves: motion capture, video, sensor logs",
        ".SH SYNOPSIS",
        r".B vdsc",
        r"\fICOMMAND\fR [\fIOPTIONS\fR] [\fIARGUMENTS\fR]",
        ".SH DESCRIPTION",
        *paragraphs(program.help),
        ".SH COMMANDS",
    ]
    for name in program.list_commands(context):
        lines += command_lines(name, program.get_command(context, name))
    lines += [".SH ENVIRONMENT", *guide_rows("VDSC_")]
    lines += [".SH EXIT STATUS", *guide_rows(r"\d")]
    lines += [".SH EXAMPLES"]
    for line, words in EXAMPLES:
        lines += entry(line, words)
    lines += [".SH SEE ALSO", "flac(1), xz(1), zstd(1)"]
    return "\n".join(lines) + "\n"


def command_lines(name: str, command: Any) -> Iterator[str]:
    """One command: how it is called, what it does, and its options."""
    params = [one for one in command.params if not getattr(one, "hidden", False)]
    arguments = [one for one in params if one.param_type_name == "argument"]
    called = "".join(f" {one.metavar}{'...' * (one.nargs == -1)}" for one in arguments)
    yield f".SS vdsc {roff(name)} [\\fIOPTIONS\\fR]{roff(called)}"
    yield from paragraphs(command.help)
    for one in params:
        yield from entry(*described(one))


def described(param: Any) -> tuple[str, str]:
    """A parameter as it is written, and what it is."""
    if param.param_type_name == "argument":
        return param.metavar, param.help
    names = ", ".join([*param.opts, *param.secondary_opts])
    value = "" if param.is_flag else f" {param.metavar}"
    variable = f" Set once: {param.envvar}." if param.envvar else ""
    return names + value, (param.help or "") + variable


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text."""
    for part in text.strip().split("\n\n"):
        yield from (".PP", roff(" ".join(part.split())))


def entry(head: str, words: str) -> Iterator[str]:
    """A term in bold and what it means."""
    yield from (".TP", rf"\fB{roff(head)}\fR", roff(words))


def guide_rows(begin: str) -> Iterator[str]:
    """The rows of a table of docs/guide.md whose first cell begins so."""
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| `?({begin}\w*)`? \| (.*) \|$", guide, re.MULTILINE)
    for head, words in rows:
        yield from entry(head, words.replace("`", ""))


def roff(text: str) -> str:
    """Text that roff prints as it is."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    return rf"\&{text}" if text.startswith(".") else text


if __name__ == "__main__":
    for path, text in shipped().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
